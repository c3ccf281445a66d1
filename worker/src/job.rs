//! What this worker holds for one job.

use std::{sync::Arc, time::Duration};

use assay_blobs::Fetcher;
use assay_protocol::{DeclineReason, JobId};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use crate::{
    decide::Preparation,
    prepare::{prepare, PrepareError, Prepared, Request},
    train::Trainer,
};

/// The wait before a failed preparation is tried again; doubled with each further failure.
const RETRY: Duration = Duration::from_secs(2);

/// The longest wait before a failed preparation is tried again.
const LONGEST_RETRY: Duration = Duration::from_secs(120);

/// A job's program, data and training thread.
#[derive(Debug, Default)]
pub struct LocalJob {
    stage: Stage,
    attempts: u32,
    /// The training thread, once there is something to train.
    pub trainer: Option<Trainer>,
}

/// How far the preparation is.
#[derive(Debug, Default)]
enum Stage {
    #[default]
    Missing,
    Running(JoinHandle<Result<Arc<Prepared>, PrepareError>>),
    Ready(Arc<Prepared>),
    Resting {
        reason: Option<DeclineReason>,
        until: Instant,
    },
    Hopeless(DeclineReason),
}

impl LocalJob {
    /// The preparation as a decision sees it.
    pub fn preparation(&self) -> Preparation {
        match &self.stage {
            Stage::Missing => Preparation::Missing,
            Stage::Running(_) => Preparation::Running,
            Stage::Ready(_) => Preparation::Ready,
            Stage::Resting {
                reason: Some(reason),
                ..
            } => Preparation::Unavailable(*reason),
            Stage::Resting { reason: None, .. } => Preparation::Missing,
            Stage::Hopeless(reason) => Preparation::Hopeless(*reason),
        }
    }

    /// What was prepared.
    pub fn prepared(&self) -> Option<&Arc<Prepared>> {
        match &self.stage {
            Stage::Ready(prepared) => Some(prepared),
            _ => None,
        }
    }

    /// Whether memory or bandwidth is in use for it.
    pub const fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Running(_) | Stage::Ready(_))
    }

    /// Begins to prepare, unless a failure is too fresh. `wake` is told when it is done.
    pub fn begin(&mut self, fetcher: &Fetcher, request: Request, wake: &Arc<Notify>) {
        match self.stage {
            Stage::Missing => {}
            Stage::Resting { until, .. } if Instant::now() >= until => {}
            _ => return,
        }
        let (fetcher, wake) = (fetcher.clone(), wake.clone());
        tracing::info!(job = %request.job.id, "fetching and checking program and data");
        self.stage = Stage::Running(tokio::spawn(async move {
            let done = prepare(&fetcher, &request).await;
            wake.notify_one();
            done
        }));
    }

    /// Takes in a preparation that has ended.
    pub async fn collect(&mut self, job: JobId) {
        let Stage::Running(task) = &mut self.stage else {
            return;
        };
        if !task.is_finished() {
            return;
        }
        let done = task.await;
        self.stage = match done {
            Ok(Ok(prepared)) => {
                tracing::info!(%job, nodes = prepared.work.nodes, memory_bytes = prepared.work.memory_bytes, "program and data are here and right");
                self.attempts = 0;
                Stage::Ready(prepared)
            }
            Ok(Err(PrepareError::Hopeless { reason, detail })) => {
                tracing::warn!(%job, ?reason, detail, "the job cannot be done");
                Stage::Hopeless(reason)
            }
            Ok(Err(PrepareError::Unavailable { reason, error })) => {
                tracing::warn!(%job, ?reason, %error, "something is not to be had");
                self.rest(Some(reason))
            }
            Ok(Err(error)) => {
                tracing::error!(%job, %error, "the job could not be prepared");
                self.rest(None)
            }
            Err(error) => {
                tracing::error!(%job, %error, "the preparation broke off");
                self.rest(None)
            }
        };
    }

    fn rest(&mut self, reason: Option<DeclineReason>) -> Stage {
        self.attempts += 1;
        let wait = RETRY
            .saturating_mul(1 << self.attempts.min(10))
            .min(LONGEST_RETRY);
        Stage::Resting {
            reason,
            until: Instant::now() + wait,
        }
    }

    /// Has everything prepared anew: something that was here is no longer.
    pub fn start_over(&mut self) {
        self.stage = Stage::Missing;
    }

    /// Gives up: the machine cannot do this job.
    pub fn give_up(&mut self, reason: DeclineReason) {
        self.stage = Stage::Hopeless(reason);
    }
}

impl Drop for LocalJob {
    fn drop(&mut self) {
        if let Stage::Running(task) = &self.stage {
            task.abort();
        }
    }
}
