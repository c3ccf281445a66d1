//! Why training cannot go on.

use assay_engine::EngineError;
use assay_protocol::{IntervalIndex, SegmentIndex, StateRoot};

use crate::{checkpoints::CheckpointError, journal::JournalError};

/// Why training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The engine refuses the program, or the machine has too little memory.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Journal or store failed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The state to start from is not in the store.
    #[error("the state {root} is not in the store; it is fetched again")]
    NoState {
        /// The state.
        root: StateRoot,
    },
    /// The engine computed another root for an interval than it did before.
    #[error("interval {interval} of segment {segment} has root {found}, the journal says {noted}: this machine does not compute reliably; check its memory")]
    Unreliable {
        /// The segment.
        segment: SegmentIndex,
        /// The interval.
        interval: IntervalIndex,
        /// The root in the journal.
        noted: StateRoot,
        /// The root computed now.
        found: StateRoot,
    },
}

impl From<JournalError> for TrainError {
    fn from(error: JournalError) -> Self {
        Self::Checkpoint(error.into())
    }
}
