//! Trees over hashes, several nodes of a level at once.

use super::{batch::Batch, keccak::MAX_LANES};
use crate::cpu::Path;
use assay_commitment::{tree_height, Hash, NodePreimage};
use rayon::prelude::*;

/// Fewest nodes of a level that are worth giving to another thread.
const NODES_WORTH_SHARING: usize = 256;

/// The levels of the tree over `leaves`, without the leaves themselves: the root is alone in the last. A level has its
/// nodes with leaves and no padding.
pub(super) fn levels(path: &'static Path, leaves: &[Hash]) -> Vec<Vec<Hash>> {
    let mut levels: Vec<Vec<Hash>> = Vec::new();
    let mut padding = Hash::default();
    for _ in 0..tree_height(leaves.len() as u64) {
        let below = levels.last().map_or(leaves, Vec::as_slice);
        let level = parents(path, below, &padding);
        levels.push(level);
        padding = node(path, &padding, &padding);
    }
    levels
}

fn parents(path: &'static Path, below: &[Hash], padding: &Hash) -> Vec<Hash> {
    let mut level = vec![Hash::default(); below.len().div_ceil(2)];
    level
        .par_chunks_mut(NODES_WORTH_SHARING)
        .zip(below.par_chunks(2 * NODES_WORTH_SHARING))
        .for_each(|(level, below)| {
            let mut batch = Batch::new(path, NodePreimage::BYTES);
            let lanes = path.hash_lanes;
            for (level, below) in level.chunks_mut(lanes).zip(below.chunks(2 * lanes)) {
                for (lane, pair) in below.chunks(2).enumerate() {
                    let right = pair.get(1).unwrap_or(padding);
                    write(batch.lane(lane), &pair[0], right);
                }
                let digests: [Hash; MAX_LANES] = batch.digests();
                level.copy_from_slice(&digests[..level.len()]);
            }
        });
    level
}

fn node(path: &'static Path, left: &Hash, right: &Hash) -> Hash {
    let mut batch = Batch::new(path, NodePreimage::BYTES);
    write(batch.lane(0), left, right);
    batch.digests()[0]
}

fn write(message: &mut [u8], left: &Hash, right: &Hash) {
    message[..NodePreimage::BYTES].copy_from_slice(&NodePreimage::of(left, right));
}
