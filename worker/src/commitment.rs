//! What a segment's roots become on the chain.

use assay_commitment::{trace_root, Level, Sha3, Tree};
use assay_protocol::{SegmentCommitment, StateRoot, TraceRoot, TreeNode};
use bounded_collections::BoundedVec;

/// The commitment to a segment from the state roots at its intervals' ends.
pub fn commitment_of(roots: &[StateRoot]) -> SegmentCommitment {
    let leaves: Vec<_> = roots
        .iter()
        .map(|root| assay_commitment::StateRoot(root.0))
        .collect();
    let tree = Tree::new::<Sha3>(leaves.iter().map(|root| root.0).collect());
    let path = roots
        .len()
        .checked_sub(1)
        .and_then(|last| tree.path(last as u64).ok())
        .unwrap_or_default();
    SegmentCommitment {
        trace: TraceRoot(trace_root::<Sha3>(Level::Interval, &leaves).0),
        final_state: roots.last().copied().unwrap_or_default(),
        path: BoundedVec::truncate_from(path.into_iter().map(TreeNode).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_commitment_passes_the_chains_check() {
        for n in 1..=70u32 {
            let roots: Vec<_> = (0..n).map(|i| StateRoot([i as u8 + 1; 32])).collect();
            let commitment = commitment_of(&roots);
            assert_eq!(commitment.verify::<Sha3>(n), Ok(()), "{n}");
            assert_eq!(commitment.final_state, roots[n as usize - 1]);
        }
    }
}
