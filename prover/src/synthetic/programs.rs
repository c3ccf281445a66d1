//! Programs as large as they may be.

use assay_numerics::{Dims, MapCode, MapInstruction, MapOp, Op, TensorError, TensorType};
use assay_program::{Header, Input, Node, Program, Source, ValidProgram};

/// The node in dispute in each of these programs.
pub(super) const DISPUTED: u32 = 8;

/// A program of one operation on up to eight tensors, each the output of a node, with as many other nodes and slots
/// as given.
pub(super) fn program(
    op: Op,
    inputs: &[TensorType],
    output: TensorType,
    nodes: u32,
    slots: u32,
) -> Option<ValidProgram> {
    let scalar = TensorType::f32(Dims::matrix(1, 1).ok()?);
    let mut types = inputs.to_vec();
    types.resize((slots as usize).max(DISPUTED as usize), scalar);
    let copy = |slot: usize| reshape(Source::Slot(slot as u32), types[slot]);
    let mut all: Vec<Node> = (0..DISPUTED as usize).map(copy).collect();
    let read = inputs.iter().enumerate().map(|(node, ty)| Input {
        source: Source::Node(node as u32),
        ty: *ty,
    });
    all.push(Node {
        op,
        inputs: read.collect(),
        output,
        stream: 0,
    });
    let filler = (nodes as usize).saturating_sub(all.len() + types.len() + 1);
    all.extend((0..filler).map(|_| copy(0)));
    all.extend((0..types.len()).map(copy));
    all.push(Node {
        op: Op::Commit,
        inputs: Vec::new(),
        output: scalar,
        stream: 0,
    });
    let program = Program {
        seed: [0; 32],
        slots: types,
        inputs: Vec::new(),
        constants: Vec::new(),
        constants_root: [0; 32],
        nodes: all,
    };
    program.validate().ok()
}

fn reshape(source: Source, ty: TensorType) -> Node {
    Node {
        op: Op::Reshape,
        inputs: vec![Input { source, ty }],
        output: ty,
        stream: 0,
    }
}

/// A product [m, k] x [k, n] in a program with as many nodes and slots as there may be.
pub(super) fn product(m: u32, k: u32, n: u32) -> Option<ValidProgram> {
    let matrix = |rows, cols| Dims::matrix(rows, cols).map(TensorType::f32);
    let types =
        || -> Result<_, TensorError> { Ok(([matrix(m, k)?, matrix(k, n)?], matrix(m, n)?)) };
    let (inputs, output) = types().ok()?;
    let op = Op::MatMul {
        transpose_a: false,
        transpose_b: false,
    };
    program(op, &inputs, output, Header::MAX_NODES, Header::MAX_SLOTS)
}

/// The Map that reads most: four tensors of as many tiles as there may be, and four rows for each of their matrices.
pub(super) fn widest_map() -> Option<ValidProgram> {
    let matrices = u32::try_from(Dims::MAX_TILES).ok()?;
    let tensor = |rows| Dims::new([matrices, 1, rows, 32]).map(TensorType::f32).ok();
    let (full, row) = (tensor(32)?, tensor(1)?);
    let inputs = [full, full, full, full, row, row, row, row];
    let count = inputs.len() as u8;
    // The sum of all inputs.
    let sums = (0..count - 1).map(|at| MapInstruction {
        op: MapOp::Add,
        args: [if at == 0 { 0 } else { count + at - 1 }, at + 1, 0],
    });
    let code = MapCode {
        constants: Vec::new(),
        instructions: sums.collect(),
    };
    let (nodes, slots) = (Header::MAX_NODES, Header::MAX_SLOTS);
    program(Op::Map(code), &inputs, full, nodes, slots)
}
