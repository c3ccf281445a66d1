//! The referee alone, as the runtime has it: in Wasm, with Keccak by the host.
//!
//! [`judge`] takes an encoded [`Question`] and makes the move. On the Wasm target the module exports it as `judge`, besides
//! `room` for the question's bytes; on others this is an ordinary library.
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod wasm;

use alloc::vec::Vec;
use assay_commitment::{Hash, Keccak};
use assay_game::{Claim, Defence, Game, Move, Outcome, Party};
use assay_protocol::{ProgramHeader, Schedule, SegmentIndex};
use codec::{Decode, Encode};

/// A game and a move in it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Question {
    header: ProgramHeader,
    node_tree_root: Hash,
    datasets: Vec<Hash>,
    start: Hash,
    trace: Hash,
    schedule: Schedule,
    segment: SegmentIndex,
    defence: Defence,
    game: Game,
    mv: Move,
}

/// What becomes of a move. The numbers are what the Wasm module answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Answer {
    /// The game goes on.
    GoesOn = 0,
    /// The defender has won.
    Defender = 1,
    /// The challenger has won.
    Challenger = 2,
    /// The move is refused.
    Refused = 3,
    /// The bytes are no question.
    Malformed = 4,
}

impl Question {
    /// What does this move lead to?
    pub fn new(claim: Claim, defence: Defence, game: Game, mv: Move) -> Self {
        let Claim {
            header,
            node_tree_root,
            datasets,
            start,
            trace,
            schedule,
            segment,
        } = claim;
        Self {
            header: header.into(),
            node_tree_root,
            datasets,
            start,
            trace,
            schedule,
            segment,
            defence,
            game,
            mv,
        }
    }

    fn claim(&self) -> Claim {
        Claim {
            header: self.header.into(),
            node_tree_root: self.node_tree_root,
            datasets: self.datasets.clone(),
            start: self.start,
            trace: self.trace,
            schedule: self.schedule,
            segment: self.segment,
        }
    }
}

/// Decodes a question and makes its move.
pub fn judge<K: Keccak>(bytes: &[u8]) -> Answer {
    let Ok(mut question) = Question::decode(&mut &bytes[..]) else {
        return Answer::Malformed;
    };
    let (claim, game) = (question.claim(), question.game);
    match game.next::<K>(&claim, &mut question.defence, &question.mv, 0) {
        Ok(Outcome::Game(_)) => Answer::GoesOn,
        Ok(Outcome::Verdict(verdict)) => match verdict.winner {
            Party::Defender => Answer::Defender,
            Party::Challenger => Answer::Challenger,
        },
        Err(_) => Answer::Refused,
    }
}
