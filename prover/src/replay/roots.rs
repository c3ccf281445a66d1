//! Tensor roots on all threads.

use crate::Levels;
use assay_commitment::{tensor_root, Hash, Sha3};
use assay_engine::{Hasher, State};
use assay_numerics::{Tensor, TensorType};

/// The tree over a tensor's tiles.
pub(super) fn tile_tree(tensor: &Tensor) -> Levels {
    Levels::new(leaves(tensor.ty(), tensor.words()))
}

/// The root of a tensor of these words.
pub(super) fn tensor_root_of_words(ty: TensorType, words: &[u32]) -> Hash {
    tensor_root::<Sha3>(ty, Hasher::default().root(&leaves(ty, words))).0
}

/// The roots of a state's slots.
pub(super) fn slot_roots(state: &State) -> Vec<Hash> {
    let root = |slot: &Tensor| tensor_root_of_words(slot.ty(), slot.words());
    state.slots().iter().map(root).collect()
}

/// The hashes of the tiles of a tensor of these words.
fn leaves(ty: TensorType, words: &[u32]) -> Vec<Hash> {
    Hasher::default().leaves(ty, words, 0..ty.dims.tiles())
}
