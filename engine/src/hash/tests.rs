//! Every hash is the one of `assay_commitment`, on each path.

use super::Hasher;
use crate::Simd;
use assay_commitment::{tensor_root_of, tile_hash_at, tree_root, Hash, Sha3, Tree};
use assay_numerics::{DType, Dims, Tensor, TensorType};
use proptest::prelude::*;

fn hashers() -> impl Iterator<Item = Hasher> {
    let available = Simd::available().into_iter();
    available.map(|simd| Hasher::new(simd).unwrap())
}

fn tensor(dtype: DType, dims: [u32; 4], seed: u32) -> Tensor {
    let dims = Dims::new(dims).unwrap();
    let mut tensor = Tensor::zeros(TensorType { dtype, dims });
    for (at, word) in (seed..).zip(tensor.words_mut()) {
        // Every third word is a NaN with a payload of its own, or nearly one.
        let noise = at.wrapping_mul(0x9e37_79b9);
        *word = if at % 3 == 0 {
            noise | 0x7f80_0000
        } else {
            noise
        };
    }
    tensor
}

proptest! {
    #[test]
    fn tiles_of_any_shape(
        dims in [1_u32..4, 1_u32..4, 1_u32..100, 1_u32..100],
        float in any::<bool>(),
        seed in any::<u32>(),
    ) {
        let dtype = if float { DType::F32 } else { DType::U32 };
        let tensor = tensor(dtype, dims, seed);
        let (ty, words) = (tensor.ty(), tensor.words());
        let expected: Vec<Hash> = (0..ty.dims.tiles())
            .map(|tile| tile_hash_at::<Sha3>(ty, words, tile).unwrap())
            .collect();
        let (from, to) = (expected.len() / 3, expected.len() - expected.len() / 5);
        for hasher in hashers() {
            prop_assert_eq!(&hasher.leaves(ty, words, 0..ty.dims.tiles()), &expected);
            let some = hasher.leaves(ty, words, from as u64..to as u64);
            prop_assert_eq!(&some[..], &expected[from..to]);
            prop_assert_eq!(hasher.tensor_root(&tensor), tensor_root_of::<Sha3>(&tensor));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn tensors_of_any_shapes_together(
        shapes in proptest::collection::vec(([1_u32..3, 1_u32..3, 1_u32..70, 1_u32..70], any::<bool>()), 0..9),
        seed in any::<u32>(),
    ) {
        let dtype = |float| if float { DType::F32 } else { DType::U32 };
        let tensors: Vec<Tensor> = (seed / 2..)
            .zip(&shapes)
            .map(|(seed, (dims, float))| tensor(dtype(*float), *dims, seed))
            .collect();
        let expected: Vec<_> = tensors.iter().map(tensor_root_of::<Sha3>).collect();
        for hasher in hashers() {
            prop_assert_eq!(&hasher.tensor_roots(&tensors.iter().collect::<Vec<_>>()), &expected);
        }
    }
}

/// Enough tiles and nodes that threads share them.
#[test]
fn many_tensors_together() {
    let large = tensor(DType::F32, [1, 1, 300, 400], 1);
    let small: Vec<Tensor> = (0..70)
        .map(|seed| tensor(DType::F32, [1, 1, 1, 1000], seed))
        .collect();
    let tensors: Vec<&Tensor> = small.iter().chain([&large]).collect();
    let expected: Vec<_> = tensors
        .iter()
        .map(|tensor| tensor_root_of::<Sha3>(tensor))
        .collect();
    for hasher in hashers() {
        assert_eq!(hasher.tensor_roots(&tensors), expected);
    }
}

#[test]
fn trees_of_any_size() {
    let leaves: Vec<Hash> = (0..2_100_u32)
        .map(|n| {
            [(n % 251) as u8, (n / 251) as u8]
                .repeat(16)
                .try_into()
                .unwrap()
        })
        .collect();
    for count in (0..40).chain([255, 256, 257, 511, 512, 513, 1_023, 1_100, 2_100]) {
        let expected = Tree::new::<Sha3>(leaves[..count].to_vec());
        for hasher in hashers() {
            let levels = hasher.levels(leaves[..count].to_vec());
            assert_eq!(levels, expected.levels(), "{count} leaves");
            assert_eq!(
                hasher.root(&leaves[..count]),
                tree_root::<Sha3>(&leaves[..count])
            );
        }
    }
}
