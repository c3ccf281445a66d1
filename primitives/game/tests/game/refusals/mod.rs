//! Moves that the game refuses, and that it then goes on as if they had not been made.

mod nodes;
mod openings;
mod phases;
mod proofs;

use crate::support::{
    hash, player,
    programs::World,
    run::{Fault, Run},
    table::{table_at, Ending, Table},
};
use assay_commitment::PathError;
use assay_game::{Leaf, Move, MoveError, Party, Path, Phase, Reason};
use assay_numerics::Op;

/// Changes one part of the right move, sees it refused, and plays the game to its right end.
struct Case<'a> {
    table: Table,
    theirs: &'a Run<'a>,
    right: &'a Run<'a>,
}

impl<'a> Case<'a> {
    fn at(theirs: &'a Run, right: &'a Run, stop: impl Fn(&Phase) -> bool) -> Self {
        Self {
            table: table_at(theirs, right, stop),
            theirs,
            right,
        }
    }

    fn right_move(&self) -> Move {
        match &self.table.game.phase {
            Phase::Name(walk, shown) => {
                Move::Name(player::name(self.right, walk, shown).expect("a difference"))
            }
            phase => player::defend(self.theirs, &self.table.claim, phase),
        }
    }

    /// The right move after `change` is refused for `reason`.
    fn refuses(&mut self, reason: MoveError, change: impl FnOnce(&mut Move)) {
        let mut mv = self.right_move();
        change(&mut mv);
        self.refuses_move(reason, &mv);
    }

    fn refuses_move(&mut self, reason: MoveError, mv: &Move) {
        let before = self.table.game.clone();
        assert_eq!(self.table.take(mv, 0), Err(reason), "{before:?}");
        assert_eq!(self.table.game, before);
    }

    /// The right moves still lead to the conviction.
    fn ends_right(mut self) {
        let ending = self.table.play_until(
            |claim, phase| player::defend(self.theirs, claim, phase),
            |walk, shown| player::name(self.right, walk, shown).expect("a difference"),
            |_| false,
        );
        let Ending::Verdict(verdict) = ending else {
            panic!("the game has no end");
        };
        assert_eq!(verdict.winner, Party::Challenger);
        assert_ne!(verdict.reason, Reason::TimeOut);
    }
}

/// Everything up to this part of a move.
macro_rules! within {
    ($pattern:pat => $part:expr) => {
        |mv: &mut Move| match mv {
            $pattern => $part,
            other => panic!("{other:?}"),
        }
    };
}
use within;

fn too_high(expected: u32, found: u64) -> MoveError {
    MoveError::Path(PathError::WrongHeight { expected, found })
}

fn bad_padding(height: u32) -> MoveError {
    MoveError::Path(PathError::BadPadding { height })
}

fn count(expected: u32, found: u32) -> MoveError {
    MoveError::RevealCount { expected, found }
}

fn leaf(i: u64) -> Leaf {
    Leaf {
        hash: hash(i),
        path: Path::default(),
    }
}

/// A fault in block 1 of a sum that has three, in the second step of the second interval.
fn sum_fault(world: &World) -> Fault {
    assert!(matches!(world.program.nodes[2].op, Op::MatMul { .. }));
    Fault {
        step: 3,
        node: 2,
        tile: 1,
        block: 1,
        register: 1,
    }
}
