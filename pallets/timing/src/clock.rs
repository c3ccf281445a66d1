//! Chain time: blocks, less those that were made while finality stood still.
//!
//! Each author says in its block which block it knows to be final: a **hint**. A block is **stalled** if its number
//! exceeds the median of the newest [`HINTS`] hints, those of the blocks before it, by more than [`MAX_FINALITY_LAG`].
//! Chain time is the block's number less the stalled blocks up to it. It never goes back, a block advances it by one
//! or not at all, and it is the same from the first hook of a block to the last read of its state: a block's own hint
//! counts from the next block on.
//!
//! # What a dishonest author can do
//!
//! While at most four of any nine hints in a row are false, the median lies between true ones: time runs if the
//! block that was final nine hints ago lies at most [`MAX_FINALITY_LAG`] back, and stands if the block that is final
//! now lies further back, whatever the other hints are. Leaders are drawn by lottery, so authors with a third of the
//! stake hold five places of nine for one block in seven: that is the share of a stall's blocks in which they make time
//! run. In a healthy chain they make it stand in one block in ten, because a hint below all others is not accepted.
//! Both hold while honest authors make their share of the blocks.
//!
//! Two other rules would be worse.
//! - *No hint below the median* (or below the highest): one false hint near the head would bind every honest author
//!   after it, and so make time run through any stall.
//! - *A block without a hint repeats the one before:* the hint of the author before would count twice. Here an author
//!   who says nothing has no say, and if nobody says anything time stands, and nothing runs out.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_runtime::traits::{AtLeast32BitUnsigned, One};

/// Hints of which the median is taken.
pub const HINTS: usize = 9;
/// Blocks by which finality may lag before time stands. The same on every chain, whatever its pace: GRANDPA's lag is
/// a matter of rounds, and nodes slow down at the same number.
pub const MAX_FINALITY_LAG: u32 = 50;

/// What chain time is computed from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
pub struct Clock<N> {
    /// The newest hints, oldest first. At genesis all are zero: the genesis block is final.
    pub hints: [N; HINTS],
    /// The block that gave the newest hint.
    pub hinted_in: N,
    /// The newest block that has begun.
    pub block: N,
    /// Stalled blocks up to this one.
    pub stalled: N,
    /// The first block of the stall to which this block belongs, if it is stalled.
    pub stalled_since: Option<N>,
}

/// Time stands from this block on, or runs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<N> {
    /// Time stands.
    Stalled,
    /// Time runs again.
    Resumed {
        /// Blocks for which it stood.
        after: N,
    },
}

/// Why a hint is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintError {
    /// The block has given a hint already.
    Repeated,
    /// A block can be final only before its child is made.
    Ahead,
    /// It lies below all the hints on record.
    Behind,
}

impl<N: AtLeast32BitUnsigned + Copy> Clock<N> {
    /// The clock in the block of this number, which follows [`Self::block`].
    pub fn next(self, block: N) -> (Self, Option<Change<N>>) {
        let running = Self { block, ..self };
        match (self.stalls(block), self.stalled_since) {
            (true, since) => {
                let clock = Self {
                    stalled: self.stalled.saturating_add(One::one()),
                    stalled_since: since.or(Some(block)),
                    ..running
                };
                (clock, since.is_none().then_some(Change::Stalled))
            }
            (false, Some(since)) => {
                let clock = Self {
                    stalled_since: None,
                    ..running
                };
                let after = block.saturating_sub(since);
                (clock, Some(Change::Resumed { after }))
            }
            (false, None) => (running, None),
        }
    }

    /// The clock after the author of this block said that block `finalised` is final.
    pub fn noted(mut self, block: N, finalised: N) -> Result<Self, HintError> {
        if self.hinted_in >= block {
            return Err(HintError::Repeated);
        }
        if finalised >= block {
            return Err(HintError::Ahead);
        }
        if finalised < self.lowest() {
            return Err(HintError::Behind);
        }
        self.hints.rotate_left(1);
        if let Some(newest) = self.hints.last_mut() {
            *newest = finalised;
        }
        self.hinted_in = block;
        Ok(self)
    }

    /// The hint closest to `finalised` that is accepted in this block.
    pub fn admissible(&self, block: N, finalised: N) -> N {
        finalised
            .max(self.lowest())
            .min(block.saturating_sub(One::one()))
    }

    /// Chain time in a block: in the newest that has begun, or in the one that would follow it.
    pub fn time(&self, block: N) -> N {
        let running = block.saturating_sub(self.stalled);
        if block > self.block && self.stalls(block) {
            return running.saturating_sub(One::one());
        }
        running
    }

    /// The median of the hints.
    pub fn median(&self) -> N {
        let mut sorted = self.hints;
        let (_, median, _) = sorted.select_nth_unstable(HINTS / 2);
        *median
    }

    /// The lowest hint: none below it is accepted, so it never falls.
    pub fn lowest(&self) -> N {
        self.hints
            .iter()
            .fold(N::max_value(), |lowest, hint| lowest.min(*hint))
    }

    /// Whether the numbers can belong to one chain.
    pub fn is_consistent(&self) -> bool {
        let parent = self.hinted_in.saturating_sub(One::one());
        let standing = self.stalled_since.map_or(N::zero(), |since| {
            self.block.saturating_sub(since).saturating_add(One::one())
        });
        self.hints.iter().all(|hint| *hint <= parent)
            && self.hinted_in <= self.block
            && self.stalled <= self.block
            && self.stalled_since.is_none_or(|since| since <= self.block)
            && standing <= self.stalled
    }

    fn stalls(&self, block: N) -> bool {
        block.saturating_sub(self.median()) > MAX_FINALITY_LAG.into()
    }
}
