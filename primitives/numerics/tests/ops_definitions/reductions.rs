use super::support::*;
use assay_numerics::{scalar, Op, Tensor};
use proptest::prelude::*;

fn row_sum(x: &Tensor) -> Tensor {
    let [d0, d1, rows, cols] = x.ty().dims.get();
    float_model([d0, d1, rows, 1], |[i0, i1, r, _]| {
        let lane = |l: u32| {
            let terms: Vec<f32> = (0..cols)
                .filter(|c| c % 32 == l)
                .map(|c| float_at(x, [i0, i1, r, c]))
                .collect();
            rule_s(&terms)
        };
        let mut lanes: Vec<f32> = (0..32).map(lane).collect();
        while lanes.len() > 1 {
            let (low, high) = lanes.split_at(lanes.len() / 2);
            lanes = low.iter().zip(high).map(|(a, b)| a + b).collect();
        }
        lanes[0]
    })
}

fn column(x: &Tensor, [i0, i1, _, c]: [u32; 4]) -> Vec<f32> {
    (0..x.ty().dims.rows())
        .map(|r| float_at(x, [i0, i1, r, c]))
        .collect()
}

fn row(x: &Tensor, [i0, i1, r, _]: [u32; 4]) -> Vec<f32> {
    (0..x.ty().dims.cols())
        .map(|c| float_at(x, [i0, i1, r, c]))
        .collect()
}

fn largest(terms: Vec<f32>) -> f32 {
    terms.into_iter().reduce(scalar::maximum).unwrap()
}

fn lead_sum(x: &Tensor, keep: [bool; 2]) -> Tensor {
    let [d0, d1, rows, cols] = x.ty().dims.get();
    let out = [
        if keep[0] { d0 } else { 1 },
        if keep[1] { d1 } else { 1 },
        rows,
        cols,
    ];
    float_model(out, |[o0, o1, r, c]| {
        let mut terms = Vec::new();
        for i0 in if keep[0] { o0..o0 + 1 } else { 0..d0 } {
            for i1 in if keep[1] { o1..o1 + 1 } else { 0..d1 } {
                terms.push(float_at(x, [i0, i1, r, c]));
            }
        }
        rule_s(&terms)
    })
}

fn check_rows(d: [u32; 4], seed: u64) {
    let [d0, d1, rows, _] = d;
    let x = floats(d, seed);
    let out = f32_type([d0, d1, rows, 1]);
    assert_same(&run(Op::RowSum, &[&x], out), &row_sum(&x));
    assert_same(
        &run(Op::RowMax, &[&x], out),
        &float_model(out.dims.get(), |i| largest(row(&x, i))),
    );
}

fn check_cols(d: [u32; 4], seed: u64) {
    let [d0, d1, _, cols] = d;
    let x = floats(d, seed);
    let out = f32_type([d0, d1, 1, cols]);
    assert_same(
        &run(Op::ColSum, &[&x], out),
        &float_model(out.dims.get(), |i| rule_s(&column(&x, i))),
    );
    assert_same(
        &run(Op::ColMax, &[&x], out),
        &float_model(out.dims.get(), |i| largest(column(&x, i))),
    );
}

proptest! {
    #![proptest_config(config(40))]
    #[test]
    fn rows(d in [1u32..3, 1..3, 1..70, 1..140], seed: u64) {
        check_rows(d, seed);
    }

    #[test]
    fn cols(d in [1u32..3, 1..3, 1..140, 1..70], seed: u64) {
        check_cols(d, seed);
    }

    #[test]
    fn lead(d in [1u32..5, 1..5, 1..40, 1..40], keep in prop_oneof![Just([false, true]), Just([true, false]), Just([false, false])], seed: u64) {
        let x = floats(d, seed);
        let expected = lead_sum(&x, keep);
        prop_assume!(expected.ty() != x.ty());
        assert_same(&run(Op::LeadSum, &[&x], expected.ty()), &expected);
    }
}

#[test]
fn chunks_of_columns() {
    for rows in [511, 512, 513, 1025] {
        check_cols([1, 1, rows, 2], u64::from(rows));
        check_cols([1, 1, rows, 1], 3);
    }
}

#[test]
fn chunks_of_lanes() {
    // A lane's chunk is full after 512 x 32 columns.
    for cols in [16_383, 16_384, 16_385, 33_000] {
        check_rows([1, 1, 1, cols], 3 * u64::from(cols));
    }
}

#[test]
fn chunks_of_matrices() {
    for d in [
        [1025, 1, 1, 2],
        [1, 513, 2, 1],
        [40, 13, 1, 1],
        [2, 600, 1, 1],
    ] {
        let x = floats(d, 9);
        let expected = lead_sum(&x, [false, false]);
        assert_same(&run(Op::LeadSum, &[&x], expected.ty()), &expected);
    }
}
