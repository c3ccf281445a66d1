//! Indices, counts and the clock's unit.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A point or a length of chain time, in blocks.
pub type BlockNumber = u32;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
        )]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
        pub struct $name(pub $inner);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number! {
    /// A job's number, given out in order of submission from 0.
    JobId(u64)
}
number! {
    /// A segment of a job, from 0.
    SegmentIndex(u32)
}
number! {
    /// An interval of a segment, from 0.
    IntervalIndex(u32)
}
number! {
    /// A training step of a job, from 0.
    StepIndex(u64)
}
number! {
    /// A number of training steps.
    StepCount(u64)
}
number! {
    /// A version of the protocol parameters; each `set_params` makes the next one.
    ParamsVersion(u32)
}

impl JobId {
    /// The job submitted after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl SegmentIndex {
    /// The segment after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The segment before this one; none before the first.
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

impl ParamsVersion {
    /// The version after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The time between two blocks, which turns declared seconds into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockTime {
    /// Milliseconds from one block to the next. Zero counts as one.
    pub millis: u64,
}

impl BlockTime {
    /// The blocks that `millis` milliseconds take, rounded up.
    pub fn blocks_for(self, millis: u64) -> BlockNumber {
        let blocks = millis.div_ceil(self.millis.max(1));
        BlockNumber::try_from(blocks).unwrap_or(BlockNumber::MAX)
    }

    /// The whole seconds that `blocks` blocks take, rounded up.
    pub fn seconds_of(self, blocks: u64) -> u64 {
        blocks.saturating_mul(self.millis.max(1)).div_ceil(1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_round_up_and_saturate() {
        let six = BlockTime { millis: 6_000 };
        assert_eq!(six.blocks_for(0), 0);
        assert_eq!(six.blocks_for(1), 1);
        assert_eq!(six.blocks_for(6_000), 1);
        assert_eq!(six.blocks_for(6_001), 2);
        assert_eq!(six.blocks_for(u64::MAX), BlockNumber::MAX);
        assert_eq!(BlockTime { millis: 0 }.blocks_for(5), 5);
        assert_eq!(six.seconds_of(3), 18);
    }

    #[test]
    fn a_number_is_its_bare_encoding() {
        assert_eq!(JobId(7).encode(), 7u64.encode());
        assert_eq!(SegmentIndex(0).previous(), None);
        assert_eq!(SegmentIndex(4).previous(), Some(SegmentIndex(3)));
    }
}
