//! Random tensors.

use super::rng::Rng;
use alloc::vec::Vec;
use assay_numerics::{DType, Tensor, TensorType};

/// Which floats a sample starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Floats {
    /// Zeros, and magnitudes from 2^-7 to 2^3.
    Tame,
    /// Any bit pattern.
    Wild,
}

/// A tensor of this type; `None` if it is too large to be in memory.
pub(super) fn random_tensor(rng: &mut Rng, floats: Floats, ty: TensorType) -> Option<Tensor> {
    let words: Vec<u32> = (0..ty.dims.elements())
        .map(|_| match ty.dtype {
            DType::F32 => random_float(rng, floats),
            DType::U32 => random_integer(rng),
        })
        .collect();
    Tensor::new(ty, words).ok()
}

pub(super) fn random_float(rng: &mut Rng, floats: Floats) -> u32 {
    let word = rng.next() as u32;
    match rng.below(16) {
        0 => word & 0x8000_0000,
        1..4 if floats == Floats::Wild => word,
        _ => word & 0x807f_ffff | rng.between(120, 129) << 23,
    }
}

/// Mostly small, so that it is often a valid index; sometimes anything.
fn random_integer(rng: &mut Rng) -> u32 {
    match rng.below(16) {
        0 => rng.next() as u32,
        1 => u32::MAX,
        _ => rng.below(40),
    }
}
