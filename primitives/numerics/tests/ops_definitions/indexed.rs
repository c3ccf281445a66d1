use super::support::*;
use assay_numerics::{schedule, Context, DType, Op, RowOrder, Tensor, TensorType, TileIndex};
use proptest::prelude::*;

fn dtype() -> impl Strategy<Value = DType> {
    prop_oneof![Just(DType::F32), Just(DType::U32)]
}

fn typed(dtype: DType, rows: u32, cols: u32) -> TensorType {
    TensorType {
        dtype,
        dims: dims([1, 1, rows, cols]),
    }
}

/// The tape after `step`, by counting rows.
fn written(tape: &Tensor, value: &Tensor, step: u64) -> Tensor {
    let batch = u128::from(value.ty().dims.rows());
    model(tape.ty(), |[_, _, r, c]| {
        match u128::from(r).checked_sub(u128::from(step) * batch) {
            Some(row) if row < batch => at(value, [0, 0, row as u32, c]),
            _ => at(tape, [0, 0, r, c]),
        }
    })
}

fn check_write(n: u32, b: u32, c: u32, dtype: DType, step: u64, seed: u64) {
    let (tape, value) = (
        any_words(dtype, [1, 1, n, c], seed),
        any_words(dtype, [1, 1, b, c], !seed),
    );
    assert_same(
        &run_at(Op::RowWrite, &[&tape, &value], tape.ty(), step),
        &written(&tape, &value, step),
    );
}

/// Each row by rule S over chunks of positions, of which only those with its number are terms.
fn scattered(index: &Tensor, values: &Tensor, rows: u32) -> Tensor {
    let cols = values.ty().dims.cols();
    float_model([1, 1, rows, cols], |[_, _, r, c]| {
        let mut total = 0.0f32;
        for (chunk, named) in (0..).step_by(512).zip(index.words().chunks(512)) {
            let mut part = 0.0f32;
            for (p, _) in (chunk..).zip(named).filter(|(_, row)| **row == r) {
                part += float_at(values, [0, 0, p, c]);
            }
            total += part;
        }
        total
    })
}

fn check_scatter(n: u32, rows: u32, cols: u32, below: u32, seed: u64) {
    let (index, values) = (
        integers([1, 1, n, 1], below, seed),
        floats([1, 1, n, cols], !seed),
    );
    let expected = scattered(&index, &values, rows);
    assert_same(
        &run(Op::ScatterAdd, &[&index, &values], expected.ty()),
        &expected,
    );
}

proptest! {
    #![proptest_config(config(40))]
    #[test]
    fn gather(n in 1u32..70, v in 1u32..70, d in 1u32..70, extra in 1u32..9, dtype in dtype(), seed: u64) {
        // Some indices lie past the table.
        let (index, table) = (integers([1, 1, n, 1], v + extra, seed), any_words(dtype, [1, 1, v, d], !seed));
        let out = typed(dtype, n, d);
        let expected = model(out, |[_, _, r, c]| match index.words()[r as usize] {
            row if row < v => at(&table, [0, 0, row, c]),
            _ => 0,
        });
        assert_same(&run(Op::Gather, &[&index, &table], out), &expected);
    }

    #[test]
    fn pick(n in 1u32..70, cols in 1u32..70, extra in 1u32..9, dtype in dtype(), seed: u64) {
        let (index, x) = (integers([1, 1, n, 1], cols + extra, seed), any_words(dtype, [1, 1, n, cols], !seed));
        let out = typed(dtype, n, 1);
        let expected = model(out, |[_, _, r, _]| match index.words()[r as usize] {
            col if col < cols => at(&x, [0, 0, r, col]),
            _ => 0,
        });
        assert_same(&run(Op::Pick, &[&index, &x], out), &expected);
    }

    #[test]
    fn one_hot(n in 1u32..70, cols in 1u32..70, extra in 1u32..9, seed: u64) {
        let index = integers([1, 1, n, 1], cols + extra, seed);
        let out = typed(DType::F32, n, cols);
        let expected = float_model(out.dims.get(), |[_, _, r, c]| f32::from(index.words()[r as usize] == c));
        assert_same(&run(Op::OneHot, &[&index], out), &expected);
    }

    #[test]
    fn batch_rows(n in 1u32..70, b in 1u32..70, d in 1u32..70, shuffled: bool, dtype in dtype(), step in prop_oneof![0u64..200, any::<u64>()], seed: u64) {
        let order = if shuffled { RowOrder::Shuffled } else { RowOrder::Sequential };
        let x = any_words(dtype, [1, 1, n, d], seed);
        let out = typed(dtype, b, d);
        let expected = model(out, |[_, _, j, c]| {
            at(&x, [0, 0, schedule::row(order, &SEED, step, b.into(), j.into(), n.into()) as u32, c])
        });
        assert_same(&run_at(Op::BatchRows { order }, &[&x], out, step), &expected);
    }

    #[test]
    fn row_write(n in 1u32..140, b in 1u32..90, c in 1u32..40, dtype in dtype(), step in prop_oneof![0u64..4, 0u64..150, any::<u64>()], seed: u64) {
        check_write(n, b, c, dtype, step, seed);
    }

    #[test]
    fn scatter_add(n in 1u32..140, rows in 1u32..70, cols in 1u32..70, extra in 1u32..9, seed: u64) {
        check_scatter(n, rows, cols, rows + extra, seed);
    }
}

