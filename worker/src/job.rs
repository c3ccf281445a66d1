//! What this worker holds for one job.

use std::{sync::Arc, time::Duration};

use assay_client::Account;
use assay_protocol::{DeclineReason, JobId, JobView};
use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use crate::{
    decide::Preparation,
    material::{Capacity, Material, MaterialError, Sources},
    train::{TrainError, Trainer},
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
    Running(JoinHandle<Result<Material, MaterialError>>),
    Ready(Arc<Material>),
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
    pub fn material(&self) -> Option<&Arc<Material>> {
        match &self.stage {
            Stage::Ready(material) => Some(material),
            _ => None,
        }
    }

    /// Whether memory or bandwidth is in use for it.
    pub const fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Running(_) | Stage::Ready(_))
    }

    /// Begins to prepare, unless a failure is too fresh. `wake` is told when it is done.
    pub fn begin(
        &mut self,
        sources: Sources,
        job: JobView<Account>,
        capacity: Capacity,
        wake: &Arc<Notify>,
    ) {
        match self.stage {
            Stage::Missing => {}
            Stage::Resting { until, .. } if Instant::now() >= until => {}
            _ => return,
        }
        let wake = wake.clone();
        tracing::info!(job = %job.id, "fetching and checking program and data");
        self.stage = Stage::Running(tokio::spawn(async move {
            let done = prepare(&sources, &job, &capacity).await;
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
            Ok(Ok(material)) => {
                tracing::info!(%job, nodes = material.work.nodes, memory_bytes = material.work.memory_bytes, "program and data are here and right");
                self.attempts = 0;
                Stage::Ready(Arc::new(material))
            }
            Ok(Err(error)) => self.failed(job, error),
            Err(error) => {
                tracing::error!(%job, %error, "the preparation broke off");
                self.rest(None)
            }
        };
    }

    fn failed(&mut self, job: JobId, error: MaterialError) -> Stage {
        match error {
            MaterialError::Hopeless { reason, detail } => {
                tracing::warn!(%job, ?reason, detail, "the job cannot be done");
                Stage::Hopeless(reason)
            }
            MaterialError::Unavailable { reason, error } => {
                tracing::warn!(%job, ?reason, %error, "something is not to be had");
                self.rest(Some(reason))
            }
            error @ (MaterialError::Store(_) | MaterialError::Device(_)) => {
                tracing::error!(%job, %error, "the job could not be prepared");
                self.rest(None)
            }
        }
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

    /// Stops a training thread of this job and draws the consequence of its end.
    pub async fn take_in(&mut self, job: JobId, trainer: Trainer) {
        match trainer.join().await {
            Ok(()) => {}
            Err(TrainError::Compute(error)) if error.is_final() => {
                tracing::error!(%job, %error, "this machine cannot run the program");
                self.stage = Stage::Hopeless(DeclineReason::NoCapacity);
            }
            Err(error @ TrainError::Compute(_)) => {
                tracing::error!(%job, %error, "the device failed; training begins again");
                self.stage = self.rest(None);
            }
            Err(error) => {
                tracing::error!(%job, %error, "training ended and begins again");
                self.stage = Stage::Missing;
            }
        }
    }

    /// Stops all that goes on for the job.
    pub async fn stop(mut self, job: JobId) {
        if let Some(trainer) = self.trainer.take() {
            if let Err(error) = trainer.join().await {
                tracing::error!(%job, %error, "training ended");
            }
        }
    }
}

impl Drop for LocalJob {
    fn drop(&mut self) {
        if let Stage::Running(task) = &self.stage {
            task.abort();
        }
    }
}

/// Fetches and checks a job's program, data and the state where work goes on, before anything is promised.
async fn prepare(
    sources: &Sources,
    job: &JobView<Account>,
    capacity: &Capacity,
) -> Result<Material, MaterialError> {
    let material = Material::fetch(sources, &job.record, capacity).await?;
    let slots = &material.program.get().slots;
    sources.store_state(job.resume.state, slots).await?;
    Ok(material)
}
