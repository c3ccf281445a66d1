//! Products: every tile, transposition and cut of the inner dimension.

use super::dims;
use super::random::{Random, Values};
use super::{assert_launches, operation, Emulator};
use assay_cuda::launch::{product, ProductForm, Tile};
use assay_numerics::{Op, TensorType};

const FLAGS: [[bool; 2]; 4] = [[false, false], [true, false], [false, true], [true, true]];

/// A product in all forms of these tiles. `lead` are the leading dimensions of both sides.
fn check(
    tiles: &[Tile],
    lead: [[u32; 2]; 2],
    [m, k, n]: [u32; 3],
    transposed: [bool; 2],
    values: Values,
    seed: u64,
) {
    let mut random = Random(seed);
    let [[a0, a1], [b0, b1]] = lead;
    let left = if transposed[0] { [k, m] } else { [m, k] };
    let right = if transposed[1] { [n, k] } else { [k, n] };
    let a = random.floats(dims([a0, a1, left[0], left[1]]), values);
    let b = random.floats(dims([b0, b1, right[0], right[1]]), values);
    let output = TensorType::f32(dims([a0.max(b0), a1.max(b1), m, n]));
    let [transpose_a, transpose_b] = transposed;
    let op = Op::MatMul {
        transpose_a,
        transpose_b,
    };
    let operation = operation(op, &[&a, &b], output);
    for tile in tiles {
        for split in [false, true] {
            if split && k <= 512 {
                continue;
            }
            let form = ProductForm { tile: *tile, split };
            let operands = [a.ty().dims, b.ty().dims];
            let launches = product(operands, transposed, output.dims, form);
            assert_launches(Emulator::fixed(), &launches, &operation, 0, &[&a, &b]);
        }
    }
}

#[test]
fn ragged_products_in_every_form() {
    let mut random = Random(1);
    for round in 0..6 {
        for transposed in FLAGS {
            let sizes = [0; 3].map(|_: u32| random.between(1, 70));
            let values = [Values::Tame, Values::Finite, Values::Wild][round % 3];
            check(
                &Tile::ALL,
                [[1, 1]; 2],
                sizes,
                transposed,
                values,
                random.next(),
            );
        }
    }
}

#[test]
fn whole_groups_of_four_are_copied_at_once() {
    for transposed in FLAGS {
        check(
            &Tile::ALL,
            [[1, 1]; 2],
            [68, 52, 76],
            transposed,
            Values::Finite,
            2,
        );
    }
}

#[test]
fn more_than_one_block_each_way() {
    for transposed in FLAGS {
        check(
            &[Tile::Large],
            [[1, 1]; 2],
            [130, 20, 257],
            transposed,
            Values::Tame,
            3,
        );
        check(
            &[Tile::Medium, Tile::Small],
            [[1, 1]; 2],
            [68, 20, 130],
            transposed,
            Values::Tame,
            4,
        );
    }
}

/// One term less and more than chunks and panels have.
#[test]
fn chunks_of_the_inner_dimension() {
    for (number, k) in [511, 512, 513, 527, 528, 1024, 1025, 1600]
        .into_iter()
        .enumerate()
    {
        let transposed = FLAGS[number % 4];
        check(
            &Tile::ALL,
            [[1, 1]; 2],
            [5, k, 36],
            transposed,
            Values::Tame,
            5,
        );
        check(
            &[Tile::Small],
            [[1, 1]; 2],
            [33, k, 7],
            transposed,
            Values::Finite,
            6,
        );
    }
}

#[test]
fn batches_and_repeated_sides() {
    let leads = [
        [[2, 3], [2, 3]],
        [[1, 3], [2, 3]],
        [[2, 1], [1, 3]],
        [[1, 1], [2, 3]],
        [[2, 3], [2, 1]],
    ];
    for (number, lead) in leads.into_iter().enumerate() {
        let transposed = FLAGS[number % 4];
        check(
            &[Tile::Small],
            lead,
            [8, 12, 20],
            transposed,
            Values::Tame,
            7,
        );
        check(
            &[Tile::Small],
            lead,
            [7, 530, 9],
            transposed,
            Values::Finite,
            8,
        );
    }
}

/// A product that underflows to -0 gives +0, and zeros past the end change nothing.
#[test]
fn no_sum_is_minus_zero() {
    let mut random = Random(9);
    let mut a = random.floats(dims([1, 1, 2, 3]), Values::Tame);
    let mut b = random.floats(dims([1, 1, 3, 2]), Values::Tame);
    a.words_mut().fill((-1e-30f32).to_bits());
    b.words_mut().fill(1e-30f32.to_bits());
    let output = TensorType::f32(dims([1, 1, 2, 2]));
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let operation = operation(op, &[&a, &b], output);
    for tile in Tile::ALL {
        let form = ProductForm { tile, split: false };
        let operands = [a.ty().dims, b.ty().dims];
        let launches = product(operands, [false, false], output.dims, form);
        assert_launches(Emulator::fixed(), &launches, &operation, 0, &[&a, &b]);
    }
}
