//! The side that has committed.

use crate::{proof::prove, side::Side, Execution, HashTree, ProverError, TileName, TreeName, Work};
use assay_commitment::{trace_root_from_tree, Level, Sha3, StateRoot};
use assay_game::{
    Claim, Enter, Game, IntervalPick, Move, NodeFrame, OpenFold, OpenIntervals, OpenOperators,
    OpenSlots, OpenSteps, OpenTiles, Phase, ShowSlot, ShownNode, SlotFrame, StepPick, TileFrame,
    Walk,
};
use assay_program::Source;
use assay_protocol::IntervalIndex;

/// Answers for the provider that committed a segment.
pub struct Defender<E> {
    work: Work,
    side: Side<E>,
}

impl<E: Execution> Defender<E> {
    /// `interval_roots` are the state roots at the ends of all intervals of the segment, as they were committed.
    pub fn new(work: Work, interval_roots: &[StateRoot]) -> Self {
        Self {
            work,
            side: Side::new(interval_roots),
        }
    }

    /// The interval whose execution the next [`answer`](Self::answer) needs and does not have.
    pub fn missing(&self, game: &Game) -> Option<IntervalIndex> {
        self.side.missing(game)
    }

    /// Gives the execution of an interval, in place of any other.
    pub fn execute(&mut self, interval: IntervalIndex, execution: E) {
        self.side.execute(interval, execution);
    }

    /// The defender's move. It follows from the arguments alone, so it may be asked for again after a restart.
    ///
    /// # Errors
    /// [`ProverError`], in particular [`ProverError::NotOurTurn`] and [`ProverError::NotExecuted`].
    pub fn answer(&mut self, claim: &Claim, game: &Game) -> Result<Move, ProverError> {
        Ok(match &game.phase {
            Phase::OpenIntervals => Move::OpenIntervals(self.open_intervals(claim)?),
            Phase::Enter(pick) => Move::Enter(self.enter(claim, pick)?),
            Phase::OpenSteps(frame) => Move::OpenSteps(self.open_steps(frame.interval)?),
            Phase::OpenOperators(pick) => Move::OpenOperators(self.open_operators(pick)?),
            Phase::OpenTiles(frame) => Move::OpenTiles(self.open_tiles(frame)?),
            Phase::OpenFold(frame) => Move::OpenFold(self.open_fold(frame)?),
            Phase::OpenSlots(frame) => Move::OpenSlots(self.open_slots(frame)?),
            Phase::Reveal(Walk { stage, cursor }) => {
                Move::Reveal(self.side.tree(stage)?.under(cursor)?)
            }
            Phase::Prove(frame) => {
                let execution = self.side.execution(frame.tile.node.step.interval)?;
                Move::Prove(Box::new(prove(&self.work, execution, claim, frame)?))
            }
            Phase::ShowSlot(frame) => Move::ShowSlot(self.show_slot(frame)?),
            Phase::Name(..) => return Err(ProverError::NotOurTurn(game.mover())),
        })
    }

    /// Checks that the interval roots are those under the commitment.
    fn check_committed(&self, claim: &Claim) -> Result<(), ProverError> {
        let intervals = self.side.intervals();
        let (expected, found) = (u64::from(claim.intervals()), intervals.count());
        let trace = trace_root_from_tree::<Sha3>(Level::Interval, found, intervals.root());
        match expected == found && trace.0 == claim.trace {
            true => Ok(()),
            false => Err(ProverError::NotCommitted { expected, found }),
        }
    }

    fn open_intervals(&self, claim: &Claim) -> Result<OpenIntervals, ProverError> {
        self.check_committed(claim)?;
        let top = self.side.intervals().top()?;
        Ok(OpenIntervals { top })
    }

    fn enter(&self, claim: &Claim, pick: &IntervalPick) -> Result<Enter, ProverError> {
        self.check_committed(claim)?;
        let (intervals, interval) = (self.side.intervals(), u64::from(pick.interval.0));
        let before = interval.checked_sub(1);
        Ok(Enter {
            before: before.map(|before| intervals.leaf(before)).transpose()?,
            end: intervals.leaf(interval)?,
        })
    }

    fn open_steps(&mut self, interval: IntervalIndex) -> Result<OpenSteps, ProverError> {
        let tree = self.side.execution(interval)?.tree(TreeName::Steps)?;
        Ok(OpenSteps {
            top: tree.top()?,
            last: tree.last_path()?,
        })
    }

    fn open_operators(&mut self, pick: &StepPick) -> Result<OpenOperators, ProverError> {
        let (step, execution) = (pick.step, self.side.execution(pick.interval)?);
        let before = match step.checked_sub(1) {
            Some(before) => Some(execution.tree(TreeName::Steps)?.leaf(before.into())?),
            None => None,
        };
        let tree = execution.tree(TreeName::Operators { step })?;
        Ok(OpenOperators {
            before,
            top: tree.top()?,
            last: tree.last_path()?,
        })
    }

    fn open_tiles(&mut self, frame: &NodeFrame) -> Result<OpenTiles, ProverError> {
        let (step, node) = (frame.step.step, frame.node);
        let encoding = self.work.node(node)?.encode();
        let execution = self.side.execution(frame.step.interval)?;
        execution.prepare(step, node)?;
        let source = Source::Node(node);
        Ok(OpenTiles {
            node: ShownNode::try_from(encoding).map_err(|_| ProverError::TooLarge)?,
            node_path: self.work.node_tree().path(node.into())?,
            top: execution.tree(TreeName::Tiles { step, source })?.top()?,
        })
    }

    fn open_fold(&mut self, frame: &TileFrame) -> Result<OpenFold, ProverError> {
        let name = TileName::of(frame);
        let execution = self.side.execution(frame.node.step.interval)?;
        execution.prepare(name.step, name.node)?;
        let tree = execution.tree(TreeName::Fold(name))?;
        Ok(OpenFold {
            top: tree.top()?,
            last: tree.last_path()?,
        })
    }

    fn open_slots(&mut self, frame: &NodeFrame) -> Result<OpenSlots, ProverError> {
        let step = frame.step.step.saturating_add(1);
        let execution = self.side.execution(frame.step.interval)?;
        let top = execution.tree(TreeName::Slots { step })?.top()?;
        Ok(OpenSlots { top })
    }

    fn show_slot(&mut self, frame: &SlotFrame) -> Result<ShowSlot, ProverError> {
        let node = self.work.program().slot_node(frame.slot);
        let node = node.ok_or(ProverError::NoSuchSource(Source::Slot(frame.slot)))?;
        let tree = self.side.operators(&frame.node)?;
        Ok(ShowSlot {
            node: tree.leaf(node.into())?,
        })
    }
}
