//! When the last state of a job may go: the protocol's retention after the job's end, when its records go too.

use std::collections::BTreeMap;

use assay_client::Account;
use assay_protocol::{BlockNumber, JobId, JobStatus, JobView};

/// The jobs that this worker keeps a state of and does nothing for, with the block in which to look at each again.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    look_at: BTreeMap<JobId, BlockNumber>,
}

/// What becomes of a job's last state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody may still fetch it.
    Keep,
    /// Nobody may expect it any more.
    Remove,
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
        // A job that goes on cannot be over sooner than if it ended now.
        let over = view.map(|job| match job.state.status {
            JobStatus::Ended { at, .. } => at.saturating_add(job.params.segments.retention),
            _ => now.saturating_add(job.params.segments.retention),
        });
        match over.filter(|over| *over > now) {
            Some(over) => {
                self.look_at.insert(job, over);
                Verdict::Keep
            }
            None => {
                self.look_at.remove(&job);
                Verdict::Remove
            }
        }
    }
}
