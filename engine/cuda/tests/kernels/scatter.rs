//! Rows added up where an index sends them.

use super::dims;
use super::random::{Random, Values};
use super::{assert_equals_reference, operation};
use assay_numerics::{Op, Tensor, TensorType};

fn check(index: &Tensor, rows: u32, width: u32, values: Values, random: &mut Random) {
    let positions = index.ty().dims.rows();
    let x = random.floats(dims([1, 1, positions, width]), values);
    let output = TensorType::f32(dims([1, 1, rows, width]));
    let inputs = [index, &x];
    assert_equals_reference(&operation(Op::ScatterAdd, &inputs, output), 0, &inputs);
}

#[test]
fn one_chunk() {
    let mut random = Random(1);
    for round in 0..20 {
        let (positions, rows, width) = (
            random.between(1, 140),
            random.between(1, 60),
            random.between(1, 70),
        );
        let index = random.indices(positions, rows).unwrap();
        let values = [Values::Tame, Values::Finite, Values::Wild, Values::Any][round % 4];
        check(&index, rows, width, values, &mut random);
    }
}

/// Rows that every chunk names, and rows that few name, with the chunk's end inside and at the end of the positions.
#[test]
fn several_chunks() {
    let mut random = Random(2);
    for (positions, named, rows) in [
        (511, 3, 5),
        (512, 600, 40),
        (513, 33, 33),
        (1024, 1, 2),
        (1700, 900, 900),
        (2100, 4, 3),
    ] {
        for values in [Values::Finite, Values::Wild, Values::Any] {
            let index = random.indices(positions, named).unwrap();
            check(&index, rows, 3, values, &mut random);
        }
    }
}

/// -0 alone makes +0, also where nothing is added.
#[test]
fn no_sum_is_negative_zero() {
    for positions in [1, 600] {
        let index = dims([1, 1, positions, 1]);
        let index = Tensor::new(TensorType::u32(index), vec![1; positions as usize]).unwrap();
        let ty = TensorType::f32(dims([1, 1, positions, 2]));
        let x = Tensor::new(ty, vec![0x8000_0000; 2 * positions as usize]).unwrap();
        let output = TensorType::f32(dims([1, 1, 3, 2]));
        let inputs = [&index, &x];
        assert_equals_reference(&operation(Op::ScatterAdd, &inputs, output), 0, &inputs);
    }
}
