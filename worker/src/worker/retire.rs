//! Letting go of jobs.

use std::collections::BTreeSet;

use assay_client::{calls, Account, At, ChainError, Head};
use assay_protocol::{JobId, JobView, StateRoot};

use super::{Worker, WorkerError};
use crate::{checkpoints::release, journal::JournalError, progress::Phase, retention::Verdict};

impl Worker {
    /// Drops what is held for jobs that are no longer of concern, and their states but the last, which is still served.
    pub(super) async fn retire(&mut self, live: &[JobView<Account>], keep: &BTreeSet<JobId>) {
        let gone: Vec<_> = self
            .jobs
            .keys()
            .filter(|id| !keep.contains(id))
            .copied()
            .collect();
        for id in gone {
            let Some(local) = self.jobs.remove(&id) else {
                continue;
            };
            local.stop(id).await;
            self.outbox.forget(id);
            self.parts
                .shop
                .board
                .update(id, |progress| progress.phase = Phase::Done);
            let view = live.iter().find(|job| job.id == id);
            let last = view.map(|job| job.resume.state);
            self.release(id, last.as_slice()).await;
            if self
                .parts
                .shop
                .journal
                .jobs()
                .is_ok_and(|jobs| jobs.contains(&id))
            {
                self.retention.add(id);
            }
            tracing::info!(job = %id, "done with the job");
        }
    }

    /// Removes what is left of the jobs whose retention is over, here and on the chain.
    pub(super) async fn retire_kept(&mut self, finalised: Head) -> Result<(), WorkerError> {
        let at = At::Block(finalised.hash);
        let now = self.parts.chain.chain_time(at).await?;
        let mut due = self.retention.due(now);
        due.retain(|job| !self.jobs.contains_key(job));
        // A node that is still fetching old blocks knows nothing of newer jobs.
        if due.is_empty() || self.parts.chain.health().await?.syncing {
            return Ok(());
        }
        for job in due {
            let view = self.parts.chain.job(job, at).await?;
            let verdict = self.retention.judge(job, view.as_ref(), now);
            if verdict == Verdict::Keep {
                continue;
            }
            self.release(job, &[]).await;
            match verdict {
                Verdict::CleanUp => self.clean_up(job).await?,
                _ => self.forget(job)?,
            }
        }
        Ok(())
    }

    /// Asks the chain to remove a job's records, which costs nobody anything and returns the buyer's deposit. Kept until they are
    /// gone, so that a worker that is killed asks again.
    async fn clean_up(&self, job: JobId) -> Result<(), ChainError> {
        let chain = &self.parts.chain;
        let transaction = chain.general(&calls::clean_up(job)).await?;
        match chain.submit_general(&transaction).await {
            Ok(sent) => tracing::info!(%job, ?sent, "its records may go"),
            Err(error @ ChainError::Rejected { .. }) => {
                tracing::debug!(%job, %error, "its records stay for now");
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn forget(&self, job: JobId) -> Result<(), JournalError> {
        self.parts.shop.journal.forget(job)?;
        tracing::info!(%job, "the job is forgotten");
        Ok(())
    }

    async fn release(&self, job: JobId, keep: &[StateRoot]) {
        let (journal, store) = (&self.parts.shop.journal, &self.parts.fetcher.store);
        if let Err(error) = release(journal, store, job, keep).await {
            tracing::warn!(%job, %error, "old states stay on the disk");
        }
    }
}
