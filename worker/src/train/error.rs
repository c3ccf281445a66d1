//! Why training cannot go on.

use assay_protocol::{IntervalIndex, SegmentIndex, StateRoot};

use crate::{checkpoints::CheckpointError, compute::ComputeError, journal::JournalError};

/// Why training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The device refuses the program, has too little memory, or failed.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
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
