//! Tensors and states against the plain definition, from memory and from streams cut at any place.

use crate::plain::Plain;
use assay_commitment::{
    canonical_word, state_root, tensor_root_of, tile_hash, tile_hash_at, tile_hashes, Sha3,
    StateHasher, StreamError, TensorHasher, TensorRoot,
};
use assay_numerics::{DType, Dims, Tensor, TensorType};
use proptest::prelude::*;

/// Ragged tensors of some tiles, half of their words near NaN.
fn plain() -> impl Strategy<Value = Plain> {
    (0..2u8, 1..3u32, 1..4u32, 1..70u32, 1..70u32, any::<u32>()).prop_map(
        |(dtype, b0, b1, rows, cols, seed)| {
            let words = (0..b0 * b1 * rows * cols)
                .map(|i| (i ^ seed).wrapping_mul(0x9e37_79b1))
                .map(|word| {
                    if word & 1 == 0 {
                        word
                    } else {
                        word & 0x800f_ffff | 0x7f80_0000
                    }
                })
                .collect();
            Plain {
                dtype,
                dims: [b0, b1, rows, cols],
                words,
            }
        },
    )
}

fn ty(plain: &Plain) -> TensorType {
    TensorType {
        dtype: DType::from_code(plain.dtype).unwrap(),
        dims: Dims::new(plain.dims).unwrap(),
    }
}

fn tensor(plain: &Plain) -> Tensor {
    Tensor::new(ty(plain), plain.words.clone()).unwrap()
}

/// Cuts `bytes` into pieces whose lengths come from `cuts`, round and round.
fn pieces<'a>(bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    cuts.iter().cycle().map_while(move |&cut| {
        let (piece, later) = rest.split_at(cut.min(rest.len()));
        rest = later;
        (!piece.is_empty()).then_some(piece)
    })
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1..9usize, 1..20_000usize], 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_tensor_in_memory(plain in plain()) {
        let tensor = tensor(&plain);
        prop_assert_eq!(tile_hashes::<Sha3>(&tensor), plain.tiles());
        prop_assert_eq!(tensor_root_of::<Sha3>(&tensor).0, plain.root());
        let last = tensor.ty().dims.tiles() - 1;
        prop_assert_eq!(tile_hash::<Sha3>(&tensor.tile(last).unwrap()), plain.tiles()[last as usize]);
        prop_assert_eq!(tile_hash_at::<Sha3>(tensor.ty(), tensor.words(), last + 1), None);
        let short = &tensor.words()[..tensor.words().len() - 1];
        prop_assert_eq!(tile_hash_at::<Sha3>(tensor.ty(), short, last), None);
    }

    #[test]
    fn a_tensor_from_a_stream(plain in plain(), cuts in cuts()) {
        let mut hasher = TensorHasher::<Sha3>::new(ty(&plain));
        for piece in pieces(&plain.bytes(), &cuts) {
            hasher.update(piece).unwrap();
        }
        prop_assert_eq!(hasher.missing(), 0);
        prop_assert_eq!(hasher.clone().update(&[0]), Err(StreamError::TooLong { expected: plain.bytes().len() as u64 }));
        prop_assert_eq!(hasher.finish().unwrap().0, plain.root());
    }

    #[test]
    fn a_state_from_a_stream(slots in prop::collection::vec(plain(), 0..5), cuts in cuts()) {
        let types: Vec<TensorType> = slots.iter().map(ty).collect();
        let roots: Vec<TensorRoot> = slots.iter().map(|slot| TensorRoot(slot.root())).collect();
        let bytes = slots.iter().map(Plain::bytes).collect::<Vec<_>>().concat();
        let mut hasher = StateHasher::<Sha3>::new(&types);
        for piece in pieces(&bytes, &cuts) {
            hasher.update(piece).unwrap();
        }
        prop_assert_eq!(hasher.clone().update(&[0]), Err(StreamError::TooLong { expected: bytes.len() as u64 }));
        prop_assert_eq!(&hasher.clone().finish_slots().unwrap(), &roots);
        prop_assert_eq!(hasher.finish().unwrap(), state_root::<Sha3>(&roots));
    }

    #[test]
    fn a_short_stream_is_refused(slots in prop::collection::vec(plain(), 1..3), cut: prop::sample::Index) {
        let types: Vec<TensorType> = slots.iter().map(ty).collect();
        let bytes = slots.iter().map(Plain::bytes).collect::<Vec<_>>().concat();
        let found = cut.index(bytes.len());
        let mut state = StateHasher::<Sha3>::new(&types);
        state.update(&bytes[..found]).unwrap();
        let error = StreamError::TooShort { expected: bytes.len() as u64, found: found as u64 };
        prop_assert_eq!(state.finish(), Err(error));
        let found = cut.index(slots[0].bytes().len());
        let mut tensor = TensorHasher::<Sha3>::new(types[0]);
        tensor.update(&bytes[..found]).unwrap();
        let error = StreamError::TooShort { expected: types[0].bytes(), found: found as u64 };
        prop_assert_eq!(tensor.finish(), Err(error));
    }
}

#[test]
fn too_many_bytes_change_nothing() {
    let plain = Plain {
        dtype: 1,
        dims: [1, 1, 2, 2],
        words: vec![1, 2, 3, 4],
    };
    let mut hasher = TensorHasher::<Sha3>::new(ty(&plain));
    hasher.update(&plain.bytes()[..3]).unwrap();
    assert_eq!(
        hasher.update(&[9; 14]),
        Err(StreamError::TooLong { expected: 16 })
    );
    hasher.update(&plain.bytes()[3..]).unwrap();
    assert_eq!(hasher.finish().unwrap().0, plain.root());
}

#[test]
fn roots_bind_type_and_shape() {
    let words: Vec<u32> = (0..2048).collect();
    let root = |dtype, dims| {
        tensor_root_of::<Sha3>(&tensor(&Plain {
            dtype,
            dims,
            words: words.clone(),
        }))
    };
    // The same tiles under other dimensions, and the same words under another type.
    let batched = root(1, [1, 2, 32, 32]);
    assert_ne!(batched, root(1, [2, 1, 32, 32]));
    assert_ne!(batched, root(1, [1, 1, 64, 32]));
    assert_ne!(batched, root(0, [1, 2, 32, 32]));
}

#[test]
fn a_claimed_shape_costs_nothing() {
    // 2^34 elements are claimed and eight bytes come.
    let dims = Dims::new([1, 1, 32, 1 << 29]).unwrap();
    let mut hasher = StateHasher::<Sha3>::new(&[TensorType::f32(dims); 4]);
    hasher.update(&[0; 8]).unwrap();
    assert_eq!(hasher.missing(), (1 << 38) - 8);
}

#[test]
fn only_float_nan_is_changed() {
    for word in [
        0,
        0x8000_0000,
        0x7f80_0000,
        0xff80_0000,
        0x7fc0_0000,
        0x0000_0001,
    ] {
        assert_eq!(canonical_word(DType::F32, word), word);
    }
    for word in [0x7f80_0001, 0xff80_0001, 0xffc0_0000, 0x7fff_ffff, u32::MAX] {
        assert_eq!(canonical_word(DType::F32, word), 0x7fc0_0000);
        assert_eq!(canonical_word(DType::U32, word), word);
    }
}
