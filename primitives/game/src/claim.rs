//! What a game is about.

use alloc::vec::Vec;
use assay_commitment::Hash;
use assay_program::Header;
use assay_protocol::{IntervalIndex, JobSpec, Schedule, SegmentIndex, StepRange};

/// What is agreed before the first move: the job's record and one segment's commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The program's header.
    pub header: Header,
    /// Root of the tree over the program's encoded nodes.
    pub node_tree_root: Hash,
    /// Roots of the dataset tensors.
    pub datasets: Vec<Hash>,
    /// State root before the segment's first step.
    pub start: Hash,
    /// The commitment: root of the trace over the state roots at the intervals' ends.
    pub trace: Hash,
    /// How the job's steps fall into segments and intervals.
    pub schedule: Schedule,
    /// The segment.
    pub segment: SegmentIndex,
}

impl Claim {
    /// The claim that `trace` is the segment's trace from `start`.
    pub fn new(spec: &JobSpec, segment: SegmentIndex, start: Hash, trace: Hash) -> Self {
        Self {
            header: spec.header.into(),
            node_tree_root: spec.node_tree_root.0,
            datasets: spec.datasets.iter().map(|root| root.0).collect(),
            start,
            trace,
            schedule: spec.schedule,
            segment,
        }
    }

    /// Intervals of the segment.
    pub fn intervals(&self) -> u32 {
        self.schedule.intervals_of(self.segment)
    }

    /// The steps of one of its intervals.
    pub fn steps(&self, interval: IntervalIndex) -> StepRange {
        self.schedule.steps_of_interval(self.segment, interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::{
        ConstantsRoot, DeclaredWork, NodeTreeRoot, ProgramHeader, Requirements, StateRoot,
        StepCount, StepIndex, TensorRoot,
    };
    use bounded_collections::BoundedVec;

    fn spec() -> JobSpec {
        JobSpec {
            header: ProgramHeader {
                version: 1,
                flags: 0,
                seed: [1; 32],
                nodes: 20,
                slots: 4,
                inputs: 2,
                constants: 1,
                constants_root: ConstantsRoot([2; 32]),
            },
            node_tree_root: NodeTreeRoot([3; 32]),
            start_state: StateRoot([4; 32]),
            datasets: BoundedVec::truncate_from(alloc::vec![
                TensorRoot([5; 32]),
                TensorRoot([6; 32])
            ]),
            dataset_rows: 100,
            batch_size: 10,
            schedule: Schedule {
                total_steps: StepCount(25),
                steps_per_segment: 10,
                steps_per_interval: 4,
            },
            work: DeclaredWork::default(),
            seconds_per_segment: 1,
            price_per_segment: 1,
            requirements: Requirements::default(),
            blobs: BoundedVec::new(),
            max_pause: 1,
        }
    }

    #[test]
    fn everything_comes_from_the_record() {
        let claim = Claim::new(&spec(), SegmentIndex(2), [7; 32], [8; 32]);
        assert_eq!(claim.header.nodes, 20);
        assert_eq!(claim.header.constants_root, [2; 32]);
        assert_eq!(claim.node_tree_root, [3; 32]);
        assert_eq!(claim.datasets, [[5; 32], [6; 32]]);
        assert_eq!((claim.start, claim.trace), ([7; 32], [8; 32]));
        // The last segment has five steps, its second interval one.
        assert_eq!(claim.intervals(), 2);
        let last = claim.steps(IntervalIndex(1));
        assert_eq!((last.first, last.count), (StepIndex(24), StepCount(1)));
    }
}
