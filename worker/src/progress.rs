//! How far training is, for whoever asks.

use std::collections::BTreeMap;

use assay_protocol::{JobId, StepIndex};
use serde::Serialize;
use tokio::sync::watch;

/// Version of the progress document.
const SCHEMA_VERSION: u32 = 1;

/// What `GET /jobs/{id}/progress` answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// Version of this document.
    pub schema_version: u32,
    /// The job.
    pub job: u64,
    /// What the worker does for it.
    pub phase: Phase,
    /// Steps taken since the job's beginning.
    pub step: u64,
    /// Steps of the whole job.
    pub total_steps: u64,
    /// The segment being trained.
    pub segment: u32,
    /// Segments of the whole job.
    pub segments: u32,
    /// The loss of the last step; `null` if it is not a number or the program keeps none.
    pub loss: Option<f32>,
    /// Whether the loss has been infinite or not a number.
    pub diverged: bool,
    /// Steps a second, over the last interval.
    pub steps_per_second: f64,
}

/// What a worker does for a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Fetches and checks program and data.
    #[default]
    Preparing,
    /// Takes steps.
    Training,
    /// Waits for the chain to start the next segment.
    Waiting,
    /// Waits for room on its disk.
    DiskFull,
    /// Nothing is left to do.
    Done,
}

impl Progress {
    /// A job at its beginning.
    pub fn new(job: JobId, total_steps: u64, segments: u32) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            job: job.0,
            phase: Phase::default(),
            step: 0,
            total_steps,
            segment: 0,
            segments,
            loss: None,
            diverged: false,
            steps_per_second: 0.0,
        }
    }

    /// Notes that steps up to `step` are taken.
    pub fn advance(&mut self, step: StepIndex) {
        self.step = step.0;
    }

    /// Notes the losses of the newest steps. Returns whether training has just diverged.
    pub fn see(&mut self, losses: impl Iterator<Item = f32>) -> bool {
        let before = self.diverged;
        for loss in losses {
            self.loss = Some(loss).filter(|loss| loss.is_finite());
            self.diverged |= !loss.is_finite();
        }
        self.diverged && !before
    }
}

/// The progress of all jobs of a worker. Cloning is cheap; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Board {
    jobs: watch::Sender<BTreeMap<JobId, Progress>>,
}

impl Board {
    /// Adds a job, unless it is there.
    pub fn open(&self, progress: Progress) {
        self.jobs.send_modify(|jobs| {
            jobs.entry(JobId(progress.job)).or_insert(progress);
        });
    }

    /// Changes a job's progress.
    pub fn update<T>(&self, job: JobId, change: impl FnOnce(&mut Progress) -> T) -> Option<T> {
        let mut changed = None;
        self.jobs.send_if_modified(|jobs| {
            changed = jobs.get_mut(&job).map(change);
            changed.is_some()
        });
        changed
    }

    /// A job's progress.
    pub fn get(&self, job: JobId) -> Option<Progress> {
        self.jobs.borrow().get(&job).cloned()
    }

    /// All jobs' progress.
    pub fn all(&self) -> Vec<Progress> {
        self.jobs.borrow().values().cloned().collect()
    }

    /// Waits until a job's progress meets a condition.
    pub async fn wait_for(&self, job: JobId, met: impl Fn(&Progress) -> bool) -> Progress {
        let mut jobs = self.jobs.subscribe();
        loop {
            let found = jobs.borrow_and_update().get(&job).cloned();
            if let Some(found) = found.filter(&met) {
                return found;
            }
            // The board has a sender, so this cannot fail before the condition is met.
            let _ = jobs.changed().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divergence_is_told_once_and_kept() {
        let mut progress = Progress::new(JobId(1), 100, 10);
        assert!(!progress.see([0.5, 0.4].into_iter()));
        assert!(progress.see([0.3, f32::NAN, 0.2].into_iter()));
        assert!(!progress.see([f32::INFINITY].into_iter()));
        assert!(!progress.see([0.125, 0.25].into_iter()));
        progress.advance(StepIndex(4));
        assert!(progress.diverged);
        let json = serde_json::to_value(&progress).unwrap();
        assert_eq!(
            (json["loss"].as_f64(), json["step"].as_u64()),
            (Some(0.25), Some(4))
        );
        assert!(!progress.see([].into_iter()));
        assert_eq!(progress.loss, Some(0.25), "no step, no other loss");
        progress.see([f32::NAN].into_iter());
        assert!(serde_json::to_value(&progress).unwrap()["loss"].is_null());
    }

    #[tokio::test]
    async fn progress_is_waited_for() {
        let board = Board::default();
        board.open(Progress::new(JobId(1), 100, 10));
        let seen = board.wait_for(JobId(1), |progress| progress.step == 7);
        let writer = board.clone();
        let writing = async move {
            for step in 0..10 {
                writer.update(JobId(1), |progress| progress.advance(StepIndex(step)));
                tokio::task::yield_now().await;
            }
        };
        let (seen, ()) = tokio::join!(seen, writing);
        assert_eq!(seen.step, 7);
    }

    #[test]
    fn a_job_is_opened_once() {
        let board = Board::default();
        board.open(Progress::new(JobId(1), 100, 10));
        board.update(JobId(1), |progress| progress.advance(StepIndex(7)));
        board.open(Progress::new(JobId(1), 100, 10));
        assert_eq!(board.get(JobId(1)).unwrap().step, 7);
        assert!(board.update(JobId(2), |_| ()).is_none());
    }
}
