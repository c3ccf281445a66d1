//! What the pallet stores.

use assay_game::{Defence, Entry, Party, Verdict};
use assay_protocol::{Balance, BlockNumber, JobId, PerMille, SegmentIndex};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::fungible::Credit;
use scale_info::TypeInfo;

use crate::Config;

pub(crate) type DisputeOf<T> = Dispute<<T as frame_system::Config>::AccountId>;
pub(crate) type SlashOf<T> = Slash<<T as frame_system::Config>::AccountId>;

/// Funds that have left a hold and go where the runtime sends slashes.
pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

macro_rules! stored {
    ($item:item) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            Eq,
            Encode,
            Decode,
            DecodeWithMemTracking,
            MaxEncodedLen,
            TypeInfo,
        )]
        $item
    };
}

stored! {
    /// A contested commitment, by the number of the first dispute about it.
    #[derive(Copy, PartialOrd, Ord)]
    pub struct ContestId(pub u64);
}
stored! {
    /// A slash, by the number of the dispute that caused it.
    #[derive(Copy, PartialOrd, Ord)]
    pub struct SlashId(pub u64);
}
stored! {
    /// A challenge of a committed segment.
    pub struct Dispute<AccountId> {
        /// Given out in order of opening.
        pub number: u64,
        /// The job.
        pub job: JobId,
        /// The segment whose commitment is challenged.
        pub segment: SegmentIndex,
        /// What is said to be wrong.
        pub entry: Entry,
        /// The contest that it belongs to.
        pub contest: ContestId,
        /// The owner's account of the provider that committed.
        pub defender: AccountId,
        /// Who challenges.
        pub challenger: AccountId,
        /// What the challenger has put up.
        pub stake: Stake,
        /// Whether its share of a slash has been settled.
        pub reward: Reward,
        /// Where it stands.
        pub stage: Stage,
        /// What holds for it, from the parameters of its job.
        pub terms: Terms,
    }
}
stored! {
    /// What holds for a dispute.
    #[derive(Copy)]
    pub struct Terms {
        /// Blocks that each move may take without cost.
        pub allowance: BlockNumber,
        /// The challenger's budget in blocks.
        pub budget: BlockNumber,
        /// The winner's share of what the loser forfeits.
        pub winner_share: PerMille,
        /// Blocks for which a slash is held.
        pub slash_defer: BlockNumber,
        /// Blocks after its end until its record may be removed.
        pub retention: BlockNumber,
    }
}
stored! {
    /// What a challenger has put up.
    #[derive(Copy)]
    pub struct Stake {
        /// What it may lose; nothing once it is settled.
        pub bond: Balance,
        /// For what the dispute stores, returned by clean-up.
        pub deposit: Balance,
    }
}
stored! {
    /// Whether a dispute's share of a slash, if it has one, has been settled.
    #[derive(Copy)]
    pub enum Reward {
        /// Not yet; next: `Settled`, by `pull` after the slash is.
        Open,
        /// Paid out, or refunded to the provider with the slash. No next state.
        Settled,
    }
}
stored! {
    /// Where a dispute stands. One that is not `Ended` is moot as soon as its contest is void.
    #[derive(Copy)]
    pub enum Stage {
        /// Waits for one of the defender's places with both clocks stopped; next: `Running`.
        Queued {
            /// Its place in the defender's queue.
            place: u64,
        },
        /// Is being played; next: `Ended`.
        Running,
        /// Has its verdict. No next state.
        Ended {
            /// The verdict.
            verdict: Verdict,
            /// The block of the verdict.
            at: BlockNumber,
        },
    }
}
stored! {
    /// A commitment that has been challenged, with what its games share.
    pub struct Contest {
        /// The defender's time.
        pub defence: Defence,
        /// Disputes on record.
        pub disputes: u32,
        /// Disputes without a verdict.
        pub open: u32,
        /// Games that are being played.
        pub running: u32,
        /// Whether the commitment stands.
        pub fate: Fate,
    }
}
stored! {
    /// Whether a contested commitment stands.
    #[derive(Copy)]
    pub enum Fate {
        /// It does; next: `Void`.
        Standing,
        /// It, or that of an earlier segment, was proved wrong. No next state.
        Void {
            /// The slash, which its games share.
            slash: SlashId,
            /// The block of that verdict.
            at: BlockNumber,
        },
    }
}
stored! {
    /// A provider's games.
    #[derive(Copy, Default)]
    pub struct Docket {
        /// Games that are being played.
        pub running: u32,
        /// Place of the next game to be started.
        pub head: u64,
        /// Place of the next game to be queued.
        pub tail: u64,
    }
}
stored! {
    /// Collateral of a convicted provider, under a hold of this pallet on its account.
    pub struct Slash<AccountId> {
        /// The provider's owner account.
        pub worker: AccountId,
        /// The job.
        pub job: JobId,
        /// The collateral.
        pub amount: Balance,
        /// The winners' part of it.
        pub reward: Balance,
        /// Where it stands.
        pub status: SlashStatus,
    }
}
stored! {
    /// Where a slash stands.
    #[derive(Copy)]
    pub enum SlashStatus {
        /// May still be refunded; next: `Settled` or `Refunded`.
        Held {
            /// The block from which it may be settled.
            until: BlockNumber,
            /// Games that share the reward.
            shares: u32,
        },
        /// All but the reward is paid out; next: removed, with the last share.
        Settled {
            /// What each game gets.
            each: Balance,
            /// Games that have not pulled.
            unpulled: u32,
        },
        /// Given back to the provider; next: removed, with the last game that shared it.
        Refunded {
            /// Games that have not pulled.
            unpulled: u32,
        },
    }
}

