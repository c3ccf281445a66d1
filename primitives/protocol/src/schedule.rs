//! How a job's steps fall into segments and intervals.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{SegmentIndex, StepCount, StepIndex};

/// The division of a job's steps.
///
/// The last segment may be shorter than the others, and the last interval of each segment may be
/// shorter than its siblings: intervals never cross a segment's end.
#[derive(
    Clone,
    Copy,
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Schedule {
    /// Training steps of the whole job.
    pub total_steps: StepCount,
    /// Steps of a full segment.
    pub steps_per_segment: u32,
    /// Steps of a full interval.
    pub steps_per_interval: u32,
}

/// Consecutive steps.
#[derive(
    Clone,
    Copy,
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StepRange {
    /// The first step.
    pub first: StepIndex,
    /// How many steps.
    pub count: StepCount,
}

impl StepRange {
    /// The step after the last.
    pub fn end(&self) -> StepIndex {
        StepIndex(self.first.0.saturating_add(self.count.0))
    }
}

impl Schedule {
    /// Number of segments; saturates at `u32::MAX`.
    pub fn segments(&self) -> u32 {
        let per_segment = u64::from(self.steps_per_segment.max(1));
        u32::try_from(self.total_steps.0.div_ceil(per_segment)).unwrap_or(u32::MAX)
    }

    /// The steps of a segment; empty behind the last.
    pub fn steps_of(&self, segment: SegmentIndex) -> StepRange {
        let per_segment = u64::from(self.steps_per_segment.max(1));
        let first = u64::from(segment.0)
            .saturating_mul(per_segment)
            .min(self.total_steps.0);
        let count = self.total_steps.0.saturating_sub(first).min(per_segment);
        StepRange {
            first: StepIndex(first),
            count: StepCount(count),
        }
    }

    /// Number of intervals of a segment; none behind the last segment.
    pub fn intervals_of(&self, segment: SegmentIndex) -> u32 {
        let per_interval = u64::from(self.steps_per_interval.max(1));
        let intervals = self.steps_of(segment).count.0.div_ceil(per_interval);
        u32::try_from(intervals).unwrap_or(u32::MAX)
    }

    /// The steps of an interval of a segment; empty behind the last.
    pub fn steps_of_interval(
        &self,
        segment: SegmentIndex,
        interval: crate::IntervalIndex,
    ) -> StepRange {
        let range = self.steps_of(segment);
        let per_interval = u64::from(self.steps_per_interval.max(1));
        let offset = u64::from(interval.0)
            .saturating_mul(per_interval)
            .min(range.count.0);
        let count = range.count.0.saturating_sub(offset).min(per_interval);
        StepRange {
            first: StepIndex(range.first.0.saturating_add(offset)),
            count: StepCount(count),
        }
    }

    /// The job's last segment.
    pub fn last_segment(&self) -> SegmentIndex {
        SegmentIndex(self.segments().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IntervalIndex;
    use proptest::prelude::*;

    fn schedule(total: u64, segment: u32, interval: u32) -> Schedule {
        Schedule {
            total_steps: StepCount(total),
            steps_per_segment: segment,
            steps_per_interval: interval,
        }
    }

    #[test]
    fn the_last_ones_are_shorter() {
        let job = schedule(25, 10, 4);
        assert_eq!(job.segments(), 3);
        assert_eq!(
            job.steps_of(SegmentIndex(2)),
            StepRange {
                first: StepIndex(20),
                count: StepCount(5)
            }
        );
        assert_eq!(job.intervals_of(SegmentIndex(0)), 3);
        assert_eq!(job.intervals_of(SegmentIndex(2)), 2);
        assert_eq!(
            job.steps_of_interval(SegmentIndex(0), IntervalIndex(2)),
            StepRange {
                first: StepIndex(8),
                count: StepCount(2)
            }
        );
        assert_eq!(job.steps_of(SegmentIndex(3)).count, StepCount(0));
        assert_eq!(job.intervals_of(SegmentIndex(u32::MAX)), 0);
    }

    proptest! {
        #[test]
        fn intervals_cover_every_step_once(total in 1u64..300, segment in 1u32..50, interval in 1u32..50) {
            let job = schedule(total, segment, interval);
            let mut next = 0;
            for s in (0..job.segments()).map(SegmentIndex) {
                for i in 0..job.intervals_of(s) {
                    let range = job.steps_of_interval(s, IntervalIndex(i));
                    prop_assert_eq!(range.first.0, next);
                    prop_assert!(range.count.0 > 0);
                    next = range.end().0;
                }
                prop_assert_eq!(next, job.steps_of(s).end().0);
            }
            prop_assert_eq!(next, total);
        }
    }
}
