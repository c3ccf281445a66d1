//! Training: one thread a job takes steps. At each interval's end it sets the state aside and goes on; another thread hashes
//! what was set aside, puts it into the store and its root into the journal, in that order.
//!
//! No more than one interval's end is on its way: the next one waits for it. So a crash costs at most one whole interval and the
//! steps taken beside it, and whoever stops in order loses only the interval that is not at its end.

mod belt;
mod error;
mod keeper;
mod notes;
mod thread;

pub use error::TrainError;

use std::sync::Arc;

use assay_blobs::BlobStore;
use assay_protocol::{JobId, Schedule};
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
};

use crate::{
    checkpoints::Checkpoints,
    compute::Compute,
    decide::Goal,
    journal::{Journal, JournalError},
    material::{Capacity, Machine, Material},
    metrics::Metrics,
    progress::Board,
};
use notes::Notes;
use thread::Thread;

/// What all training threads share.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Where roots are noted.
    pub journal: Arc<Journal>,
    /// Where states lie.
    pub store: BlobStore,
    /// Where progress is shown.
    pub board: Board,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// How much of the machine a job may use.
    pub machine: Machine,
    /// Who takes the steps.
    pub compute: Arc<dyn Compute>,
}

/// A training thread. Dropping it tells the thread to stop at the next step.
#[derive(Debug)]
pub struct Trainer {
    goal: watch::Sender<Option<Goal>>,
    end: oneshot::Receiver<Result<(), TrainError>>,
    thread: std::thread::JoinHandle<()>,
}

impl Trainer {
    /// Starts a thread for a job; it waits for a goal. `wake` is called whenever a segment is whole, and when the thread has
    /// finished.
    ///
    /// # Errors
    /// What the system says if it gives no thread.
    pub fn start(
        shop: Shop,
        job: JobId,
        schedule: Schedule,
        material: Arc<Material>,
        wake: impl Fn() + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (goal, goals) = watch::channel(None);
        let (ended, end) = oneshot::channel();
        let runtime = Handle::current();
        let thread = std::thread::Builder::new()
            .name(format!("assay-job-{job}"))
            .spawn(move || {
                let thread = Thread {
                    notes: Notes::new(&shop, job),
                    checkpoints: shop.checkpoints(job, schedule),
                    machine: shop.machine,
                    compute: shop.compute.clone(),
                    material,
                    goals,
                    runtime,
                    wake: &wake,
                };
                // Nobody listens any more if the trainer was dropped.
                let _ = ended.send(thread.run());
                wake();
            })?;
        Ok(Self { goal, end, thread })
    }

    /// Says what to train. Every goal of a thread must follow from its first: when the chain goes on from another state, a
    /// new thread is needed ([`follows`](Self::follows)).
    pub fn aim(&self, goal: Goal) {
        self.goal
            .send_if_modified(|last| last.replace(goal) != Some(goal));
    }

    /// Whether a goal goes on from where this thread began, by the journal.
    ///
    /// # Errors
    /// What the disk says.
    pub fn follows(
        &self,
        journal: &Journal,
        job: JobId,
        goal: &Goal,
    ) -> Result<bool, JournalError> {
        let aimed = self.goal.borrow().is_some();
        Ok(!aimed || journal.start_of(job, goal.first)? == Some(goal.start))
    }

    /// Whether the thread has finished.
    pub fn is_finished(&self) -> bool {
        !self.end.is_empty() || self.thread.is_finished()
    }

    /// Tells the thread to stop and waits for it.
    ///
    /// # Errors
    /// Why training could not go on.
    pub async fn join(self) -> Result<(), TrainError> {
        let Self { goal, end, thread } = self;
        drop(goal);
        match end.await {
            Ok(done) => done,
            Err(_) => match thread.join() {
                Ok(()) => Ok(()),
                Err(panic) => std::panic::resume_unwind(panic),
            },
        }
    }
}

impl Shop {
    /// What a job may take.
    pub fn capacity(&self) -> Capacity {
        Capacity {
            machine: self.machine,
            compute: self.compute.clone(),
        }
    }

    /// The checkpoints of a job.
    pub fn checkpoints(&self, job: JobId, schedule: Schedule) -> Checkpoints {
        Checkpoints {
            job,
            schedule,
            journal: self.journal.clone(),
            store: self.store.clone(),
        }
    }
}
