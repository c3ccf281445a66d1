//! The phases of one game, for tests: segment 1, interval 3, step 137, operator 41, tile 7, block 2.

use assay_client::Account;
use assay_game::{
    BlockFrame, Cursor, DisputeView, Entry, Game, GameId, IntervalFrame, IntervalPick, NodeFrame,
    Phase, Reason, Revealed, ShownNode, SlotFrame, Stage, Standing, StepFrame, StepPick, TileFrame,
    Transcript, Walk,
};
use assay_numerics::{Dims, Op, TensorType};
use assay_program::{Input, Node, Source};
use assay_protocol::{IntervalIndex, JobId, Schedule, SegmentIndex, StepCount, UNIT};

use super::place::Ground;

/// Eight segments of ten intervals of ten steps; a program of 59 nodes.
pub(super) const GROUND: Ground = Ground {
    segment: SegmentIndex(1),
    schedule: Schedule {
        total_steps: StepCount(800),
        steps_per_segment: 100,
        steps_per_interval: 10,
    },
    nodes: 59,
};

const INTERVAL: IntervalIndex = IntervalIndex(3);

/// Dispute 4, about segment 1 of job 3.
pub(super) fn view(standing: Standing) -> DisputeView<Account> {
    DisputeView {
        game: GameId([7; 32]),
        number: 4,
        job: JobId(3),
        segment: SegmentIndex(1),
        entry: Entry::Interval(INTERVAL),
        defender: Account([1; 32]),
        challenger: Account([2; 32]),
        bond: 6 * UNIT,
        share: None,
        standing,
    }
}

/// A game that waits for something after so many moves.
pub(super) fn game(round: u32, phase: Phase) -> Game {
    Game {
        round,
        transcript: Transcript([0; 32]),
        phase,
        clocks: assay_game::Clocks {
            allowance: 10,
            challenger: 5,
            turn: assay_game::Turn { since: 3 },
        },
    }
}

fn matrix(rows: u32, cols: u32) -> TensorType {
    TensorType::f32(Dims::matrix(rows, cols).unwrap())
}

/// The node of operator 41: a product of 64 x 70 and 70 x 100, in eight tiles of three blocks.
pub(super) fn encoding() -> Vec<u8> {
    let input = |source, ty| Input { source, ty };
    let node = Node {
        op: Op::MatMul {
            transpose_a: false,
            transpose_b: false,
        },
        inputs: vec![
            input(Source::Node(3), matrix(64, 70)),
            input(Source::Slot(2), matrix(70, 100)),
        ],
        output: matrix(64, 100),
        stream: 0,
    };
    node.encode()
}

fn shown_node() -> ShownNode {
    ShownNode::try_from(encoding()).unwrap()
}

fn nodes(count: usize) -> Revealed {
    Revealed::try_from(vec![[0; 32]; count]).unwrap()
}

fn name(stage: Stage, count: u64) -> Phase {
    let cursor = Cursor::at_root(count, [0; 32]);
    let shown = nodes(cursor.revealed_count() as usize);
    Phase::Name(Walk { stage, cursor }, shown)
}

fn interval() -> IntervalFrame {
    IntervalFrame {
        interval: INTERVAL,
        start: [1; 32],
        end: [2; 32],
    }
}

fn step() -> StepFrame {
    StepFrame {
        interval: INTERVAL,
        step: 7,
        start: [3; 32],
        end: [4; 32],
    }
}

fn node(number: u32) -> NodeFrame {
    NodeFrame {
        step: step(),
        operators: [5; 32],
        node: number,
        output: [6; 32],
    }
}

fn tile() -> TileFrame {
    TileFrame {
        node: node(41),
        encoding: shown_node(),
        tile: 7,
        hash: [7; 32],
    }
}

pub(super) fn name_interval() -> Phase {
    name(Stage::Intervals, 10)
}

pub(super) fn enter() -> Phase {
    Phase::Enter(IntervalPick {
        interval: INTERVAL,
        end: None,
    })
}

pub(super) fn open_steps() -> Phase {
    Phase::OpenSteps(interval())
}

pub(super) fn name_step() -> Phase {
    name(Stage::Steps(interval()), 10)
}

/// As if an interval had 4,096 steps: the part with step 137 in it.
pub(super) fn reveal_steps() -> Phase {
    let cursor = Cursor {
        height: 6,
        index: 2,
        ..Cursor::at_root(4_096, [0; 32])
    };
    let stage = Stage::Steps(interval());
    Phase::Reveal(Walk { stage, cursor })
}

pub(super) fn open_operators() -> Phase {
    Phase::OpenOperators(StepPick {
        interval: INTERVAL,
        start: [1; 32],
        steps: Cursor::at_root(10, [0; 32]),
        step: 7,
        end: [4; 32],
    })
}

pub(super) fn name_operator() -> Phase {
    name(Stage::Operators(step()), 59)
}

pub(super) fn open_tiles() -> Phase {
    Phase::OpenTiles(node(41))
}

pub(super) fn name_tile() -> Phase {
    let stage = Stage::Tiles {
        node: node(41),
        encoding: shown_node(),
    };
    name(stage, 8)
}

pub(super) fn open_fold() -> Phase {
    Phase::OpenFold(tile())
}

pub(super) fn name_block() -> Phase {
    name(Stage::Fold(tile()), 3)
}

pub(super) fn prove() -> Phase {
    Phase::Prove(BlockFrame {
        tile: tile(),
        fold: [8; 32],
        block: 2,
        leaf: [9; 32],
    })
}

pub(super) fn open_slots() -> Phase {
    Phase::OpenSlots(node(58))
}

pub(super) fn name_slot() -> Phase {
    name(Stage::Slots(node(58)), 12)
}

pub(super) fn show_slot() -> Phase {
    Phase::ShowSlot(SlotFrame {
        node: node(58),
        slot: 5,
        root: [9; 32],
    })
}

/// What a verdict after [`prove`] rests on.
pub(super) fn proof() -> Reason {
    Reason::Proof {
        interval: INTERVAL,
        step: 7,
        node: 41,
        tile: 7,
        block: 2,
        claimed: [9; 32],
        computed: [10; 32],
    }
}

/// What a verdict after [`show_slot`] rests on.
pub(super) fn slot() -> Reason {
    Reason::Slot {
        interval: INTERVAL,
        step: 7,
        slot: 5,
        claimed: [9; 32],
        computed: [10; 32],
    }
}
