//! What a proof shows of a fold step.

use super::{sum_fault, too_high, within, Case};
use crate::support::{
    hash, player,
    programs::every_operator,
    run::{Fault, Run},
};
use assay_commitment::Sha3;
use assay_game::{Move, MoveError, Path, Phase, Proof, Register};
use assay_numerics::{schedule, Op, RowOrder};
use assay_program::Source;

/// The game of a fault in this node, at its proof.
fn at_proof<'a>(theirs: &'a Run, right: &'a Run) -> Case<'a> {
    Case::at(theirs, right, |phase| matches!(phase, Phase::Prove(_)))
}

#[test]
fn a_proof_shows_the_registers_that_the_step_touches() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = at_proof(&theirs, &right);
    let words = |proof: &Proof| match &proof.registers[1] {
        Register::Words(words) => words.clone(),
        other => panic!("{other:?}"),
    };
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => proof.registers.truncate(1)),
    );
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => {
            let first = proof.registers[0].clone();
            proof.registers.try_push(first).unwrap();
        }),
    );
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => proof.registers[0] = Register::Words(words(proof))),
    );
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => proof.registers[1] = Register::Untouched(hash(1))),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Prove(proof) => proof.registers[0] = Register::Untouched(hash(1))),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Prove(proof) => {
            let mut words = words(proof);
            words[0] ^= 1;
            proof.registers[1] = Register::Words(words);
        }),
    );
    case.refuses(
        MoveError::Tile,
        within!(Move::Prove(proof) => {
            let mut words = words(proof);
            words.truncate(5);
            proof.registers[1] = Register::Words(words);
        }),
    );
    case.refuses(
        too_high(2, 0),
        within!(Move::Prove(proof) => proof.before = Path::default()),
    );
    case.ends_right();
}

#[test]
fn the_last_block_shows_every_register() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(Fault {
        block: 2,
        ..sum_fault(&world)
    });
    let mut case = at_proof(&theirs, &right);
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => proof.registers[0] = Register::Untouched(hash(1))),
    );
    case.ends_right();
}

#[test]
fn the_first_block_takes_no_registers() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(Fault {
        block: 0,
        ..sum_fault(&world)
    });
    let mut case = at_proof(&theirs, &right);
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => {
            proof.registers.try_push(Register::Untouched(hash(1))).unwrap();
        }),
    );
    case.refuses(
        MoveError::Registers,
        within!(Move::Prove(proof) => proof.before.try_push(hash(1)).unwrap()),
    );
    case.ends_right();
}

#[test]
fn a_proof_shows_the_tiles_that_the_block_reads_and_no_others() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = at_proof(&theirs, &right);
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => proof.sources.truncate(1)),
    );
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => {
            let first = proof.sources[0].clone();
            proof.sources.try_push(first).unwrap();
        }),
    );
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => proof.index = Some(proof.sources[0].clone())),
    );
    // Both of another place than that of their order.
    case.refuses(
        MoveError::Tile,
        within!(Move::Prove(proof) => proof.sources.as_mut().swap(0, 1)),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Prove(proof) => proof.sources[0].words[0] ^= 1),
    );
    case.refuses(
        MoveError::Tile,
        within!(Move::Prove(proof) => proof.sources[0].words[0] = 0x7fc0_0001),
    );
    case.refuses(
        MoveError::Tile,
        within!(Move::Prove(proof) => proof.sources[0].words.truncate(1_023)),
    );
    case.refuses(
        too_high(3, 2),
        within!(Move::Prove(proof) => proof.sources[0].tile_path.truncate(2)),
    );
    case.refuses(
        too_high(5, 6),
        within!(Move::Prove(proof) => proof.sources[0].tensor_path.try_push(hash(1)).unwrap()),
    );
    case.ends_right();
}

/// The tile beside the one that a block reads, with its own path.
fn another_tile(run: &Run, source: Source, step: usize, tile: u64, proof: &mut Proof) {
    let tensor = run.tensor(step, source);
    let leaves = assay_commitment::tile_hashes::<Sha3>(tensor);
    let words = tensor.tile(tile).unwrap().words().to_vec();
    proof.sources[0].words = words.try_into().unwrap();
    proof.sources[0].tile_path = player::path_of(&leaves, tile);
}

#[test]
fn another_tile_row_or_tensor_is_refused() {
    let world = every_operator();
    let right = Run::honest(&world);
    // A row of the batch that comes from one of the dataset's full rows of tiles, which have the same extents.
    let row = |block: &u32| {
        let (seed, step) = (&world.program.seed, world.segment.first() + 2);
        schedule::row(RowOrder::Shuffled, seed, step, 40, u64::from(*block), 100)
    };
    let batch = Fault {
        step: 2,
        node: 0,
        tile: 0,
        block: (0..32).find(|block| row(block) < 96).unwrap(),
        register: 0,
    };
    let theirs = right.with_fault(batch);
    let mut case = at_proof(&theirs, &right);
    for tile in [0, 3, 6] {
        let mut mv = case.right_move();
        let Move::Prove(proof) = &mut mv else {
            panic!("{mv:?}");
        };
        let shown = proof.clone();
        another_tile(&right, Source::Input(0), 2, tile, proof);
        if *proof != shown {
            case.refuses_move(MoveError::WrongRoot, &mv);
        }
    }
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Prove(proof) => proof.sources[0].tensor_path.try_push(hash(1)).unwrap()),
    );
    case.ends_right();
}

#[test]
fn an_index_decides_what_is_read() {
    let world = every_operator();
    let right = Run::honest(&world);
    let gather = world
        .program
        .nodes
        .iter()
        .position(|node| matches!(node.op, Op::Gather))
        .unwrap() as u32;
    let index = right.tensor(2, world.program.nodes[gather as usize].inputs[0].source);
    let reads = |row: &u32| *row < 70;
    let (some, none) = (
        index.words()[..32].iter().position(reads).unwrap() as u32,
        index.words()[..32]
            .iter()
            .position(|row| !reads(row))
            .unwrap() as u32,
    );
    let fault = |block| Fault {
        step: 2,
        node: gather,
        tile: 0,
        block,
        register: 0,
    };
    let theirs = right.with_fault(fault(some));
    let mut case = at_proof(&theirs, &right);
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => proof.index = None),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Prove(proof) => proof.index.as_mut().unwrap().words[0] ^= 1),
    );
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => proof.sources.truncate(0)),
    );
    case.ends_right();
    // An index past the end reads nothing, and nothing may be shown.
    let theirs = right.with_fault(fault(none));
    let mut case = at_proof(&theirs, &right);
    case.refuses(
        MoveError::Sources,
        within!(Move::Prove(proof) => {
            let index = proof.index.clone().unwrap();
            proof.sources.try_push(index).unwrap();
        }),
    );
    case.ends_right();
}
