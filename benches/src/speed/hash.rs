//! Roots of tensors: several Keccak states at once, beside the `sha3` crate on as many threads.

use crate::{report::Measurement, turns};
use anyhow::{ensure, Result};
use assay_commitment::{tensor_root, tile_hash_at, tree_root, Hash, Sha3, TensorRoot};
use assay_engine::{Hasher, Simd};
use assay_numerics::{Dims, Tensor, TensorType};
use rayon::prelude::*;
use std::{hint::black_box, time::Instant};

/// Names and dimensions: tensors of ordinary models, and one that fills no tile.
const CASES: [(&str, [u32; 4]); 4] = [
    ("weight-4096x4096", [1, 1, 4096, 4096]),
    ("weight-1024x1024", [1, 1, 1024, 1024]),
    ("bias-1x1024", [1, 1, 1, 1024]),
    ("ragged-1000x1000", [1, 1, 1000, 1000]),
];

/// Measures every case whose name contains `only`, in GB/s.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let hasher = Hasher::new(Simd::from_env()?)?;
    let cases = CASES.iter().filter(|(name, _)| name.contains(only));
    cases
        .map(|(name, dims)| case(name, *dims, hasher, rounds))
        .collect()
}

fn case(name: &'static str, dims: [u32; 4], hasher: Hasher, rounds: u32) -> Result<Measurement> {
    let mut tensor = Tensor::zeros(TensorType::f32(Dims::new(dims)?));
    for (at, word) in (1_u32..).zip(tensor.words_mut()) {
        *word = at.wrapping_mul(0x9e37_79b9);
    }
    ensure!(
        hasher.tensor_root(&tensor) == peer(&tensor),
        "{name}: the roots differ"
    );
    let time = |times: u32, root: &dyn Fn() -> TensorRoot| {
        let begun = Instant::now();
        for _ in 0..times {
            black_box(root());
        }
        Ok(begun.elapsed())
    };
    let (ours, peer) = turns::seconds(
        rounds,
        &mut |times| time(times, &|| hasher.tensor_root(&tensor)),
        &mut |times| time(times, &|| peer(&tensor)),
    )?;
    let gigabytes = tensor.ty().bytes() as f64 / 1e9;
    Ok(Measurement::new(
        name,
        gigabytes / ours,
        gigabytes / peer,
        "GB/s",
    ))
}

/// The root by the `sha3` crate, a tile at a time.
fn peer(tensor: &Tensor) -> TensorRoot {
    let (ty, words) = (tensor.ty(), tensor.words());
    let leaves: Vec<Hash> = (0..ty.dims.tiles() as usize)
        .into_par_iter()
        .with_min_len(8)
        .map(|tile| tile_hash_at::<Sha3>(ty, words, tile as u64).unwrap_or_default())
        .collect();
    tensor_root::<Sha3>(ty, tree_root::<Sha3>(&leaves))
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_sides_give_the_same_root() {
        assert_eq!(super::measure(1, "bias").unwrap().len(), 1);
    }
}
