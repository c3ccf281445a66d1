//! The moves that follow from an execution.

use super::{node_at, path, revealed, run::shown_words, run::Run, top, under};
use assay_commitment::{tile_hash, Hash, Sha3, Tree};
use assay_game::{
    sources_of, BlockFrame, Claim, Enter, Leaf, Move, NodeFrame, OpenFold, OpenIntervals,
    OpenOperators, OpenSlots, OpenSteps, OpenTiles, Path, Phase, Proof, Register, Revealed,
    ShowSlot, ShownNode, SlotFrame, SourcePlace, SourceProof, StepPick, TileFrame, Walk,
};
use assay_numerics::Tile;
use assay_program::Source;
use assay_protocol::IntervalIndex;

/// The siblings of leaf `index`.
pub fn path_of(leaves: &[Hash], index: u64) -> Path {
    path(
        Tree::new::<Sha3>(leaves.to_vec())
            .path(index)
            .expect("such a leaf"),
    )
}

fn last_path(leaves: &[Hash]) -> Path {
    path_of(leaves, leaves.len() as u64 - 1)
}

fn leaf_of(leaves: &[Hash], index: u64) -> Leaf {
    Leaf {
        hash: leaves[index as usize],
        path: path_of(leaves, index),
    }
}

/// The defender's move if this is its execution.
pub fn defend(run: &Run, claim: &Claim, phase: &Phase) -> Move {
    match phase {
        Phase::OpenIntervals => Move::OpenIntervals(OpenIntervals {
            top: top(&run.interval_leaves()),
        }),
        Phase::Enter(pick) => Move::Enter(enter(run, pick.interval)),
        Phase::OpenSteps(frame) => {
            let leaves = run.step_leaves(frame.interval);
            let (top, last) = (top(&leaves), last_path(&leaves));
            Move::OpenSteps(OpenSteps { top, last })
        }
        Phase::OpenOperators(pick) => Move::OpenOperators(open_operators(run, pick)),
        Phase::OpenTiles(frame) => Move::OpenTiles(open_tiles(run, frame)),
        Phase::OpenFold(frame) => Move::OpenFold(open_fold(run, frame)),
        Phase::OpenSlots(frame) => Move::OpenSlots(OpenSlots {
            top: top(&run.steps[run.step_at(frame)].after.roots),
        }),
        Phase::Reveal(walk) => {
            let leaves = run.leaves(&walk.stage);
            Move::Reveal(revealed(under(&leaves, &walk.cursor)))
        }
        Phase::Prove(frame) => Move::Prove(Box::new(prove(run, claim, frame))),
        Phase::ShowSlot(frame) => Move::ShowSlot(show_slot(run, claim, frame)),
        Phase::Name(..) => panic!("the challenger is to move"),
    }
}

/// The first of the nodes shown that differs from those of this execution.
pub fn name(run: &Run, walk: &Walk, shown: &Revealed) -> Option<u8> {
    let leaves = run.leaves(&walk.stage);
    let (height, first) = (walk.cursor.revealed_height(), walk.cursor.revealed_first());
    (first..)
        .zip(shown)
        .position(|(index, node)| node_at(&leaves, height, index) != *node)
        .map(|at| at as u8)
}

fn enter(run: &Run, interval: IntervalIndex) -> Enter {
    let (leaves, interval) = (run.interval_leaves(), u64::from(interval.0));
    Enter {
        before: interval
            .checked_sub(1)
            .map(|before| leaf_of(&leaves, before)),
        end: leaf_of(&leaves, interval),
    }
}

fn open_operators(run: &Run, pick: &StepPick) -> OpenOperators {
    let steps = run.step_leaves(pick.interval);
    let leaves = run.operator_leaves(run.step_of(pick.interval, pick.step));
    OpenOperators {
        before: pick
            .step
            .checked_sub(1)
            .map(|before| leaf_of(&steps, before.into())),
        top: top(&leaves),
        last: last_path(&leaves),
    }
}

