//! Data movement of any words.

use super::dims;
use super::random::{Random, Values};
use super::{assert_equals_reference, operation};
use assay_numerics::{Op, Tensor, TensorType};

fn check(op: Op, inputs: &[&Tensor], to: [u32; 4]) {
    let output = TensorType {
        dtype: inputs[0].ty().dtype,
        dims: dims(to),
    };
    assert_equals_reference(&operation(op, inputs, output), 0, inputs);
}

fn tensor(random: &mut Random, sizes: [u32; 4]) -> Tensor {
    let ty = match random.below(2) {
        0 => TensorType::u32(dims(sizes)),
        _ => TensorType::f32(dims(sizes)),
    };
    random.tensor(ty, Values::Any)
}

#[test]
fn every_permutation() {
    let mut random = Random(1);
    for sizes in [[2, 3, 5, 7], [1, 2, 40, 70], [9, 2, 1, 33], [8, 33, 2, 12]] {
        let x = tensor(&mut random, sizes);
        for code in 0..256u32 {
            let perm = [0, 2, 4, 6].map(|shift| (code >> shift & 3) as u8);
            let mut sorted = perm;
            sorted.sort_unstable();
            if sorted == [0, 1, 2, 3] {
                let to = perm.map(|axis| sizes[usize::from(axis)]);
                check(Op::Permute { perm }, &[&x], to);
            }
        }
    }
}

#[test]
fn boxes() {
    let mut random = Random(2);
    for _ in 0..30 {
        let sizes = [3, 3, 40, 50].map(|most| random.between(1, most));
        let x = tensor(&mut random, sizes);
        let start = sizes.map(|size| random.below(size));
        let mut taken = [0; 4];
        for axis in 0..4 {
            taken[axis] = random.between(1, sizes[axis] - start[axis]);
        }
        check(Op::Slice { start }, &[&x], taken);
        check(Op::Reshape, &[&x], [sizes[3], sizes[0], sizes[2], sizes[1]]);
    }
}

#[test]
fn one_after_the_other() {
    let mut random = Random(3);
    for axis in 0..4 {
        for count in [1, 2, 8] {
            let sizes = [2, 3, 11, 13];
            let inputs: Vec<Tensor> = (0..count)
                .map(|_| {
                    let mut own = sizes;
                    own[axis] = random.between(1, 40);
                    random.floats(dims(own), Values::Any)
                })
                .collect();
            let mut to = sizes;
            to[axis] = inputs.iter().map(|x| x.ty().dims.get()[axis]).sum();
            let inputs: Vec<&Tensor> = inputs.iter().collect();
            check(Op::Concat { axis: axis as u8 }, &inputs, to);
        }
    }
}