/// How a dispute has ended, and what follows for its money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The block of it.
    pub(crate) at: BlockNumber,
    /// What is due of the bond.
    pub(crate) bond: BondDue,
    /// The slash that the challenger has a share of.
    pub(crate) slash: Option<SlashId>,
}

/// What is due of a bond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BondDue {
    /// The challenger gets it back.
    Return,
    /// The challenger has lost it.
    Forfeit,
}

impl<AccountId> Dispute<AccountId> {
    /// How the dispute has ended; `None` while it is open.
    pub(crate) fn end(&self, contest: &Contest) -> Option<End> {
        let due = |at, bond, slash| Some(End { at, bond, slash });
        match (&self.stage, contest.fate) {
            (Stage::Ended { verdict, at }, _) if verdict.winner == Party::Defender => {
                due(*at, BondDue::Forfeit, None)
            }
            (Stage::Ended { at, .. }, Fate::Standing) => due(*at, BondDue::Return, None),
            (_, Fate::Standing) => None,
            (_, Fate::Void { slash, at }) => due(at, BondDue::Return, Some(slash)),
        }
    }

    /// Whether `pull` has nothing left to do, now or later.
    pub(crate) fn is_settled(&self, end: End) -> bool {
        self.stake.bond == 0 && (end.slash.is_none() || self.reward == Reward::Settled)
    }
}

impl Contest {
    /// A contest whose defender has a budget of `blocks`.
    pub(crate) fn new(blocks: BlockNumber) -> Self {
        Self {
            defence: Defence::new(blocks),
            disputes: 0,
            open: 0,
            running: 0,
            fate: Fate::Standing,
        }
    }
}

impl Docket {
    /// Games that wait, those included that have become moot meanwhile.
    pub(crate) fn queued(&self) -> u64 {
        self.tail.saturating_sub(self.head)
    }
}

impl<AccountId> Slash<AccountId> {
    /// What of it is still on hold.
    pub fn held(&self) -> Balance {
        match self.status {
            SlashStatus::Held { .. } => self.amount,
            SlashStatus::Settled { each, unpulled } => each.saturating_mul(unpulled.into()),
            SlashStatus::Refunded { .. } => 0,
        }
    }
}