fn open_tiles(run: &Run, frame: &NodeFrame) -> OpenTiles {
    let step = run.step_at(frame);
    let node = run.node(frame.node).encode();
    OpenTiles {
        node: ShownNode::try_from(node).expect("at most 512 bytes"),
        node_path: path_of(&run.node_leaves(), frame.node.into()),
        top: top(&run.tile_leaves(step, frame.node)),
    }
}

fn open_fold(run: &Run, frame: &TileFrame) -> OpenFold {
    let leaves = run.folded(frame).leaves;
    OpenFold {
        top: top(&leaves),
        last: last_path(&leaves),
    }
}

fn show_slot(run: &Run, claim: &Claim, frame: &SlotFrame) -> ShowSlot {
    let leaves = run.operator_leaves(run.step_at(&frame.node));
    let header = &claim.header;
    let node = header.nodes - 1 - header.slots + frame.slot;
    ShowSlot {
        node: leaf_of(&leaves, node.into()),
    }
}

/// What the fold step in dispute reads.
pub fn prove(run: &Run, claim: &Claim, frame: &BlockFrame) -> Proof {
    let (index, _) = sources_of(claim, frame, None).expect("a fold step");
    let index_tile = index.map(|place| tile_at(run, frame, place));
    let (_, places) = sources_of(claim, frame, index_tile.as_ref()).expect("a fold step");
    let sources: Vec<_> = places
        .into_iter()
        .map(|place| source(run, frame, place))
        .collect();
    let (registers, before) = registers(run, frame);
    Proof {
        registers: registers.try_into().expect("at most 4 registers"),
        before,
        index: index.map(|place| source(run, frame, place)),
        sources: sources.try_into().expect("at most 8 sources"),
    }
}

fn tile_at(run: &Run, frame: &BlockFrame, place: SourcePlace) -> Tile {
    let tensor = run.tensor(run.step_at(&frame.tile.node), place.source);
    tensor.tile(place.tile).expect("a tile of the source")
}

fn source(run: &Run, frame: &BlockFrame, place: SourcePlace) -> SourceProof {
    let tensor = run.tensor(run.step_at(&frame.tile.node), place.source);
    let tiles = assay_commitment::tile_hashes::<Sha3>(tensor);
    let words = shown_words(&tile_at(run, frame, place));
    SourceProof {
        words: words.try_into().expect("at most 1,024 words"),
        tile_path: path_of(&tiles, place.tile),
        tensor_path: tensor_path(run, frame, place.source),
    }
}

fn tensor_path(run: &Run, frame: &BlockFrame, source: Source) -> Path {
    let step = run.step_at(&frame.tile.node);
    match source {
        Source::Node(node) => path_of(&run.operator_leaves(step), node.into()),
        Source::Slot(slot) => path_of(&run.steps[step].before.roots, slot.into()),
        Source::Constant(index) => path_of(&super::run::roots(&run.world.constants), index.into()),
        Source::Input(_) => Path::default(),
    }
}

fn registers(run: &Run, frame: &BlockFrame) -> (Vec<Register>, Path) {
    let Some(before) = u64::from(frame.block).checked_sub(1) else {
        return (Vec::new(), Path::default());
    };
    let tile = &frame.tile;
    let folded = run.folded(tile);
    let step = run.step_at(&tile.node);
    let ctx = run.context(step, tile.node.node, tile.tile);
    let touched = match frame.block as usize + 1 == folded.leaves.len() {
        true => u8::MAX,
        false => run
            .node(tile.node.node)
            .operation()
            .touches(&ctx, frame.block),
    };
    let show = |(number, register): (usize, &Tile)| match touched >> number & 1 {
        0 => Register::Untouched(tile_hash::<Sha3>(register)),
        _ => Register::Words(shown_words(register).try_into().expect("at most 1,024")),
    };
    let registers = &folded.before[frame.block as usize].registers;
    (
        registers.iter().enumerate().map(show).collect(),
        path_of(&folded.leaves, before),
    )
}
