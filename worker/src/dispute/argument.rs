//! One side's argument about a segment: it answers every game on it.

use assay_game::{Claim, Game, Move, Party};
use assay_protocol::IntervalIndex;
use assay_prover::{Challenger, Defender, ProverError};

use super::{
    case::{Bench, Case, CaseError},
    commitment::roots_of,
};
use crate::compute::BoxedExecution;

/// One side's argument about a segment, with its execution of the interval last asked for.
///
/// Answers follow from the chain's state of the game and from what was computed once, never from earlier answers: after a
/// crash at any instant another argument gives the same ones, at the cost of executing the interval again.
pub struct Argument {
    case: Case,
    side: Side,
}

enum Side {
    Defender(Defender<BoxedExecution>),
    Challenger(Challenger<BoxedExecution>),
}

impl Argument {
    /// The argument of one side.
    pub fn new(us: Party, case: Case) -> Self {
        let roots = roots_of(&case.roots);
        let side = match us {
            Party::Defender => Side::Defender(Defender::new(case.work.clone(), &roots)),
            Party::Challenger => Side::Challenger(Challenger::new(&roots)),
        };
        Self { case, side }
    }

    /// What is agreed.
    pub const fn claim(&self) -> &Claim {
        &self.case.claim
    }

    /// Bytes that it may hold with its execution: the states and values of a step, twice.
    pub fn memory_bytes(&self) -> u64 {
        self.case.memory_bytes()
    }

    /// The interval whose execution the answer to a game needs and that is not there.
    pub fn missing(&self, game: &Game) -> Option<IntervalIndex> {
        match &self.side {
            Side::Defender(side) => side.missing(game),
            Side::Challenger(side) => side.missing(game),
        }
    }

    /// The move that answers a game. Blocks, for as long as the execution of an interval takes and of those between it and
    /// the nearest checkpoint.
    ///
    /// # Errors
    /// [`CaseError`] says why there is none.
    pub fn answer(
        &mut self,
        bench: &Bench,
        game: &Game,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Move, CaseError> {
        if let Some(interval) = self.missing(game) {
            let start = bench.runtime.block_on(self.case.nearest(interval))?;
            let execution = self.case.execute(bench, start, interval, stopped)?;
            self.execute(interval, execution);
        }
        Ok(self.reply(game)?)
    }

    fn execute(&mut self, interval: IntervalIndex, execution: BoxedExecution) {
        match &mut self.side {
            Side::Defender(side) => side.execute(interval, execution),
            Side::Challenger(side) => side.execute(interval, execution),
        }
    }

    fn reply(&mut self, game: &Game) -> Result<Move, ProverError> {
        match &mut self.side {
            Side::Defender(side) => side.answer(&self.case.claim, game),
            Side::Challenger(side) => side.answer(game),
        }
    }
}
