//! For every operator the last move that costs the chain most: full tiles of ordinary numbers, every register shown.

use super::{
    play::{play, Position, Target},
    programs::{program, DISPUTED},
};
use crate::{Defender, Execution, HashTree, ProverError, Replay, TreeName, Work};
use assay_commitment::{state_root, tensor_root_of, trace_root, Level, Sha3, StateRoot};
use assay_engine::Options;
use assay_game::{Claim, Entry};
use assay_numerics::{
    DType, Dims, MapCode, MapInstruction, MapOp, Op, RowOrder, Tensor, TensorType,
};
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount, StepIndex, StepRange};

/// An operation, and the block of its first tile that costs most.
struct Case {
    name: String,
    op: Op,
    inputs: Vec<TensorType>,
    output: TensorType,
    block: u64,
}

/// For every operator, and every operation of a Map, the game before the last move that costs the chain most.
///
/// # Errors
/// [`ProverError`], which there is none in a sound build.
pub fn heaviest_proofs() -> Result<Vec<Position>, ProverError> {
    let cases = products().chain(maps()).chain(sums()).chain(movements());
    cases.chain(lookups()).map(position).collect()
}

fn ty(dtype: DType, dims: [u32; 4]) -> Option<TensorType> {
    let dims = Dims::new(dims).ok()?;
    Some(TensorType { dtype, dims })
}

fn case(
    name: impl Into<String>,
    op: Op,
    inputs: &[(DType, [u32; 4])],
    output: (DType, [u32; 4]),
    block: u64,
) -> Option<Case> {
    let inputs = inputs.iter().map(|&(dtype, dims)| ty(dtype, dims));
    Some(Case {
        name: name.into(),
        op,
        inputs: inputs.collect::<Option<_>>()?,
        output: ty(output.0, output.1)?,
        block,
    })
}

const fn float(rows: u32, cols: u32) -> (DType, [u32; 4]) {
    (DType::F32, [1, 1, rows, cols])
}

const fn index(rows: u32) -> (DType, [u32; 4]) {
    (DType::U32, [1, 1, rows, 1])
}

/// Block 15 closes a chunk.
fn products() -> impl Iterator<Item = Case> {
    let stored = |rows, cols, transposed| match transposed {
        true => float(cols, rows),
        false => float(rows, cols),
    };
    let sides = [(false, false), (false, true), (true, false), (true, true)];
    sides.into_iter().filter_map(move |(a, b)| {
        let letter = |transposed| if transposed { 't' } else { 'n' };
        let op = Op::MatMul {
            transpose_a: a,
            transpose_b: b,
        };
        let inputs = [stored(64, 1024, a), stored(1024, 64, b)];
        let name = format!("MatMul {}{}", letter(a), letter(b));
        case(name, op, &inputs, float(64, 64), 15)
    })
}

/// As many instructions as there may be, as many of one operation as there may be, on as many inputs as there may be.
fn maps() -> impl Iterator<Item = Case> {
    let inputs = [float(64, 64), float(64, 64), float(64, 64), float(64, 64)];
    let rows = [float(1, 64), float(1, 64), float(1, 64), float(1, 64)];
    let inputs = [inputs, rows].concat();
    let count = inputs.len();
    MapOp::ALL.into_iter().filter_map(move |op| {
        let input = |op: MapOp, argument: usize, at: usize| match argument < op.arity() {
            true => ((at + argument) % count) as u8,
            false => 0,
        };
        let instruction = |(at, op): (usize, MapOp)| MapInstruction {
            op,
            args: [0, 1, 2].map(|argument| input(op, argument, at)),
        };
        let code = MapCode {
            constants: Vec::new(),
            instructions: filled(op).enumerate().map(instruction).collect(),
        };
        let name = format!("Map {op:?}");
        case(name, Op::Map(code), &inputs, float(64, 64), 0)
    })
}

/// The operations of the longest code there may be with as many of this one as possible, and square roots, which take
/// longest for what they count, where there is room.
fn filled(op: MapOp) -> impl Iterator<Item = MapOp> {
    let mut left = MapCode::MAX_OPERATIONS - MapCode::MAX_INSTRUCTIONS as u64;
    (0..MapCode::MAX_INSTRUCTIONS).map(move |_| {
        let choice = [op, MapOp::Sqrt].into_iter();
        let fits = |choice: &MapOp| choice.operations() - 1 <= left;
        let next = choice.clone().find(fits).unwrap_or(MapOp::Neg);
        left -= next.operations() - 1;
        next
    })
}

