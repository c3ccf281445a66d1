//! One segment's execution, from fetching what it starts from to its last root.

use std::sync::Arc;

use assay_blobs::Fetcher;
use assay_client::{ChainClient, ChainError};
use assay_protocol::{JobId, SegmentIndex, TraceRoot};
use tokio::{sync::Notify, task::JoinHandle};

use crate::{
    decide::Goal,
    dispute::{CaseError, Commitment},
    material::{Material, MaterialError, Sources},
    progress::Progress,
    train::{Shop, TrainError, Trainer},
};

/// A commitment by what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) job: JobId,
    pub(super) segment: SegmentIndex,
    pub(super) trace: TraceRoot,
}

impl From<&Commitment> for Target {
    fn from(commitment: &Commitment) -> Self {
        Self {
            job: commitment.job.id,
            segment: commitment.segment.segment,
            trace: commitment.trace,
        }
    }
}

/// Why a segment cannot be executed now.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckError {
    #[error(transparent)]
    Chain(#[from] ChainError),
    #[error(transparent)]
    Case(#[from] CaseError),
    #[error("the state it starts from: {0}")]
    Start(MaterialError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error("the system gives no thread: {0}")]
    Thread(#[from] std::io::Error),
    #[error("it broke off: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// A segment's execution under way.
pub(super) struct Check {
    pub(super) target: Target,
    stage: Stage,
}

enum Stage {
    Fetching(Fetching),
    Training(Trainer),
}

/// A fetch that ends with what waits for it.
struct Fetching {
    task: JoinHandle<Result<(), MaterialError>>,
    material: Arc<Material>,
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Check {
    /// Begins to fetch the state that a segment starts from.
    pub(super) async fn begin(
        chain: &ChainClient,
        fetcher: &Fetcher,
        commitment: &Commitment,
        material: Arc<Material>,
        wake: &Arc<Notify>,
    ) -> Result<Self, CheckError> {
        let target = Target::from(commitment);
        let sources = Sources::of_segment(fetcher, chain, &commitment.job, target.segment).await?;
        let (start, wake) = (commitment.start, wake.clone());
        let slots = material.program.get().slots.clone();
        let task = tokio::spawn(async move {
            let stored = sources.store_state(start, &slots).await;
            wake.notify_one();
            stored
        });
        let stage = Stage::Fetching(Fetching { task, material });
        Ok(Self { target, stage })
    }

    /// Goes on as far as it can. Returns itself while there is something to wait for.
    pub(super) async fn advance(
        self,
        shop: &Shop,
        commitment: &Commitment,
        wake: &Arc<Notify>,
    ) -> Result<Option<Self>, CheckError> {
        let Self { target, stage } = self;
        let stage = match stage {
            Stage::Fetching(mut fetching) if fetching.task.is_finished() => {
                (&mut fetching.task).await?.map_err(CheckError::Start)?;
                let trainer = train(shop, commitment, fetching.material.clone(), wake)?;
                Stage::Training(trainer)
            }
            Stage::Training(trainer) if trainer.is_finished() => {
                trainer.join().await?;
                return Ok(None);
            }
            stage => stage,
        };
        Ok(Some(Self { target, stage }))
    }

    /// Ends it, whether or not it is done.
    pub(super) async fn stop(self) {
        if let Stage::Training(trainer) = self.stage {
            if let Err(error) = trainer.join().await {
                tracing::warn!(%error, "an execution ended");
            }
        }
    }
}

fn train(
    shop: &Shop,
    commitment: &Commitment,
    material: Arc<Material>,
    wake: &Arc<Notify>,
) -> Result<Trainer, CheckError> {
    let (job, segment) = (&commitment.job, commitment.segment.segment);
    let schedule = job.record.spec.schedule;
    shop.board
        .open(Progress::new(job.id, schedule.total_steps.0, job.segments));
    let (shop, wake) = (shop.clone(), wake.clone());
    let trainer = Trainer::start(shop, job.id, schedule, material, move || wake.notify_one())?;
    trainer.aim(Goal {
        first: segment,
        start: commitment.start,
        last: segment,
        finalised: job.state.progress.finalised,
    });
    Ok(trainer)
}
