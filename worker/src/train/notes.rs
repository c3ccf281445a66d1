//! What a training thread tells of itself.

use std::{sync::Arc, time::Duration};

use assay_engine::State;
use assay_protocol::{JobId, SegmentIndex, StateRoot, StepIndex};

use super::Shop;
use crate::{
    metrics::Metrics,
    progress::{Board, Phase},
};

/// A job's progress, counters and log lines.
pub(super) struct Notes {
    job: JobId,
    tape: Option<usize>,
    board: Board,
    metrics: Arc<Metrics>,
}

impl Notes {
    pub(super) fn new(shop: &Shop, job: JobId, tape: Option<usize>) -> Self {
        Self {
            job,
            tape,
            board: shop.board.clone(),
            metrics: shop.metrics.clone(),
        }
    }

    pub(super) fn phase(&self, phase: Phase) {
        self.board
            .update(self.job, |progress| progress.phase = phase);
    }

    /// A step was taken.
    pub(super) fn step(&self, state: &State, segment: SegmentIndex, step: StepIndex) {
        Metrics::count(&self.metrics.steps);
        let loss = self.loss(state, step);
        let diverges = self.board.update(self.job, |progress| {
            progress.segment = segment.0;
            progress.advance(StepIndex(step.0 + 1), loss)
        });
        if diverges == Some(true) {
            Metrics::count(&self.metrics.diverged);
            tracing::warn!(job = %self.job, %step, ?loss, "the loss is no finite number any more; training goes on, for this is a result");
        }
    }

    fn loss(&self, state: &State, step: StepIndex) -> Option<f32> {
        let row = usize::try_from(step.0).ok()?;
        let tape = state.slot(self.tape?)?;
        tape.words().get(row).copied().map(f32::from_bits)
    }

    /// An interval's steps took this long.
    pub(super) fn time(&self, elapsed: Duration, steps: u64) {
        Metrics::count(&self.metrics.intervals);
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        Metrics::add(&self.metrics.step_micros, micros);
        let rate = steps as f64 / elapsed.as_secs_f64().max(1e-9);
        self.board
            .update(self.job, |progress| progress.steps_per_second = rate);
    }

    /// A checkpoint of so many bytes was written.
    pub(super) fn checkpoint(&self, bytes: u64) {
        Metrics::add(&self.metrics.checkpoint_bytes, bytes);
    }

    /// There is no room for a checkpoint.
    pub(super) fn disk_full(&self, error: &dyn std::error::Error) {
        tracing::error!(job = %self.job, %error, "training waits for room");
        Metrics::count(&self.metrics.disk_full);
        self.phase(Phase::DiskFull);
    }

    /// A segment is whole.
    pub(super) fn segment(&self, segment: SegmentIndex, root: StateRoot) {
        tracing::info!(job = %self.job, %segment, state = %root, "segment trained");
        Metrics::count(&self.metrics.segments_trained);
    }
}