#[test]
fn chunks_of_positions() {
    // Rows that every chunk names often, and some that few name.
    for (n, rows, below) in [(512, 3, 3), (513, 40, 4), (1025, 2, 3), (1600, 700, 900)] {
        for seed in 0..3 {
            check_scatter(n, rows, 3, below, seed);
        }
    }
}

#[test]
fn what_is_dropped_spoils_nothing_and_no_sum_is_negative_zero() {
    let index = Tensor::new(u32_type([1, 1, 6, 1]), vec![4, u32::MAX, 1, 1 << 31, 36, 1]).unwrap();
    let nan = f32::from_bits(0xffa0_0001);
    let values = [nan, f32::INFINITY, -0.0, nan, nan, -0.0];
    let values = Tensor::from_f32(dims([1, 1, 6, 1]), &values).unwrap();
    let y = run(Op::ScatterAdd, &[&index, &values], f32_type([1, 1, 4, 1]));
    assert_eq!(y.words(), [0; 4]);
    // Row 36 is row 4 of the second tile, and not of the first.
    let y = run(Op::ScatterAdd, &[&index, &values], f32_type([1, 1, 40, 1]));
    let nans: Vec<usize> = (0..40).filter(|&r| y.words()[r] != 0).collect();
    assert_eq!(nans, [4, 36]);
}

#[test]
fn far_indices_are_out_of_range() {
    let index = Tensor::new(u32_type([1, 1, 4, 1]), vec![u32::MAX, 1 << 31, 3, 2]).unwrap();
    let table = integers([1, 1, 3, 2], 100, 1);
    let y = run(Op::Gather, &[&index, &table], u32_type([1, 1, 4, 2]));
    assert_eq!(y.words(), [&[0; 6], &table.words()[4..]].concat());
    let x = integers([1, 1, 4, 3], 100, 1);
    let y = run(Op::Pick, &[&index, &x], u32_type([1, 1, 4, 1]));
    assert_eq!(y.words(), [0, 0, 0, x.words()[11]]);
    let y = run(Op::OneHot, &[&index], f32_type([1, 1, 4, 3]));
    assert_eq!(y.words(), [[0; 11].as_slice(), &[0x3f80_0000]].concat());
}

#[test]
fn an_index_past_the_table_reads_no_tile() {
    let index = Tensor::new(u32_type([1, 1, 2, 1]), vec![40, 39]).unwrap();
    let table = integers([1, 1, 40, 2], 100, 1);
    let operation = operation(Op::Gather, &[&index, &table], u32_type([1, 1, 2, 2]));
    let ctx = Context {
        seed: &SEED,
        step: 0,
        at: TileIndex {
            batch: 0,
            tile_row: 0,
            tile_col: 0,
        },
    };
    let tile = index.tile(0);
    assert_eq!(operation.sources(&ctx, 0, tile.as_ref()), []);
    let [source] = operation.sources(&ctx, 1, tile.as_ref())[..] else {
        panic!("one source")
    };
    assert_eq!((source.input, source.tile), (1, 1));
}

#[test]
fn writes_near_the_ends() {
    for (n, b, step) in [
        (64, 32, 1),
        (64, 33, 1),
        (100, 1, 99),
        (100, 1, 100),
        (100, 7, 14),
        (10, 64, 0),
        (10, 64, 1),
        (65, 31, 2),
        (33, 2, u64::MAX),
        (33, 90, u64::MAX / 64),
        // 2^32 steps of a batch of 2^32 / 3 and the like must not wrap round to row 0.
        (33, 64, 1 << 58),
        (33, 32, 1 << 59),
    ] {
        check_write(n, b, 3, DType::U32, step, 4);
    }
}
