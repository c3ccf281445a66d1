//! NaN, infinities and signs of zero in the reductions.

use super::support::*;
use assay_numerics::{Op, Tensor};

const NAN: u32 = 0x7fc0_0000;
const NEGATIVE_ZERO: f32 = -0.0;

fn row(values: &[f32]) -> Tensor {
    Tensor::from_f32(dims([1, 1, 1, values.len() as u32]), values).unwrap()
}

fn column(values: &[f32]) -> Tensor {
    Tensor::from_f32(dims([1, 1, values.len() as u32, 1]), values).unwrap()
}

fn stack(values: &[f32]) -> Tensor {
    Tensor::from_f32(dims([values.len() as u32, 1, 1, 1]), values).unwrap()
}

/// All reductions of the same terms, at least two, to one element.
fn all(values: &[f32]) -> [(Op, u32); 5] {
    let one = f32_type([1, 1, 1, 1]);
    let result = |op: Op, x: Tensor| (op.clone(), run(op, &[&x], one).words()[0]);
    [
        result(Op::RowMax, row(values)),
        result(Op::ColMax, column(values)),
        result(Op::RowSum, row(values)),
        result(Op::ColSum, column(values)),
        result(Op::LeadSum, stack(values)),
    ]
}

#[test]
fn nan_propagates_from_every_place() {
    for place in [0, 1, 31, 32, 40, 69] {
        let mut values = [1.0; 70];
        values[place] = f32::from_bits(0xffa0_0001);
        for (op, word) in all(&values) {
            assert_eq!(word, NAN, "{} with a NaN at {place}", op.name());
        }
    }
}

#[test]
fn positive_zero_is_the_larger() {
    for (values, expected) in [
        ([NEGATIVE_ZERO, 0.0], 0),
        ([0.0, NEGATIVE_ZERO], 0),
        ([NEGATIVE_ZERO, NEGATIVE_ZERO], 0x8000_0000),
        ([f32::NEG_INFINITY, NEGATIVE_ZERO], 0x8000_0000),
        ([f32::NEG_INFINITY, f32::NEG_INFINITY], 0xff80_0000),
        ([f32::NEG_INFINITY, f32::INFINITY], 0x7f80_0000),
    ] {
        let [row, col, ..] = all(&values);
        assert_eq!([row.1, col.1], [expected; 2], "{values:?}");
    }
}

#[test]
fn no_sum_is_negative_zero() {
    for count in [2, 31, 32, 33, 64, 513] {
        let [_, _, sums @ ..] = all(&vec![NEGATIVE_ZERO; count]);
        for (op, word) in sums {
            assert_eq!(word, 0, "{} of {count} negative zeros", op.name());
        }
    }
}

#[test]
fn no_product_is_negative_zero() {
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let tiny = f32::from_bits(0x0080_0000);
    for inner in [1usize, 2, 33, 513] {
        // Exact zeros with a minus, and products that underflow to one.
        for (left, right) in [(NEGATIVE_ZERO, 1.0), (-tiny, tiny)] {
            let (a, b) = (row(&vec![left; inner]), column(&vec![right; inner]));
            let y = run(op.clone(), &[&a, &b], f32_type([1, 1, 1, 1]));
            assert_eq!(y.words(), [0], "{inner} terms of {left} x {right}");
        }
    }
}

#[test]
fn opposite_infinities_make_nan() {
    let [_, _, sums @ ..] = all(&[f32::INFINITY, 1.0, f32::NEG_INFINITY]);
    for (op, word) in sums {
        assert_eq!(word, NAN, "{}", op.name());
    }
}

#[test]
fn zero_times_infinity_makes_nan() {
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let y = run(
        op,
        &[&row(&[0.0, 1.0]), &column(&[f32::INFINITY, 1.0])],
        f32_type([1, 1, 1, 1]),
    );
    assert_eq!(y.words(), [NAN]);
}

#[test]
fn subnormals_are_kept() {
    let subnormal = f32::from_bits(3);
    for (op, word) in all(&[0.0, subnormal]) {
        assert_eq!(word, 3, "{}", op.name());
    }
}
