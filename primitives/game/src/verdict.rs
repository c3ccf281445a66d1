//! How a game ends.

use assay_commitment::Hash;
use assay_protocol::IntervalIndex;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A side of a game.
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
pub enum Party {
    /// The provider that committed the segment.
    Defender,
    /// Whoever says that the commitment is wrong.
    Challenger,
}

impl Party {
    /// The other side.
    pub const fn other(self) -> Self {
        match self {
            Self::Defender => Self::Challenger,
            Self::Challenger => Self::Defender,
        }
    }
}

/// Who has won, and why.
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
pub struct Verdict {
    /// The side that has won.
    pub winner: Party,
    /// Why.
    pub reason: Reason,
}

/// What a verdict rests on.
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
pub enum Reason {
    /// The loser's time ran out.
    TimeOut,
    /// The chain ran the fold step in dispute.
    Proof {
        /// Interval of the segment.
        interval: IntervalIndex,
        /// Step in the interval.
        step: u32,
        /// Node of the program.
        node: u32,
        /// Tile of the node's output.
        tile: u64,
        /// Block of the tile's fold.
        block: u32,
        /// What the defender had claimed.
        claimed: Hash,
        /// What the chain computed.
        computed: Hash,
    },
    /// The next state's slot was compared with the node that gives it.
    Slot {
        /// Interval of the segment.
        interval: IntervalIndex,
        /// Step in the interval.
        step: u32,
        /// The slot.
        slot: u32,
        /// Tensor root claimed in the next state.
        claimed: Hash,
        /// Tensor root of the node.
        computed: Hash,
    },
}
