//! A small program written by hand: the mean of a shuffled batch moves a weight and is kept on a tape.

use assay_numerics::{
    map::{MapCode, MapInstruction, MapOp},
    DType, Dims, Op, RowOrder, TensorType,
};
use assay_program::{Input, Node, Program, Source};

pub fn f32(rows: u32, cols: u32) -> TensorType {
    TensorType {
        dtype: DType::F32,
        dims: Dims::matrix(rows, cols).unwrap(),
    }
}

pub fn node(op: Op, inputs: &[(Source, TensorType)], output: TensorType) -> Node {
    let inputs = inputs
        .iter()
        .map(|&(source, ty)| Input { source, ty })
        .collect();
    Node {
        op,
        inputs,
        output,
        stream: 0,
    }
}

/// `fma(x1, constant 0, x0)`.
pub fn step_code() -> MapCode {
    let instructions = vec![MapInstruction {
        op: MapOp::Fma,
        args: [1, 2, 0],
    }];
    MapCode {
        constants: vec![0xbdcc_cccd],
        instructions,
    }
}

/// Slots: weight [1, 5], tape [9, 5]. Input: data [70, 5]. Constant: scale [1, 1], of which nothing reads.
pub fn program() -> Program {
    let (weight, tape, data) = (f32(1, 5), f32(9, 5), f32(70, 5));
    let batch = node(
        Op::BatchRows {
            order: RowOrder::Shuffled,
        },
        &[(Source::Input(0), data)],
        f32(4, 5),
    );
    let sum = node(Op::ColSum, &[(Source::Node(0), f32(4, 5))], weight);
    let moved = [(Source::Slot(0), weight), (Source::Node(1), weight)];
    let written = [(Source::Slot(1), tape), (Source::Node(1), weight)];
    Program {
        seed: core::array::from_fn(|i| i as u8),
        slots: vec![weight, tape],
        inputs: vec![data],
        constants: vec![f32(1, 1)],
        constants_root: [0xc0; 32],
        nodes: vec![
            batch,
            sum,
            node(Op::Map(step_code()), &moved, weight),
            node(Op::RowWrite, &written, tape),
            node(Op::Commit, &[], f32(1, 1)),
        ],
    }
}
