//! Tensor roots on all threads.

use crate::Levels;
use assay_commitment::{tensor_root, tile_hash_at, tree_root, Hash, Sha3};
use assay_engine::State;
use assay_numerics::{Tensor, TensorType};
use rayon::prelude::*;

/// Fewest tiles that are worth giving to another thread.
const TILES_WORTH_SHARING: usize = 8;

/// The tree over a tensor's tiles.
pub(super) fn tile_tree(tensor: &Tensor) -> Levels {
    Levels::new(leaves(tensor.ty(), tensor.words()))
}

/// The root of a tensor of these words.
pub(super) fn tensor_root_of_words(ty: TensorType, words: &[u32]) -> Hash {
    tensor_root::<Sha3>(ty, tree_root::<Sha3>(&leaves(ty, words))).0
}

/// The roots of a state's slots.
pub(super) fn slot_roots(state: &State) -> Vec<Hash> {
    let roots = state.slots().par_iter();
    roots
        .map(|slot| tensor_root_of_words(slot.ty(), slot.words()))
        .collect()
}

/// The hashes of the tiles of a tensor of these words.
fn leaves(ty: TensorType, words: &[u32]) -> Vec<Hash> {
    let hash = |tile: usize| {
        tile_hash_at::<Sha3>(ty, words, tile as u64).expect("the tile is the tensor's; qed")
    };
    (0..ty.dims.tiles() as usize)
        .into_par_iter()
        .with_min_len(TILES_WORTH_SHARING)
        .map(hash)
        .collect()
}