/// The last blocks, which finish the tile.
fn sums() -> impl Iterator<Item = Case> {
    [
        case("RowSum", Op::RowSum, &[float(64, 1024)], float(64, 1), 31),
        case("RowMax", Op::RowMax, &[float(64, 1024)], float(64, 1), 31),
        case("ColSum", Op::ColSum, &[float(1024, 64)], float(1, 64), 31),
        case("ColMax", Op::ColMax, &[float(1024, 64)], float(1, 64), 31),
        case(
            "LeadSum",
            Op::LeadSum,
            &[(DType::F32, [32, 1, 64, 64])],
            float(64, 64),
            31,
        ),
        case(
            "ScatterAdd",
            Op::ScatterAdd,
            &[index(1024), float(1024, 64)],
            float(64, 64),
            31,
        ),
    ]
    .into_iter()
    .flatten()
}

/// Tiles that draw on as many others as the shapes let them.
fn movements() -> impl Iterator<Item = Case> {
    let perm = [2, 1, 0, 3];
    let start = [0, 0, 7, 9];
    [
        case("Reshape", Op::Reshape, &[float(64, 96)], float(1024, 6), 1),
        case(
            "Permute",
            Op::Permute { perm },
            &[(DType::F32, [64, 1, 64, 32])],
            (DType::F32, [64, 1, 64, 32]),
            31,
        ),
        case(
            "Slice",
            Op::Slice { start },
            &[float(96, 96)],
            float(64, 64),
            3,
        ),
        case(
            "Concat",
            Op::Concat { axis: 3 },
            &[float(64, 4); 8],
            float(64, 32),
            7,
        ),
    ]
    .into_iter()
    .flatten()
}

fn lookups() -> impl Iterator<Item = Case> {
    let shuffled = Op::BatchRows {
        order: RowOrder::Shuffled,
    };
    [
        case(
            "Gather",
            Op::Gather,
            &[index(64), float(64, 64)],
            float(64, 64),
            31,
        ),
        case(
            "Pick",
            Op::Pick,
            &[index(64), float(64, 64)],
            float(64, 1),
            31,
        ),
        case("OneHot", Op::OneHot, &[index(64)], float(64, 64), 0),
        case("BatchRows", shuffled, &[float(1000, 64)], float(64, 64), 31),
        case(
            "RowWrite",
            Op::RowWrite,
            &[float(64, 64), float(40, 64)],
            float(64, 64),
            2,
        ),
    ]
    .into_iter()
    .flatten()
}

/// Plays one step of the operation to the block.
fn position(case: Case) -> Result<Position, ProverError> {
    let program = program(case.op, &case.inputs, case.output, 0, 0).ok_or(ProverError::TooLarge)?;
    let types = &program.get().slots;
    let start: Vec<Tensor> = (0..)
        .zip(types)
        .map(|(seed, &ty)| ordinary(ty, seed))
        .collect();
    let roots: Vec<_> = start.iter().map(tensor_root_of::<Sha3>).collect();
    let before = state_root::<Sha3>(&roots);
    let work = Work::new(program, Vec::<Tensor>::new(), Vec::<Tensor>::new());
    let steps = StepRange {
        first: StepIndex(0),
        count: StepCount(1),
    };
    let mut replay = Replay::new(work.clone(), steps, start, Options::default())?;
    let after = StateRoot(replay.tree(TreeName::Steps)?.node(0, 0));
    let claim = Claim {
        header: *work.header(),
        node_tree_root: work.node_tree().root(),
        datasets: Vec::new(),
        start: before.0,
        trace: trace_root::<Sha3>(Level::Interval, &[after]).0,
        schedule: Schedule {
            total_steps: StepCount(1),
            steps_per_segment: 1,
            steps_per_interval: 1,
        },
        segment: SegmentIndex(0),
    };
    let mut defender = Defender::new(work, &[after]);
    defender.execute(IntervalIndex(0), replay);
    let target = Target {
        node: DISPUTED,
        tile: 0,
        block: case.block,
        slot: 0,
    };
    let entry = Entry::Interval(IntervalIndex(0));
    play(&case.name, claim, entry, &mut defender, target, |_, _| {})
}

/// Numbers of all signs and of sizes around 1; indices that lie in the first tile of any table here.
fn ordinary(ty: TensorType, seed: u32) -> Tensor {
    let mut tensor = Tensor::zeros(ty);
    for (at, word) in (0_u32..).zip(tensor.words_mut()) {
        // Steps of the golden ratio, which fill the range evenly.
        let noise = at
            .wrapping_add(seed.wrapping_mul(7_919))
            .wrapping_mul(0x9e37_79b9);
        *word = match ty.dtype {
            DType::F32 => (noise as i32 as f32 / 2_f32.powi(30)).to_bits(),
            _ => noise >> 27,
        };
    }
    tensor
}
