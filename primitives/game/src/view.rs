//! What a dispute looks like from outside: read models, generic over the chain's accounts.

use crate::{Entry, GameId, Party, Phase, Verdict};
use assay_protocol::{Balance, BlockNumber, IntervalIndex, JobId, SegmentIndex};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A dispute: what it is about, between whom, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DisputeView<AccountId> {
    /// The game's name.
    pub game: GameId,
    /// Its number, given out in order of opening.
    pub number: u64,
    /// The job.
    pub job: JobId,
    /// The segment whose commitment is challenged.
    pub segment: SegmentIndex,
    /// What is said to be wrong.
    pub entry: Entry,
    /// The owner's account of the provider that committed.
    pub defender: AccountId,
    /// Who challenges.
    pub challenger: AccountId,
    /// What the challenger may lose and has not got back; nothing once it is settled.
    #[cfg_attr(feature = "serde", serde(with = "assay_protocol::json::amount"))]
    pub bond: Balance,
    /// The slash that the challenger has won a share of and has not pulled it from.
    pub share: Option<Share>,
    /// Where it stands.
    pub standing: Standing,
}

/// A share of a slash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Share {
    /// Number of the slash.
    pub slash: u64,
    /// The block of chain time from which it may be settled; none once it is, and the share may be pulled.
    pub held_until: Option<BlockNumber>,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Standing {
    /// Waits for one of the defender's places; both clocks stand.
    Queued,
    /// Is being played.
    Running {
        /// The interval in dispute, once the argument has come so far.
        interval: Option<IntervalIndex>,
        /// What it waits for.
        phase: PhaseName,
        /// Who is to move.
        mover: Party,
        /// The last block of chain time in which it may do so.
        deadline: BlockNumber,
        /// Moves so far: the number of the next.
        round: u32,
    },
    /// Has its verdict.
    Ended {
        /// The verdict.
        verdict: Verdict,
        /// The block of the verdict.
        at: BlockNumber,
    },
    /// Is not played on: another game has convicted the defender in this job.
    Moot {
        /// The block of that conviction.
        at: BlockNumber,
    },
}

/// What a game waits for, by name.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum PhaseName {
    /// [`Phase::OpenIntervals`].
    OpenIntervals,
    /// [`Phase::Enter`].
    Enter,
    /// [`Phase::OpenSteps`].
    OpenSteps,
    /// [`Phase::OpenOperators`].
    OpenOperators,
    /// [`Phase::OpenTiles`].
    OpenTiles,
    /// [`Phase::OpenFold`].
    OpenFold,
    /// [`Phase::OpenSlots`].
    OpenSlots,
    /// [`Phase::Reveal`].
    Reveal,
    /// [`Phase::Name`].
    Name,
    /// [`Phase::Prove`].
    Prove,
    /// [`Phase::ShowSlot`].
    ShowSlot,
}

impl From<&Phase> for PhaseName {
    fn from(phase: &Phase) -> Self {
        match phase {
            Phase::OpenIntervals => Self::OpenIntervals,
            Phase::Enter(_) => Self::Enter,
            Phase::OpenSteps(_) => Self::OpenSteps,
            Phase::OpenOperators(_) => Self::OpenOperators,
            Phase::OpenTiles(_) => Self::OpenTiles,
            Phase::OpenFold(_) => Self::OpenFold,
            Phase::OpenSlots(_) => Self::OpenSlots,
            Phase::Reveal(_) => Self::Reveal,
            Phase::Name(..) => Self::Name,
            Phase::Prove(_) => Self::Prove,
            Phase::ShowSlot(_) => Self::ShowSlot,
        }
    }
}
