//! What the defender opens, reveals and shows.

use super::{bad_padding, count, leaf, sum_fault, too_high, within, Case};
use crate::support::{
    hash, player,
    programs::{every_operator, many_tiles, one_scalar},
    revealed,
    run::{Fault, Run},
};
use assay_game::{Leaf, Move, MoveError, Path, Phase, ShownNode};

#[test]
fn an_opening_of_the_intervals_must_be_the_commitment() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenIntervals)
    });
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenIntervals(mv) => mv.top[1] = hash(1)),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenIntervals(mv) => mv.top.as_mut().swap(0, 1)),
    );
    case.refuses(
        count(3, 4),
        within!(Move::OpenIntervals(mv) => mv.top.try_push([0; 32]).unwrap()),
    );
    case.refuses(
        count(3, 0),
        within!(Move::OpenIntervals(mv) => mv.top = revealed(vec![])),
    );
    case.ends_right();
}

#[test]
fn an_entry_must_show_the_two_leaves_under_the_commitment() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::Enter(_)));
    case.refuses(
        MoveError::Before,
        within!(Move::Enter(mv) => mv.before = None),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Enter(mv) => mv.end.hash = hash(1)),
    );
    // The right leaf in another place.
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Enter(mv) => mv.before = Some(mv.end.clone())),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::Enter(mv) => mv.end = mv.before.clone().unwrap()),
    );
    case.refuses(
        too_high(2, 1),
        within!(Move::Enter(mv) => mv.end.path.truncate(1)),
    );
    case.refuses(
        too_high(2, 3),
        within!(Move::Enter(mv) => mv.end.path.try_push([0; 32]).unwrap()),
    );
    case.ends_right();
}

#[test]
fn the_first_interval_starts_where_the_segment_does() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(0, 0);
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::Enter(_)));
    case.refuses(
        MoveError::Before,
        within!(Move::Enter(mv) => mv.before = Some(mv.end.clone())),
    );
    case.ends_right();
}

#[test]
fn padding_cannot_be_anything_else() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(4, 0);
    // The last of three intervals, which is one step.
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::Enter(_)));
    case.refuses(
        bad_padding(0),
        within!(Move::Enter(mv) => mv.end.path[0] = hash(1)),
    );
    case.ends_right();
    let mut world = one_scalar();
    world.segment.per_interval = 5;
    let right = Run::honest(&world);
    let theirs = right.with_slot(4, 0);
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenSteps(_))
    });
    for height in [0, 1] {
        case.refuses(
            bad_padding(height),
            within!(Move::OpenSteps(mv) => mv.last[height as usize] = hash(1)),
        );
    }
    case.ends_right();
}

#[test]
fn the_steps_must_end_in_the_intervals_end() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenSteps(_))
    });
    // The right steps, whose end is not the one committed.
    let honest = player::defend(&right, &case.table.claim, &case.table.game.phase);
    case.refuses_move(MoveError::LeafMismatch, &honest);
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenSteps(mv) => mv.top.as_mut().swap(0, 1)),
    );
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenSteps(mv) => mv.last[0] = hash(1)),
    );
    case.refuses(
        count(2, 1),
        within!(Move::OpenSteps(mv) => mv.top.truncate(1)),
    );
    case.refuses(
        too_high(1, 0),
        within!(Move::OpenSteps(mv) => mv.last = Path::default()),
    );
    case.ends_right();
}

#[test]
fn the_operators_must_start_and_end_where_the_step_does() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let is_phase = |phase: &Phase| matches!(phase, Phase::OpenOperators(_));
    let mut case = Case::at(&theirs, &right, is_phase);
    let honest = player::defend(&right, &case.table.claim, &case.table.game.phase);
    let Move::OpenOperators(honest) = honest else {
        panic!("{honest:?}");
    };
    // The right operators, whose end is not the one committed.
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenOperators(mv) => (mv.top, mv.last) = (honest.top, honest.last)),
    );
    case.refuses(
        MoveError::Before,
        within!(Move::OpenOperators(mv) => mv.before = None),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenOperators(mv) => mv.before.as_mut().unwrap().hash = hash(1)),
    );
    case.refuses(
        too_high(1, 0),
        within!(Move::OpenOperators(mv) => mv.before = Some(leaf(1))),
    );
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenOperators(mv) => mv.top[3] = hash(1)),
    );
    // 23 operators below a tree of height 5: one more is padding.
    case.refuses(
        count(
            world.program.nodes.len() as u32,
            world.program.nodes.len() as u32 + 1,
        ),
        within!(Move::OpenOperators(mv) => mv.top.try_push([0; 32]).unwrap()),
    );
    case.ends_right();
}

