//! For each operator the fold step that takes longest, in tensors of as many tiles as there may be.

use alloc::{vec, vec::Vec};

use assay_numerics::{DType, Dims, MapCode, MapInstruction, MapOp, Op, RowOrder, TensorType};
use assay_program::{Input, Node, Source};

/// A block of a tile of a node.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// The node; it reads the outputs of the first nodes.
    pub(super) node: Node,
    /// The tile.
    pub(super) tile: u64,
    /// The block.
    pub(super) block: u32,
    /// What the tiles hold.
    pub(super) values: Values,
}

/// Floats, of which the slower ones matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Values {
    /// Of any sign, from one half to two.
    Ordinary,
    /// Subnormal.
    Subnormal,
}

impl Values {
    /// A float of this kind, made of a number.
    pub(super) const fn word(self, number: u64) -> u32 {
        let bits = number as u32;
        match self {
            Self::Ordinary => bits & 0x80ff_ffff | 0x3f00_0000,
            Self::Subnormal => bits & 0x807f_ffff,
        }
    }
}

/// The longest dimension of a tensor of one column of tiles.
const LONG: u32 = 1 << 29;
/// The most blocks of a fold.
const BLOCKS: u32 = 1 << 16;

type Shape = (DType, [u32; 4]);

const fn float(dims: [u32; 4]) -> Shape {
    (DType::F32, dims)
}

const fn integers(rows: u32) -> Shape {
    (DType::U32, [1, 1, rows, 1])
}

const TALL: Shape = float([1, 1, LONG, 32]);

fn step_of(
    op: Op,
    inputs: &[Shape],
    output: Shape,
    (tile, block): (u64, u32),
    values: Values,
) -> Option<Step> {
    let ty = |(dtype, dims): Shape| {
        let dims = Dims::new(dims).ok()?;
        Some(TensorType { dtype, dims })
    };
    let mut read = Vec::new();
    for (number, shape) in (0..).zip(inputs) {
        read.push(Input {
            source: Source::Node(number),
            ty: ty(*shape)?,
        });
    }
    let node = Node {
        op,
        inputs: read,
        output: ty(output)?,
        stream: 0,
    };
    Some(Step {
        node,
        tile,
        block,
        values,
    })
}

/// Four full tiles and four rows, and as much code as may be, each instruction on the result of the one before: seven of the
/// slowest there are, and roots and others for the operations that are left.
pub(super) fn map() -> Option<Step> {
    let full = float([4096, 4096, 32, 32]);
    let row = float([4096, 4096, 1, 32]);
    let inputs = [full, full, full, full, row, row, row, row];
    let constants = vec![0; MapCode::MAX_CONSTANTS];
    let first = inputs.len().saturating_add(constants.len()) as u8;
    let argument = |number: u8| match number.checked_sub(1) {
        Some(before) => first.saturating_add(before),
        None => 0,
    };
    let instruction = |number| MapInstruction {
        op: match number {
            0..7 => MapOp::Tanh,
            7..19 => MapOp::Sqrt,
            _ => MapOp::Abs,
        },
        args: [argument(number), 0, 0],
    };
    let code = MapCode {
        constants,
        instructions: (0..MapCode::MAX_INSTRUCTIONS as u8)
            .map(instruction)
            .collect(),
    };
    let at = ((1 << 24) - 2, 0);
    step_of(Op::Map(code), &inputs, full, at, Values::Ordinary)
}

/// The last block: both registers are shown, and the output tile is made.
pub(super) fn mat_mul() -> Option<Step> {
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: true,
    };
    let side = float([1, 1, 1 << 13, 1 << 21]);
    let output = float([1, 1, 1 << 13, 1 << 13]);
    step_of(
        op,
        &[side, side],
        output,
        (5, BLOCKS - 1),
        Values::Subnormal,
    )
}

pub(super) fn row_sum() -> Option<Step> {
    row_reduction(Op::RowSum)
}

pub(super) fn row_max() -> Option<Step> {
    row_reduction(Op::RowMax)
}

