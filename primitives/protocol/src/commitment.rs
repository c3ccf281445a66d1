//! A segment's commitment and the chain's check of it.

use alloc::vec::Vec;

use assay_commitment::{fold_path, trace_root_from_tree, Keccak, Level, PathError, Tree};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{StateRoot, TraceRoot, TreeNode};

/// Nodes of a path, at most: the height of a tree over the most intervals a segment may have.
pub const MAX_PATH: u32 = 20;

/// What a provider commits for a segment.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SegmentCommitment {
    /// Root of the trace over the state roots at the intervals' ends.
    pub trace: TraceRoot,
    /// State root after the last step: the trace's last leaf.
    pub final_state: StateRoot,
    /// The last leaf's siblings, from the leaf's upwards.
    pub path: BoundedVec<TreeNode, ConstU32<MAX_PATH>>,
}

/// Why a commitment is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitmentError {
    /// The path has not exactly the height of a tree over the segment's intervals.
    #[error("the path must have ceil(log2 intervals) nodes")]
    PathLength,
    /// A sibling right of the last leaf is not padding.
    #[error("right of the last leaf there must be padding only")]
    Padding,
    /// Leaf and path do not hash to the trace root.
    #[error("final_state and path do not hash to the trace root")]
    TraceMismatch,
}

impl SegmentCommitment {
    /// Commits a segment whose intervals end in `states`, in order; `None` without any or with too many.
    pub fn new<K: Keccak>(states: &[StateRoot]) -> Option<Self> {
        let final_state = *states.last()?;
        let tree = Tree::new::<K>(states.iter().map(|root| root.0).collect());
        let path = tree.path(tree.count().checked_sub(1)?).ok()?;
        Some(Self {
            trace: trace_root_from_tree::<K>(Level::Interval, tree.count(), tree.root()).into(),
            final_state,
            path: BoundedVec::try_from(path.into_iter().map(TreeNode).collect::<Vec<_>>()).ok()?,
        })
    }

    /// Checks that `final_state` is the last of exactly `intervals` leaves under `trace`.
    ///
    /// # Errors
    /// [`CommitmentError`] says which check fails.
    pub fn verify<K: Keccak>(&self, intervals: u32) -> Result<(), CommitmentError> {
        let count = u64::from(intervals);
        let last = count.checked_sub(1).ok_or(CommitmentError::PathLength)?;
        let path: Vec<_> = self.path.iter().map(|node| node.0).collect();
        let tree = fold_path::<K>(self.final_state.0, last, count, &path)?;
        let trace = TraceRoot::from(trace_root_from_tree::<K>(Level::Interval, count, tree));
        (trace == self.trace)
            .then_some(())
            .ok_or(CommitmentError::TraceMismatch)
    }
}

impl From<PathError> for CommitmentError {
    fn from(error: PathError) -> Self {
        match error {
            PathError::NoSuchLeaf { .. } | PathError::WrongHeight { .. } => Self::PathLength,
            PathError::BadPadding { .. } => Self::Padding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_commitment::Sha3;
    use proptest::prelude::*;

    fn states(n: u32) -> Vec<StateRoot> {
        (0..n)
            .map(|i| StateRoot(Sha3::hash(&[&i.to_le_bytes()])))
            .collect()
    }

    fn commit(n: u32) -> SegmentCommitment {
        SegmentCommitment::new::<Sha3>(&states(n)).unwrap()
    }

    #[test]
    fn every_count_verifies_and_no_other_count_does() {
        for n in 1..40 {
            let commitment = commit(n);
            assert_eq!(commitment.verify::<Sha3>(n), Ok(()), "{n}");
            assert!(commitment.verify::<Sha3>(n + 1).is_err());
            assert!(commitment.verify::<Sha3>(n - 1).is_err());
        }
        assert_eq!(SegmentCommitment::new::<Sha3>(&[]), None);
    }

    #[test]
    fn zero_intervals_and_the_largest_count_are_total() {
        assert_eq!(
            commit(3).verify::<Sha3>(0),
            Err(CommitmentError::PathLength)
        );
        assert_eq!(
            commit(3).verify::<Sha3>(u32::MAX),
            Err(CommitmentError::PathLength)
        );
    }

    #[test]
    fn garbage_in_the_padding_is_refused() {
        let mut honest = commit(3);
        honest.path[0] = TreeNode([9; 32]);
        assert_eq!(honest.verify::<Sha3>(3), Err(CommitmentError::Padding));
    }

    #[test]
    fn a_final_state_that_is_not_the_last_leaf_is_refused() {
        let mut commitment = commit(5);
        commitment.final_state = states(5)[3];
        assert_eq!(
            commitment.verify::<Sha3>(5),
            Err(CommitmentError::TraceMismatch)
        );
    }

    #[test]
    fn one_long_trace_is_not_passed_for_one_interval() {
        let mut short = commit(4);
        short.path = BoundedVec::new();
        assert_eq!(short.verify::<Sha3>(4), Err(CommitmentError::PathLength));
        assert_eq!(short.verify::<Sha3>(1), Err(CommitmentError::TraceMismatch));
    }

    #[test]
    fn the_trace_root_is_fixed() {
        let one = SegmentCommitment::new::<Sha3>(&[StateRoot([0xaa; 32])]).unwrap();
        let mut bytes = vec![0x05, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend([0xaa; 32]);
        assert_eq!(one.trace.0, Sha3::hash(&[&bytes]));
    }

    proptest! {
        #[test]
        fn one_flipped_bit_is_refused(n in 1u32..200, byte in 0usize..32, at in 0usize..10) {
            let mut commitment = commit(n);
            match commitment.path.get_mut(at) {
                Some(node) => node.0[byte] ^= 1,
                None => commitment.trace.0[byte] ^= 1,
            }
            prop_assert!(commitment.verify::<Sha3>(n).is_err());
        }
    }
}
