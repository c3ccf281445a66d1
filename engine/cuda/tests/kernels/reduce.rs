//! Reductions of rows, columns and leading dimensions.

use super::dims;
use super::random::{Random, Values};
use super::{assert_equals_reference, operation};
use assay_numerics::{Op, TensorType};

fn check(op: Op, from: [u32; 4], to: [u32; 4], values: Values, seed: u64) {
    let x = Random(seed).floats(dims(from), values);
    let operation = operation(op, &[&x], TensorType::f32(dims(to)));
    assert_equals_reference(&operation, 0, &[&x]);
}

/// Rows and columns of these matrices, summed and their maximum.
fn check_matrix([b0, b1, rows, cols]: [u32; 4], values: Values, seed: u64) {
    let from = [b0, b1, rows, cols];
    for op in [Op::RowSum, Op::RowMax] {
        check(op, from, [b0, b1, rows, 1], values, seed);
    }
    for op in [Op::ColSum, Op::ColMax] {
        check(op, from, [b0, b1, 1, cols], values, seed);
    }
}

#[test]
fn ragged_matrices() {
    let mut random = Random(1);
    for round in 0..24 {
        let sizes = [
            random.between(1, 2),
            random.between(1, 3),
            random.between(1, 70),
            random.between(1, 100),
        ];
        let values = [Values::Tame, Values::Finite, Values::Wild, Values::Any][round % 4];
        check_matrix(sizes, values, random.next());
    }
}

#[test]
fn chunks_of_rows() {
    for cols in [16_383, 16_384, 16_385, 33_000] {
        check_matrix([1, 1, 2, cols], Values::Finite, u64::from(cols));
    }
}

#[test]
fn chunks_of_columns() {
    for rows in [511, 512, 513, 1024, 2100] {
        check_matrix([1, 2, rows, 3], Values::Finite, u64::from(rows));
    }
}

#[test]
fn leading_dimensions() {
    for (from, to) in [
        ([2, 3, 5, 7], [1, 3, 5, 7]),
        ([2, 3, 5, 7], [2, 1, 5, 7]),
        ([2, 3, 5, 7], [1, 1, 5, 7]),
        ([1, 4, 33, 2], [1, 1, 33, 2]),
        ([3, 1, 1, 40], [1, 1, 1, 40]),
        ([2, 513, 2, 3], [2, 1, 2, 3]),
        ([3, 400, 1, 3], [1, 1, 1, 3]),
        ([600, 2, 1, 3], [1, 2, 1, 3]),
    ] {
        for values in [Values::Tame, Values::Wild] {
            check(Op::LeadSum, from, to, values, 4);
        }
    }
}
