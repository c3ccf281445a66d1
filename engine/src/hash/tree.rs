//! Trees over hashes, several nodes of a level at once, of one tree or of many.

use super::batch::Batch;
use crate::cpu::Path;
use assay_commitment::{node_hash, tree_height, Hash, NodePreimage, Sha3};
use rayon::prelude::*;
use std::sync::OnceLock;

/// Nodes of a piece of work that is worth giving to another thread.
const NODES_WORTH_SHARING: usize = 1024;

/// The levels of the tree over `leaves`, without the leaves themselves: the root is alone in the last. A level has its
/// nodes with leaves and no padding.
pub(super) fn levels(path: &'static Path, leaves: &[Hash]) -> Vec<Vec<Hash>> {
    let mut levels: Vec<Vec<Hash>> = Vec::new();
    for height in 0..tree_height(leaves.len() as u64) {
        let below = levels.last().map_or(leaves, Vec::as_slice);
        let pairs: Vec<[Hash; 2]> = pairs(below, height).collect();
        levels.push(parents(path, &pairs));
    }
    levels
}

/// The roots of the trees over each of these leaves. All trees' nodes of one height are hashed together.
pub(super) fn roots(path: &'static Path, mut trees: Vec<Vec<Hash>>) -> Vec<Hash> {
    let most = trees.iter().map(Vec::len).max().unwrap_or(0);
    for height in 0..tree_height(most as u64) {
        let growing = trees.iter().filter(|nodes| nodes.len() > 1);
        let pairs: Vec<[Hash; 2]> = growing.flat_map(|nodes| pairs(nodes, height)).collect();
        let parents = parents(path, &pairs);
        let mut rest = parents.as_slice();
        for nodes in trees.iter_mut().filter(|nodes| nodes.len() > 1) {
            let (own, others) = rest.split_at(nodes.len().div_ceil(2));
            nodes.clear();
            nodes.extend_from_slice(own);
            rest = others;
        }
    }
    let root = |nodes: Vec<Hash>| nodes.first().copied().unwrap_or_default();
    trees.into_iter().map(root).collect()
}

/// The children of each node above nodes of this height; the last may have padding for one.
fn pairs(below: &[Hash], height: u32) -> impl Iterator<Item = [Hash; 2]> + '_ {
    below.chunks(2).map(move |pair| {
        [
            pair[0],
            pair.get(1).copied().unwrap_or_else(|| padding(height)),
        ]
    })
}

/// The root of a subtree of this height, below 64, without leaves.
fn padding(height: u32) -> Hash {
    static PADDING: OnceLock<Vec<Hash>> = OnceLock::new();
    let all = PADDING.get_or_init(|| {
        let next = |hash: &Hash| Some(node_hash::<Sha3>(hash, hash));
        std::iter::successors(Some(Hash::default()), next)
            .take(u64::BITS as usize)
            .collect()
    });
    all[height as usize]
}

/// The parent of each pair.
fn parents(path: &'static Path, pairs: &[[Hash; 2]]) -> Vec<Hash> {
    let mut hashes = vec![Hash::default(); pairs.len()];
    let batch = || Batch::new(path, Batch::blocks(NodePreimage::BYTES));
    if pairs.len() <= NODES_WORTH_SHARING {
        hash(path, &mut batch(), pairs, &mut hashes);
        return hashes;
    }
    hashes
        .par_chunks_mut(NODES_WORTH_SHARING)
        .zip(pairs.par_chunks(NODES_WORTH_SHARING))
        .for_each_init(batch, |batch, (hashes, pairs)| {
            hash(path, batch, pairs, hashes)
        });
    hashes
}

fn hash(path: &Path, batch: &mut Batch, pairs: &[[Hash; 2]], hashes: &mut [Hash]) {
    let lanes = path.hash_lanes;
    for (pairs, hashes) in pairs.chunks(lanes).zip(hashes.chunks_mut(lanes)) {
        for (lane, [left, right]) in pairs.iter().enumerate() {
            let message = batch.message(lane, NodePreimage::BYTES);
            message.copy_from_slice(&NodePreimage::of(left, right));
        }
        hashes.copy_from_slice(&batch.digests()[..hashes.len()]);
    }
}