#[test]
fn the_first_step_starts_where_the_interval_does() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(2, 0);
    let is_phase = |phase: &Phase| matches!(phase, Phase::OpenOperators(_));
    let mut case = Case::at(&theirs, &right, is_phase);
    case.refuses(
        MoveError::Before,
        within!(Move::OpenOperators(mv) => mv.before = Some(leaf(1))),
    );
    case.ends_right();
}

#[test]
fn the_tiles_must_be_those_of_the_node_in_its_place() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenTiles(_))
    });
    let honest = player::defend(&right, &case.table.claim, &case.table.game.phase);
    case.refuses_move(MoveError::LeafMismatch, &honest);
    let another = ShownNode::try_from(right.node(3).encode()).unwrap();
    let another_path = player::path_of(&right.node_leaves(), 3);
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenTiles(mv) => {
            mv.node = another.clone();
            mv.node_path = another_path;
        }),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenTiles(mv) => mv.node.try_push(0).unwrap()),
    );
    case.refuses(
        MoveError::WrongRoot,
        within!(Move::OpenTiles(mv) => mv.node = ShownNode::default()),
    );
    case.refuses(
        too_high(5, 6),
        within!(Move::OpenTiles(mv) => mv.node_path.try_push([0; 32]).unwrap()),
    );
    case.refuses(
        count(4, 3),
        within!(Move::OpenTiles(mv) => mv.top.truncate(3)),
    );
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenTiles(mv) => mv.top[2] = hash(1)),
    );
    case.ends_right();
}

#[test]
fn the_blocks_must_end_in_the_tile() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::OpenFold(_)));
    let honest = player::defend(&right, &case.table.claim, &case.table.game.phase);
    case.refuses_move(MoveError::LeafMismatch, &honest);
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenFold(mv) => mv.top[1] = hash(1)),
    );
    case.refuses(
        count(3, 2),
        within!(Move::OpenFold(mv) => mv.top.truncate(2)),
    );
    case.refuses(
        bad_padding(0),
        within!(Move::OpenFold(mv) => mv.last[0] = hash(1)),
    );
    case.ends_right();
}

#[test]
fn the_slots_must_be_those_of_the_state() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(3, 1);
    let mut case = Case::at(&theirs, &right, |phase| {
        matches!(phase, Phase::OpenSlots(_))
    });
    case.refuses(
        MoveError::LeafMismatch,
        within!(Move::OpenSlots(mv) => mv.top.as_mut().swap(0, 1)),
    );
    case.refuses(
        count(2, 1),
        within!(Move::OpenSlots(mv) => mv.top.truncate(1)),
    );
    case.ends_right();
}

#[test]
fn a_slots_node_must_be_the_one_in_its_place() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_slot(3, 1);
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::ShowSlot(_)));
    let operators = theirs.operator_leaves(3);
    let last = operators.len() as u64 - 1;
    for (another, reason) in [
        (last, MoveError::WrongRoot),
        (last - 2, MoveError::WrongRoot),
        (0, bad_padding(3)),
    ] {
        case.refuses(
            reason,
            within!(Move::ShowSlot(mv) => mv.node = Leaf {
                hash: operators[another as usize],
                path: player::path_of(&operators, another),
            }),
        );
    }
    case.refuses(
        too_high(5, 4),
        within!(Move::ShowSlot(mv) => mv.node.path.truncate(4)),
    );
    case.ends_right();
}

#[test]
fn a_reveal_must_hash_to_the_node_named() {
    let world = many_tiles();
    let right = Run::honest(&world);
    let theirs = right.with_fault(Fault {
        step: 0,
        node: 1,
        tile: 95,
        block: 0,
        register: 0,
    });
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::Reveal(_)));
    case.refuses(
        MoveError::RevealMismatch,
        within!(Move::Reveal(nodes) => nodes.as_mut().swap(0, 1)),
    );
    case.refuses(
        count(2, 1),
        within!(Move::Reveal(nodes) => nodes.truncate(1)),
    );
    case.refuses(
        count(2, 64),
        within!(Move::Reveal(nodes) => *nodes = revealed(vec![[0; 32]; 64])),
    );
    case.ends_right();
}

#[test]
fn only_what_was_shown_can_be_named() {
    let world = every_operator();
    let right = Run::honest(&world);
    let theirs = right.with_fault(sum_fault(&world));
    let mut case = Case::at(&theirs, &right, |phase| matches!(phase, Phase::Name(..)));
    for at in [3, 4, 64, u8::MAX] {
        case.refuses_move(MoveError::NoSuchNode { shown: 3 }, &Move::Name(at));
    }
    case.ends_right();
}
