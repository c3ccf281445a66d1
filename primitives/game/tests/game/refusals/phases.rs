//! Moves of another kind than the game waits for.

use super::{leaf, sum_fault, Case};
use crate::support::{
    hash, path,
    programs::{every_operator, many_tiles},
    revealed,
    run::{Fault, Run},
};
use assay_game::{Move, MoveError, Path, Proof, ShownNode};

/// One of each kind of move.
fn kinds() -> Vec<Move> {
    let (top, last) = (revealed(vec![hash(1)]), Path::default());
    vec![
        Move::OpenIntervals(assay_game::OpenIntervals { top: top.clone() }),
        Move::Enter(assay_game::Enter {
            before: None,
            end: leaf(1),
        }),
        Move::OpenSteps(assay_game::OpenSteps {
            top: top.clone(),
            last: last.clone(),
        }),
        Move::OpenOperators(assay_game::OpenOperators {
            before: None,
            top: top.clone(),
            last: last.clone(),
        }),
        Move::OpenTiles(assay_game::OpenTiles {
            node: ShownNode::default(),
            node_path: path(vec![]),
            top: top.clone(),
        }),
        Move::OpenFold(assay_game::OpenFold {
            top: top.clone(),
            last,
        }),
        Move::OpenSlots(assay_game::OpenSlots { top: top.clone() }),
        Move::Reveal(top),
        Move::Name(0),
        Move::Prove(Box::new(Proof {
            registers: Default::default(),
            before: Path::default(),
            index: None,
            sources: Default::default(),
        })),
        Move::ShowSlot(assay_game::ShowSlot { node: leaf(1) }),
    ]
}

/// Every kind of move but `right`'s is refused here.
fn only_takes(case: &mut Case, right: &Move) {
    let kind = std::mem::discriminant(right);
    for mv in kinds() {
        if std::mem::discriminant(&mv) != kind {
            case.refuses_move(MoveError::NotThisMove, &mv);
        }
    }
}

#[test]
fn each_phase_takes_one_kind_of_move() {
    let world = many_tiles();
    let right = Run::honest(&world);
    let tile = right.with_fault(Fault {
        step: 3,
        node: 1,
        tile: 95,
        block: 0,
        register: 0,
    });
    let world = every_operator();
    let sums = Run::honest(&world);
    let (block, slot) = (sums.with_fault(sum_fault(&world)), sums.with_slot(3, 1));
    for (theirs, right) in [(&tile, &right), (&block, &sums), (&slot, &sums)] {
        let mut case = Case::at(theirs, right, |_| true);
        loop {
            let mv = case.right_move();
            only_takes(&mut case, &mv);
            if case.table.take(&mv, 0).unwrap().is_some() {
                break;
            }
        }
    }
}
