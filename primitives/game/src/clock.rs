//! Time: a budget for each side, and an allowance for each move that costs none of it.

use alloc::vec::Vec;
use assay_protocol::BlockNumber;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Games of one segment whose clocks may run at the same time, at most.
pub const MAX_RUNNING: u32 = 16;

/// Whose turn began when, and what is left of the challenger's budget.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Clocks {
    /// Blocks that every move may take without cost.
    pub allowance: BlockNumber,
    /// Blocks beyond the allowances that the challenger has left.
    pub challenger: BlockNumber,
    /// The current turn.
    pub turn: Turn,
}

/// A game's time, apart from the defender's budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Blocks that every move may take without cost.
    pub allowance: BlockNumber,
    /// Blocks beyond the allowances that the challenger has.
    pub challenger: BlockNumber,
}

/// A side's turn.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Turn {
    /// The block in which it began.
    pub since: BlockNumber,
}

impl Clocks {
    /// The block from which the current turn costs budget.
    pub const fn free_until(&self) -> BlockNumber {
        self.turn.since.saturating_add(self.allowance)
    }

    /// The last block of the challenger's turn.
    pub const fn challenger_deadline(&self) -> BlockNumber {
        self.free_until().saturating_add(self.challenger)
    }

    /// Ends the challenger's turn in block `now`.
    pub fn charge_challenger(&mut self, now: BlockNumber) {
        let used = now.saturating_sub(self.free_until());
        self.challenger = self.challenger.saturating_sub(used);
    }
}

/// The defender's time on one segment, shared by all games on it.
///
/// It runs while at least one game waits for the defender beyond the allowance of its turn, and no faster when more do:
/// the work of one traced re-execution serves them all.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Defence {
    /// Blocks left.
    left: BlockNumber,
    /// The block up to which time has been charged.
    charged: BlockNumber,
    /// For each game that waits for the defender, the block from which it costs budget.
    waiting: BoundedVec<BlockNumber, ConstU32<MAX_RUNNING>>,
}

impl Defence {
    /// A budget of `blocks`.
    pub fn new(blocks: BlockNumber) -> Self {
        Self {
            left: blocks,
            ..Self::default()
        }
    }

    /// Blocks left, as far as time has been charged.
    pub const fn left(&self) -> BlockNumber {
        self.left
    }

    /// The last block in which a game may be answered whose turn is free until `free_until`.
    pub fn deadline(&self, free_until: BlockNumber) -> BlockNumber {
        let first = self.waiting.iter().copied().min().unwrap_or(free_until);
        let from = first.min(free_until).max(self.charged);
        free_until.max(from.saturating_add(self.left))
    }

    /// A game begins to wait for the defender; it costs budget after block `free_until`. `false` if too many wait.
    #[must_use]
    pub fn wait(&mut self, now: BlockNumber, free_until: BlockNumber) -> bool {
        self.charge(now);
        self.waiting.try_push(free_until).is_ok()
    }

    /// A game that was free until `free_until` waits no longer.
    pub fn answered(&mut self, now: BlockNumber, free_until: BlockNumber) {
        self.charge(now);
        let mut waiting: Vec<BlockNumber> = self.waiting.to_vec();
        if let Some(at) = waiting.iter().position(|free| *free == free_until) {
            waiting.swap_remove(at);
        }
        self.waiting = BoundedVec::truncate_from(waiting);
    }

    /// Charges the time up to `now` in which at least one game was beyond its allowance. Once the budget is spent the
    /// block in which that happened stands, so that a game that was late then stays late.
    fn charge(&mut self, now: BlockNumber) {
        let Some(first) = self.waiting.iter().copied().min() else {
            return;
        };
        let from = first.max(self.charged);
        if now <= from {
            return;
        }
        let used = now.saturating_sub(from).min(self.left);
        self.left = self.left.saturating_sub(used);
        self.charged = from.saturating_add(used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(since: BlockNumber) -> Clocks {
        Clocks {
            allowance: 10,
            challenger: 5,
            turn: Turn { since },
        }
    }

    #[test]
    fn a_challenger_pays_beyond_its_allowance_only() {
        for (taken, left) in [(0, 5), (10, 5), (11, 4), (15, 0), (1_000, 0)] {
            let mut clocks = clocks(100);
            clocks.charge_challenger(100 + taken);
            assert_eq!(clocks.challenger, left);
        }
        assert_eq!(clocks(100).challenger_deadline(), 115);
        assert_eq!(
            clocks(BlockNumber::MAX).challenger_deadline(),
            BlockNumber::MAX
        );
    }

    #[test]
    fn overlapping_times_are_charged_once() {
        let mut defence = Defence::new(100);
        assert!(defence.wait(0, 10) && defence.wait(0, 20));
        defence.answered(50, 10);
        assert_eq!(defence.left(), 60);
        // From 50 on the second alone is over.
        defence.answered(70, 20);
        assert_eq!(defence.left(), 40);
        // Nobody waits: time goes by.
        assert!(defence.wait(500, 510));
        assert_eq!((defence.left(), defence.deadline(510)), (40, 550));
    }

    #[test]
    fn the_block_in_which_the_budget_ends_stands() {
        let mut defence = Defence::new(5);
        assert!(defence.wait(0, 10) && defence.wait(0, 30));
        assert!(defence.wait(100, 110));
        assert_eq!(defence.left(), 0);
        assert_eq!(
            [10, 30, 110].map(|free| defence.deadline(free)),
            [15, 30, 110]
        );
    }

    #[test]
    fn only_so_many_wait() {
        let mut defence = Defence::new(5);
        assert!((0..MAX_RUNNING).all(|_| defence.wait(0, 10)));
        assert!(!defence.wait(0, 10));
        defence.answered(0, 10);
        assert!(defence.wait(0, 10));
    }
}
