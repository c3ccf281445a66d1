use super::support::*;
use assay_numerics::{Context, DType, Op, Operation, Tensor, TensorType, TileIndex};
use proptest::prelude::*;

fn typed(dtype: DType, d: [u32; 4]) -> TensorType {
    TensorType {
        dtype,
        dims: dims(d),
    }
}

fn dtype() -> impl Strategy<Value = DType> {
    prop_oneof![Just(DType::F32), Just(DType::U32)]
}

fn permutation() -> impl Strategy<Value = [u8; 4]> {
    Just([0u8, 1, 2, 3]).prop_shuffle()
}

fn check_concat(axis: usize, d: [u32; 4], lengths: &[u32], dtype: DType, seed: u64) {
    let with = |length| {
        let mut d = d;
        d[axis] = length;
        d
    };
    let inputs: Vec<Tensor> = lengths
        .iter()
        .zip(seed / 2..)
        .map(|(&length, s)| any_words(dtype, with(length), s))
        .collect();
    let inputs: Vec<&Tensor> = inputs.iter().collect();
    let out = typed(dtype, with(lengths.iter().sum()));
    let expected = model(out, |mut index| {
        let mut input = 0;
        while index[axis] >= lengths[input] {
            index[axis] -= lengths[input];
            input += 1;
        }
        at(inputs[input], index)
    });
    assert_same(
        &run(Op::Concat { axis: axis as u8 }, &inputs, out),
        &expected,
    );
}

proptest! {
    #![proptest_config(config(24))]
    #[test]
    fn reshape(factors in prop::collection::vec((2u32..7, 0usize..4, 0usize..4), 1..5), dtype in dtype(), seed: u64) {
        let (mut from, mut to) = ([1; 4], [1; 4]);
        for (factor, a, b) in factors {
            from[a] *= factor;
            to[b] *= factor;
        }
        let x = any_words(dtype, from, seed);
        let expected = Tensor::new(typed(dtype, to), x.words().to_vec()).unwrap();
        assert_same(&run(Op::Reshape, &[&x], expected.ty()), &expected);
    }

    #[test]
    fn permute(d in [1u32..5, 1..5, 1..40, 1..40], perm in permutation(), dtype in dtype(), seed: u64) {
        let x = any_words(dtype, d, seed);
        let out = typed(dtype, perm.map(|axis| d[usize::from(axis)]));
        let expected = model(out, |index| {
            let mut source = [0; 4];
            for (axis, i) in perm.into_iter().zip(index) {
                source[usize::from(axis)] = i;
            }
            at(&x, source)
        });
        assert_same(&run(Op::Permute { perm }, &[&x], out), &expected);
    }

    #[test]
    fn slice(start in [0u32..3, 0..3, 0..50, 0..50], size in [1u32..3, 1..3, 1..40, 1..40], rest in [0u32..2, 0..2, 0..9, 0..9], dtype in dtype(), seed: u64) {
        let d = [0, 1, 2, 3].map(|i| start[i] + size[i] + rest[i]);
        let x = any_words(dtype, d, seed);
        let out = typed(dtype, size);
        let expected = model(out, |index| at(&x, [0, 1, 2, 3].map(|i| index[i] + start[i])));
        assert_same(&run(Op::Slice { start }, &[&x], out), &expected);
    }

    #[test]
    fn concat(axis in 0usize..4, d in [1u32..4, 1..4, 1..40, 1..40], lengths in prop::collection::vec(1u32..40, 1..5), dtype in dtype(), seed: u64) {
        let lengths: Vec<u32> = lengths.into_iter().map(|l| if axis < 2 { l % 3 + 1 } else { l }).collect();
        check_concat(axis, d, &lengths, dtype, seed);
    }
}

#[test]
fn eight_inputs_of_one() {
    check_concat(2, [1, 1, 1, 5], &[1; 8], DType::U32, 3);
}

#[test]
fn a_tile_may_draw_from_1024_tiles() {
    // Row 0 of each matrix becomes a row of the output, element by element from another tile.
    let x = integers([32, 32, 1, 1], u32::MAX, 5);
    let out = u32_type([1, 1, 32, 32]);
    let y = run(Op::Reshape, &[&x], out);
    assert_eq!(y.words(), x.words());
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at: TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0,
        },
    };
    let operation = operation(Op::Reshape, &[&x], out);
    assert_eq!(operation.blocks(ctx.at), 1024);
    let sources: Vec<u64> = (0..1024)
        .map(|k| operation.sources(&ctx, k, None)[0].tile)
        .collect();
    assert_eq!(sources, (0..1024).collect::<Vec<u64>>());
}

#[test]
fn blocks_of_the_largest_tensors_are_counted_at_once() {
    // 2^34 elements: nothing may walk them.
    let whole = u32_type([1, 1, 1 << 17, 1 << 17]);
    let operation = Operation {
        op: Op::Reshape,
        inputs: vec![whole],
        output: u32_type([1 << 7, 1 << 7, 1 << 10, 1 << 10]),
    };
    assert_eq!(operation.check(), Ok(()));
    let at = TileIndex {
        batch: (1 << 14) - 1,
        tile_row: 31,
        tile_col: 31,
    };
    // Its 32 rows of 1,024 columns are the end of the input's last row.
    assert_eq!(operation.blocks(at), 32);
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at,
    };
    let [source] = operation.sources(&ctx, 31, None)[..] else {
        panic!("one source")
    };
    assert_eq!(source.tile, (1 << 24) - 1);
}