fn row_reduction(op: Op) -> Option<Step> {
    let input = float([1, 1, 1 << 13, 1 << 21]);
    let output = float([1, 1, 1 << 13, 1]);
    step_of(op, &[input], output, (200, BLOCKS - 1), Values::Ordinary)
}

pub(super) fn col_sum() -> Option<Step> {
    col_reduction(Op::ColSum)
}

pub(super) fn col_max() -> Option<Step> {
    col_reduction(Op::ColMax)
}

fn col_reduction(op: Op) -> Option<Step> {
    let input = float([1, 1, 1 << 21, 1 << 13]);
    let output = float([1, 1, 1, 1 << 13]);
    step_of(op, &[input], output, (100, BLOCKS - 1), Values::Ordinary)
}

pub(super) fn lead_sum() -> Option<Step> {
    let input = float([1 << 8, 1 << 8, 512, 512]);
    let output = float([1, 1, 512, 512]);
    let at = (200, BLOCKS - 1);
    step_of(Op::LeadSum, &[input], output, at, Values::Ordinary)
}

/// A column into rows of 32: each row of the output tile comes from another tile.
pub(super) fn reshape() -> Option<Step> {
    let (input, output) = (float([1, 1, LONG, 1]), float([1, 1, LONG / 32, 32]));
    step_of(Op::Reshape, &[input], output, (9, 31), Values::Ordinary)
}

/// Each element of the output tile comes from another tile.
pub(super) fn permute() -> Option<Step> {
    let op = Op::Permute { perm: [2, 3, 0, 1] };
    let (input, output) = (float([32, 32, 4096, 4096]), float([4096, 4096, 32, 32]));
    step_of(op, &[input], output, (9, 1_023), Values::Ordinary)
}

/// Four tiles meet in one.
pub(super) fn slice() -> Option<Step> {
    let op = Op::Slice {
        start: [0, 0, 31, 31],
    };
    let (input, output) = (
        float([1, 1, 1 << 17, 1 << 17]),
        float([1, 1, 1 << 16, 1 << 16]),
    );
    step_of(op, &[input], output, (9, 3), Values::Ordinary)
}

/// Eight inputs side by side in one tile.
pub(super) fn concat() -> Option<Step> {
    let inputs = [float([1, 1, LONG, 4]); 8];
    step_of(
        Op::Concat { axis: 3 },
        &inputs,
        TALL,
        (9, 7),
        Values::Ordinary,
    )
}

pub(super) fn gather() -> Option<Step> {
    let inputs = [integers(LONG), TALL];
    step_of(Op::Gather, &inputs, TALL, (100, 31), Values::Ordinary)
}

pub(super) fn pick() -> Option<Step> {
    let inputs = [integers(32), float([1, 1, 32, LONG])];
    let output = float([1, 1, 32, 1]);
    step_of(Op::Pick, &inputs, output, (0, 31), Values::Ordinary)
}

pub(super) fn one_hot() -> Option<Step> {
    let inputs = [integers(LONG)];
    step_of(Op::OneHot, &inputs, TALL, (100, 0), Values::Ordinary)
}

pub(super) fn batch_rows() -> Option<Step> {
    let op = Op::BatchRows {
        order: RowOrder::Shuffled,
    };
    let output = float([1, 1, 1 << 12, 32]);
    step_of(op, &[TALL], output, (100, 31), Values::Ordinary)
}

/// The last block writes into the middle of the tape.
pub(super) fn row_write() -> Option<Step> {
    let inputs = [TALL, float([1, 1, 65, 32])];
    step_of(Op::RowWrite, &inputs, TALL, (33_278, 2), Values::Ordinary)
}

/// The last block, all of whose positions may name rows of the output tile.
pub(super) fn scatter_add() -> Option<Step> {
    let inputs = [integers(1 << 21), float([1, 1, 1 << 21, 1 << 13])];
    let output = float([1, 1, 1 << 16, 1 << 13]);
    let at = (5, BLOCKS - 1);
    step_of(Op::ScatterAdd, &inputs, output, at, Values::Ordinary)
}
