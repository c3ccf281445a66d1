//! When the last state of a job may go, and its records: the protocol's retention after the job's end.

use std::collections::BTreeMap;

use assay_client::Account;
use assay_protocol::{BlockNumber, JobId, JobStatus, JobView};

/// Blocks between two requests to remove a job's records: one removes some dozens of segments, and is seen once it is final.
pub const CLEAN_UP_EVERY: BlockNumber = 4;

/// The jobs that this worker is done with and the chain may still know, with the block in which to look at each again.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    look_at: BTreeMap<JobId, BlockNumber>,
}

/// What becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody may still fetch its last state.
    Keep,
    /// Nobody may expect that any more, and the chain's records of the job may go.
    CleanUp,
    /// The chain has no records of it any more.
    Forget,
}

impl Retention {
    /// Of jobs that are looked at as soon as possible.
    pub fn of(jobs: impl IntoIterator<Item = JobId>) -> Self {
        let look_at = jobs.into_iter().map(|job| (job, 0)).collect();
        Self { look_at }
    }

    /// Adds a job of which only the last state is left.
    pub fn add(&mut self, job: JobId) {
        self.look_at.insert(job, 0);
    }

    /// The jobs to look at in block `now`.
    pub fn due(&self, now: BlockNumber) -> Vec<JobId> {
        let due = self.look_at.iter().filter(|(_, at)| **at <= now);
        due.map(|(job, _)| *job).collect()
    }

    /// Judges a job by what the chain says of it in block `now`; none if it has no records of it any more.
    pub fn judge(
        &mut self,
        job: JobId,
        view: Option<&JobView<Account>>,
        now: BlockNumber,
    ) -> Verdict {
        let Some(view) = view else {
            self.look_at.remove(&job);
            return Verdict::Forget;
        };
        let retention = view.params.segments.retention;
        let (verdict, next) = match view.state.status {
            JobStatus::Ended { at, .. } if at.saturating_add(retention) <= now => {
                (Verdict::CleanUp, now.saturating_add(CLEAN_UP_EVERY))
            }
            JobStatus::Ended { at, .. } => (Verdict::Keep, at.saturating_add(retention)),
            // It cannot be over sooner than if it ended now.
            _ => (Verdict::Keep, now.saturating_add(retention)),
        };
        self.look_at.insert(job, next);
        verdict
    }
}
