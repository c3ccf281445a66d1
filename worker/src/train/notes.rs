//! What a training thread tells of itself.

use std::{
    sync::{atomic::AtomicU64, Arc},
    time::{Duration, Instant},
};

use assay_protocol::{JobId, SegmentIndex, StateRoot, StepIndex};

use super::Shop;
use crate::{
    metrics::Metrics,
    progress::{Board, Phase},
};

/// A job's progress, counters and log lines.
pub(super) struct Notes {
    job: JobId,
    board: Board,
    metrics: Arc<Metrics>,
}

impl Notes {
    pub(super) fn new(shop: &Shop, job: JobId) -> Self {
        Self {
            job,
            board: shop.board.clone(),
            metrics: shop.metrics.clone(),
        }
    }

    pub(super) fn phase(&self, phase: Phase) {
        self.board
            .update(self.job, |progress| progress.phase = phase);
    }

    /// A step was taken.
    pub(super) fn step(&self, segment: SegmentIndex, step: StepIndex) {
        Metrics::count(&self.metrics.steps);
        self.board.update(self.job, |progress| {
            progress.segment = segment.0;
            progress.advance(StepIndex(step.0 + 1));
        });
    }

    /// The losses of steps from `first` on, as the tape has them.
    pub(super) fn losses(&self, words: &[u32], first: u64) {
        let losses = words.iter().copied().map(f32::from_bits);
        let diverges = self
            .board
            .update(self.job, |progress| progress.see(losses.clone()));
        if diverges == Some(true) {
            Metrics::count(&self.metrics.diverged);
            let at = losses.take_while(|loss| loss.is_finite()).count();
            let step = first.saturating_add(at as u64);
            tracing::warn!(job = %self.job, step, "the loss is no finite number any more; training goes on, for this is a result");
        }
    }

    /// An interval's steps took this long.
    pub(super) fn time(&self, elapsed: Duration, steps: u64) {
        Metrics::add(&self.metrics.step_micros, micros(elapsed));
        let rate = steps as f64 / elapsed.as_secs_f64().max(1e-9);
        self.board
            .update(self.job, |progress| progress.steps_per_second = rate);
    }

    /// Computes a root.
    pub(super) fn hashing<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.metrics.hash_micros, work)
    }

    /// Steps wait for the last interval's end to be kept.
    pub(super) fn stalled<T>(&self, work: impl FnOnce() -> T) -> T {
        timed(&self.metrics.stalled_micros, work)
    }

    /// An interval's end is kept, with a checkpoint of so many bytes.
    pub(super) fn checkpoint(&self, bytes: u64) {
        Metrics::count(&self.metrics.intervals);
        Metrics::add(&self.metrics.checkpoint_bytes, bytes);
    }

    /// There is no room for a checkpoint.
    pub(super) fn disk_full(&self, error: &dyn std::error::Error) {
        tracing::error!(job = %self.job, %error, "training waits for room");
        Metrics::count(&self.metrics.disk_full);
        self.phase(Phase::DiskFull);
    }

    /// There is room for a checkpoint, which there was not if it was `full`.
    pub(super) fn disk_has_room(&self, full: bool) {
        if full {
            self.phase(Phase::Training);
        }
    }

    /// A segment is whole.
    pub(super) fn segment(&self, segment: SegmentIndex, root: StateRoot) {
        tracing::info!(job = %self.job, %segment, state = %root, "segment trained");
        Metrics::count(&self.metrics.segments_trained);
    }
}

fn micros(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
}

/// Adds the time that work takes to a metric.
fn timed<T>(metric: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    Metrics::add(metric, micros(begun.elapsed()));
    done
}
