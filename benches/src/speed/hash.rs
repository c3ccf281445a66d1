//! Roots of tensors: several Keccak states at once, beside the `sha3` crate on as many threads.

use crate::{
    report::Measurement,
    train::{Model, MODELS},
    turns,
};
use anyhow::{ensure, Result};
use assay_commitment::{tensor_root, tile_hash_at, tree_root, Hash, Sha3, TensorRoot};
use assay_engine::{Hasher, Simd};
use assay_numerics::{Dims, Tensor, TensorType};
use rayon::prelude::*;
use std::{hint::black_box, time::Instant};

/// Names, dimensions and how many there are: tensors of ordinary models, one that fills no tile, and a state of small ones.
const CASES: [(&str, [u32; 4], u32); 5] = [
    ("weight-4096x4096", [1, 1, 4096, 4096], 1),
    ("weight-1024x1024", [1, 1, 1024, 1024], 1),
    ("bias-1x1024", [1, 1, 1, 1024], 1),
    ("256-biases-1x1024", [1, 1, 1, 1024], 256),
    ("ragged-1000x1000", [1, 1, 1000, 1000], 1),
];

/// Measures every case whose name contains `only`, in GB/s.
pub fn measure(rounds: u32, only: &str) -> Result<Vec<Measurement>> {
    let hasher = Hasher::new(Simd::from_env()?)?;
    let cases = cases()?.into_iter();
    cases
        .filter(|(name, _)| name.contains(only))
        .map(|(name, types)| case(name, &types, hasher, rounds))
        .collect()
}

/// Names and the tensors' types. A transformer's state is its parameters and two moments of each.
fn cases() -> Result<Vec<(&'static str, Vec<TensorType>)>> {
    let mut cases = Vec::new();
    for (name, dims, count) in CASES {
        cases.push((
            name,
            vec![TensorType::f32(Dims::new(dims)?); count as usize],
        ));
    }
    for (name, model) in &MODELS {
        if let Model::Gpt(gpt) = model {
            cases.push((*name, gpt.model.parameters()?.repeat(3)));
        }
    }
    Ok(cases)
}

fn case(
    name: &'static str,
    types: &[TensorType],
    hasher: Hasher,
    rounds: u32,
) -> Result<Measurement> {
    let tensors = types.iter().zip(0..).map(|(ty, seed)| noise(*ty, seed));
    let tensors: Vec<Tensor> = tensors.collect();
    let tensors: Vec<&Tensor> = tensors.iter().collect();
    let theirs = || -> Vec<TensorRoot> { tensors.iter().map(|tensor| peer(tensor)).collect() };
    ensure!(
        hasher.tensor_roots(&tensors) == theirs(),
        "{name}: the roots differ"
    );
    let time = |times: u32, roots: &dyn Fn() -> Vec<TensorRoot>| {
        let begun = Instant::now();
        for _ in 0..times {
            black_box(roots());
        }
        Ok(begun.elapsed())
    };
    let (ours, peer) = turns::seconds(
        rounds,
        &mut |times| time(times, &|| hasher.tensor_roots(&tensors)),
        &mut |times| time(times, &theirs),
    )?;
    let gigabytes = types.iter().map(|ty| ty.bytes()).sum::<u64>() as f64 / 1e9;
    Ok(Measurement::new(
        name,
        gigabytes / ours,
        gigabytes / peer,
        "GB/s",
    ))
}

fn noise(ty: TensorType, seed: u32) -> Tensor {
    let mut tensor = Tensor::zeros(ty);
    for (at, word) in (seed + 1..).zip(tensor.words_mut()) {
        *word = at.wrapping_mul(0x9e37_79b9);
    }
    tensor
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
        assert_eq!(super::measure(1, "bias").unwrap().len(), 2);
    }
}
