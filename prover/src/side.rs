//! What both sides have in common.

use crate::{Execution, HashTree, Levels, ProverError, TreeName};
use assay_commitment::StateRoot;
use assay_game::{Game, NodeFrame, Phase, Stage, TileFrame};
use assay_protocol::IntervalIndex;
use std::sync::Arc;

/// A side's interval roots and, once the argument is about one interval, its execution of that.
pub(crate) struct Side<E> {
    intervals: Arc<Levels>,
    execution: Option<(IntervalIndex, E)>,
}

impl<E: Execution> Side<E> {
    pub(crate) fn new(interval_roots: &[StateRoot]) -> Self {
        let leaves = interval_roots.iter().map(|root| root.0).collect();
        Self {
            intervals: Arc::new(Levels::new(leaves)),
            execution: None,
        }
    }

    /// The tree over the interval roots.
    pub(crate) fn intervals(&self) -> &Arc<Levels> {
        &self.intervals
    }

    pub(crate) fn execute(&mut self, interval: IntervalIndex, execution: E) {
        self.execution = Some((interval, execution));
    }

    /// The interval whose execution the game is about, if it is not there.
    pub(crate) fn missing(&self, game: &Game) -> Option<IntervalIndex> {
        let wanted = match &game.phase {
            // What is shown here lies under the commitment.
            Phase::OpenIntervals | Phase::Enter(_) => None,
            phase => phase.interval(),
        };
        let held = self.execution.as_ref().map(|(interval, _)| *interval);
        wanted.filter(|wanted| held != Some(*wanted))
    }

    /// The execution of an interval.
    pub(crate) fn execution(&mut self, interval: IntervalIndex) -> Result<&mut E, ProverError> {
        self.execution
            .as_mut()
            .filter(|(held, _)| *held == interval)
            .map(|(_, execution)| execution)
            .ok_or(ProverError::NotExecuted(interval))
    }

    /// The tree that a game is in, its node made ready if it has one.
    pub(crate) fn tree(&mut self, stage: &Stage) -> Result<Arc<dyn HashTree>, ProverError> {
        let (Some(interval), Some(name)) = (stage.interval(), TreeName::of(stage)) else {
            return Ok(self.intervals.clone());
        };
        let execution = self.execution(interval)?;
        if let Stage::Tiles { node, .. } | Stage::Fold(TileFrame { node, .. }) = stage {
            execution.prepare(node.step.step, node.node)?;
        }
        execution.tree(name)
    }

    /// The tree over the operators of a node's step.
    pub(crate) fn operators(&mut self, node: &NodeFrame) -> Result<Arc<dyn HashTree>, ProverError> {
        let step = node.step.step;
        self.execution(node.step.interval)?
            .tree(TreeName::Operators { step })
    }
}
