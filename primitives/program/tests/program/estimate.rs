//! Estimates against figures worked out by hand.

use crate::hand::{self, f32, node};
use assay_numerics::{DType, Dims, Op, TensorType};
use assay_program::{estimate, Program, Source, WorkEstimate};

#[test]
fn the_hand_written_program() {
    let found = estimate(&hand::program().validate().unwrap());
    // ColSum adds 4 x 5; the Map does one multiply-add on each of 5.
    let flops_per_step = 20 + 5 * 2;
    // BatchRows reads and writes 20 words; ColSum reads 20, writes 5; the Map reads 10, writes 5; RowWrite copies 5.
    let bytes_per_step = 4 * (40 + 25 + 15 + 10);
    let state_bytes = 4 * (5 + 45);
    // At the tape's node: the sum, the new weight, the new tape; then Commit's one word in the sum's place.
    let peak = 4 * (5 + 5 + 45);
    let memory_bytes = state_bytes + 4 * 350 + 4 + peak;
    assert_eq!(
        found,
        WorkEstimate {
            flops_per_step,
            bytes_per_step,
            memory_bytes,
            nodes: 5,
            state_bytes
        }
    );
}

#[test]
fn products_count_their_inner_dimension() {
    for (transpose_a, left) in [(false, [2, 3, 7, 11]), (true, [2, 3, 11, 7])] {
        let ty = |dims| TensorType {
            dtype: DType::F32,
            dims: Dims::new(dims).unwrap(),
        };
        let (left, right, output) = (ty(left), ty([1, 1, 13, 11]), ty([2, 3, 7, 13]));
        let op = Op::MatMul {
            transpose_a,
            transpose_b: true,
        };
        let program = Program {
            seed: [0; 32],
            slots: vec![output],
            inputs: vec![left, right],
            constants: vec![],
            constants_root: [0; 32],
            nodes: vec![
                node(
                    op,
                    &[(Source::Input(0), left), (Source::Input(1), right)],
                    output,
                ),
                node(Op::Commit, &[], f32(1, 1)),
            ],
        };
        let found = estimate(&program.validate().unwrap());
        assert_eq!(found.flops_per_step, 2 * 6 * 7 * 11 * 13);
        assert_eq!(
            found.bytes_per_step,
            4 * (6 * 7 * 11 + 11 * 13 + 6 * 7 * 13)
        );
    }
}

#[test]
fn rows_that_are_added_up_count_once() {
    let ty = |dtype, dims| TensorType {
        dtype,
        dims: Dims::new(dims).unwrap(),
    };
    let index = ty(DType::U32, [1, 1, 70, 1]);
    let (values, output) = (f32(70, 3), f32(1000, 3));
    let inputs = [(Source::Input(0), index), (Source::Input(1), values)];
    let program = Program {
        seed: [0; 32],
        slots: vec![output],
        inputs: vec![index, values],
        constants: vec![],
        constants_root: [0; 32],
        nodes: vec![
            node(Op::ScatterAdd, &inputs, output),
            node(Op::Commit, &[], f32(1, 1)),
        ],
    };
    let found = estimate(&program.validate().unwrap());
    assert_eq!(found.flops_per_step, 70 * 3);
    assert_eq!(found.bytes_per_step, 4 * (70 + 70 * 3 + 1000 * 3));
}

#[test]
fn figures_saturate() {
    // Products of 2^34 outputs over 2^17 terms, 2^13 times: more than 2^64 operations.
    let ty = |dims| TensorType {
        dtype: DType::F32,
        dims: Dims::new(dims).unwrap(),
    };
    let (side, output) = (ty([1, 1, 1 << 17, 1 << 17]), ty([1, 1, 1 << 17, 1 << 17]));
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    let product = node(
        op,
        &[(Source::Input(0), side), (Source::Input(0), side)],
        output,
    );
    let mut nodes = vec![product; (1 << 14) - 1];
    nodes.push(node(Op::Commit, &[], f32(1, 1)));
    let program = Program {
        seed: [0; 32],
        slots: vec![output],
        inputs: vec![side],
        constants: vec![],
        constants_root: [0; 32],
        nodes,
    };
    assert_eq!(
        estimate(&program.validate().unwrap()).flops_per_step,
        u64::MAX
    );
}
