//! The side that says that a commitment is wrong.

use crate::{side::Side, Execution, ProverError, TreeName};
use assay_commitment::{state_root_from_tree, Hash, Level, Sha3, StateRoot};
use assay_game::{Game, Move, Phase, Revealed, Stage, StepFrame, Walk};
use assay_protocol::IntervalIndex;

/// Answers for whoever challenges a segment or one of its intervals.
pub struct Challenger<E> {
    side: Side<E>,
}

impl<E: Execution> Challenger<E> {
    /// `interval_roots` are the challenger's own, at the ends of all intervals of the segment. They may be empty if the
    /// game is about one interval from the beginning ([`Entry::Interval`](assay_game::Entry::Interval)).
    pub fn new(interval_roots: &[StateRoot]) -> Self {
        Self {
            side: Side::new(interval_roots),
        }
    }

    /// The interval whose execution the next [`answer`](Self::answer) needs and does not have.
    pub fn missing(&self, game: &Game) -> Option<IntervalIndex> {
        self.side.missing(game)
    }

    /// Gives the execution of an interval, from the state that the challenger knows to be right at its start.
    pub fn execute(&mut self, interval: IntervalIndex, execution: E) {
        self.side.execute(interval, execution);
    }

    /// The challenger's move: it names the first node shown that differs from its own.
    ///
    /// # Errors
    /// [`ProverError`], in particular [`ProverError::NotOurTurn`] and [`ProverError::NotExecuted`];
    /// [`ProverError::OtherStart`] or [`ProverError::NothingDiffers`] if the game cannot be won.
    pub fn answer(&mut self, game: &Game) -> Result<Move, ProverError> {
        let Phase::Name(walk, shown) = &game.phase else {
            return Err(ProverError::NotOurTurn(game.mover()));
        };
        self.check_start(&walk.stage)?;
        self.first_difference(walk, shown).map(Move::Name)
    }

    fn first_difference(&mut self, walk: &Walk, shown: &Revealed) -> Result<u8, ProverError> {
        let Walk { stage, cursor } = walk;
        let own = self.side.tree(stage)?;
        if own.count() != cursor.count {
            return Err(ProverError::TreeSize {
                level: level(stage),
                expected: cursor.count,
                found: own.count(),
            });
        }
        let own = own.under(cursor)?;
        let at = own.iter().zip(shown).position(|(own, shown)| own != shown);
        at.and_then(|at| u8::try_from(at).ok())
            .ok_or(ProverError::NothingDiffers)
    }

    /// Checks that the argument is about steps from our own start state.
    fn check_start(&mut self, stage: &Stage) -> Result<(), ProverError> {
        let (interval, start) = match stage {
            Stage::Steps(frame) => (frame.interval, frame.start),
            Stage::Operators(StepFrame {
                step: 0,
                start,
                interval,
                ..
            }) => (*interval, *start),
            _ => return Ok(()),
        };
        match self.start(interval)? == start {
            true => Ok(()),
            false => Err(ProverError::OtherStart),
        }
    }

    /// The root of our own start state of an interval.
    fn start(&mut self, interval: IntervalIndex) -> Result<Hash, ProverError> {
        let execution = self.side.execution(interval)?;
        let slots = execution.tree(TreeName::Slots { step: 0 })?;
        Ok(state_root_from_tree::<Sha3>(slots.count(), slots.root()).0)
    }
}

/// The level of the tree that a game is in.
const fn level(stage: &Stage) -> Level {
    match stage {
        Stage::Intervals => Level::Interval,
        Stage::Steps(_) => Level::Step,
        Stage::Operators(_) => Level::Operator,
        Stage::Tiles { .. } => Level::Tile,
        Stage::Fold(_) => Level::Fold,
        Stage::Slots(_) => Level::Commit,
    }
}
