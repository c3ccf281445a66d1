//! Commitments at the speed of memory: Keccak-256 of several tiles or nodes at once, on all threads.
//!
//! `assay_commitment` defines every hash; this computes the same ones.

mod batch;
pub(crate) mod full;
pub(crate) mod keccak;
pub(crate) mod place;
#[cfg(test)]
mod tests;
mod tiles;
mod tree;
pub(crate) mod words;

use crate::{cpu::Path, EngineError, Simd};
use assay_commitment::{tensor_root, Hash, Sha3, TensorRoot};
use assay_numerics::{Tensor, TensorType};
pub(crate) use place::Part;
use std::{fmt, ops::Range};
pub(crate) use tiles::BYTES_WORTH_SHARING;

/// Hashes tensors with the instructions of this processor, on the running thread pool.
#[derive(Clone, Copy)]
pub struct Hasher(&'static Path);

/// The fastest one.
impl Default for Hasher {
    fn default() -> Self {
        Self(Simd::best())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({} lanes)", self.0.hash_lanes)
    }
}

impl Hasher {
    /// A hasher that uses this instruction set.
    ///
    /// # Errors
    /// [`EngineError::UnsupportedCpu`] if this processor lacks it.
    pub fn new(simd: Simd) -> Result<Self, EngineError> {
        let resolved = simd.resolve()?;
        let path = resolved.path().ok_or_else(|| EngineError::UnsupportedCpu {
            wanted: resolved,
            available: Simd::available(),
        })?;
        Ok(Self(path))
    }

    /// The hashes of some of a tensor's tiles, in order: leaves of its tree.
    ///
    /// # Panics
    /// If `words` are not as many as the type has elements, or it has no such tiles.
    pub fn leaves(self, ty: TensorType, words: &[u32], tiles: Range<u64>) -> Vec<Hash> {
        assert_eq!(words.len() as u64, ty.dims.elements());
        assert!(tiles.start <= tiles.end && tiles.end <= ty.dims.tiles());
        let part = Part { ty, words, tiles };
        let mut leaves = tiles::leaves(self.0, &[part]);
        leaves.pop().unwrap_or_default()
    }

    /// The hashes of each part's tiles. Small tensors are hashed together, so that they cost little more than large ones.
    pub(crate) fn leaves_of(self, parts: &[Part<'_>]) -> Vec<Vec<Hash>> {
        tiles::leaves(self.0, parts)
    }

    /// The roots of the trees over each of these leaves.
    pub(crate) fn roots(self, trees: Vec<Vec<Hash>>) -> Vec<Hash> {
        tree::roots(self.0, trees)
    }

    /// The levels of the tree over `leaves`, the leaves first and the root last. A level has its nodes with leaves and no
    /// padding.
    pub fn levels(self, leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
        let above = tree::levels(self.0, &leaves);
        std::iter::once(leaves).chain(above).collect()
    }

    /// The root of the tree over `leaves`.
    pub fn root(self, leaves: &[Hash]) -> Hash {
        let mut roots = tree::roots(self.0, vec![leaves.to_vec()]);
        roots.pop().unwrap_or_default()
    }

    /// The root of a tensor.
    pub fn tensor_root(self, tensor: &Tensor) -> TensorRoot {
        let mut roots = self.tensor_roots(&[tensor]);
        roots.pop().expect("one tensor has one root; qed")
    }

    /// The roots of several tensors, whose tiles are hashed together.
    pub fn tensor_roots(self, tensors: &[&Tensor]) -> Vec<TensorRoot> {
        let parts: Vec<Part<'_>> = tensors.iter().map(|tensor| Part::whole(tensor)).collect();
        let roots = self.roots(self.leaves_of(&parts));
        let types = tensors.iter().map(|tensor| tensor.ty());
        types
            .zip(roots)
            .map(|(ty, root)| tensor_root::<Sha3>(ty, root))
            .collect()
    }
}
