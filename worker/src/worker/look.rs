//! What the chain says of the jobs, and what this worker has for each.

use assay_client::{Account, At, Heads};
use assay_protocol::{BlockNumber, JobId, JobStatus, JobView, ProviderView, SegmentView, MAX_PAGE};

use super::{Concern, Worker, WorkerError};
use crate::{
    decide::{concerns, decide, Have, Room, Seen, Trained},
    job::LocalJob,
    journal::JournalError,
};

impl Worker {
    /// The jobs that may give this worker something to do.
    pub(super) async fn live_jobs(
        &mut self,
        at: At,
        us: &Account,
    ) -> Result<Vec<JobView<Account>>, WorkerError> {
        let (mut live, mut from) = (Vec::new(), Some(self.first_live.0));
        let mut leading = true;
        while let Some(next) = from {
            let page = self.parts.chain.jobs(JobId(next), MAX_PAGE, at).await?;
            for job in page.items {
                leading &= matches!(job.state.status, JobStatus::Ended { .. });
                if leading {
                    self.first_live = job.id.next();
                }
                if concerns(&job, us) || self.jobs.contains_key(&job.id) {
                    live.push(job);
                }
            }
            from = page.next;
        }
        Ok(live)
    }

    /// Decides about one job and acts.
    pub(super) async fn look(
        &mut self,
        finalised: &JobView<Account>,
        provider: &ProviderView<Account>,
        heads: &Heads,
        now: BlockNumber,
    ) -> Result<Concern, WorkerError> {
        let id = finalised.id;
        let at_best = At::Block(heads.best.hash);
        let best = self.parts.chain.job(id, at_best).await?;
        let best = best.unwrap_or_else(|| finalised.clone());
        let committed = self.committed(&best, at_best).await?;
        if let Some(local) = self.jobs.get_mut(&id) {
            local.collect(id).await;
        }
        let have = self.have(&best, provider, heads.best.number).await?;
        let us = &provider.owner;
        let seen = Seen {
            us,
            now,
            best: &best,
            finalised,
            committed: &committed,
        };
        let decision = decide(&seen, &have);
        tracing::trace!(job = %id, status = ?best.state.status, ?have, ?decision, "decided");
        if decision.forget {
            return Ok(Concern::No);
        }
        self.act(&best, decision, us).await?;
        Ok(Concern::Yes)
    }

    async fn committed(
        &self,
        best: &JobView<Account>,
        at: At,
    ) -> Result<Vec<SegmentView<Account>>, WorkerError> {
        let progress = best.state.progress;
        if progress.pending() == 0 {
            return Ok(Vec::new());
        }
        let (from, limit) = (progress.next_final(), progress.pending());
        let page = self.parts.chain.segments(best.id, from, limit, at).await?;
        Ok(page.items)
    }

    /// What this worker has for a job.
    async fn have(
        &self,
        best: &JobView<Account>,
        provider: &ProviderView<Account>,
        now: u32,
    ) -> Result<Have, WorkerError> {
        let local = self.jobs.get(&best.id);
        Ok(Have {
            preparation: local.map(LocalJob::preparation).unwrap_or_default(),
            room: self.room(best, provider).await?,
            in_flight: self.outbox.in_flight(best.id),
            resting: self.outbox.resting(best.id, now),
            trained: self.trained(best)?,
        })
    }

    /// Whether an open job may be taken.
    async fn room(
        &self,
        job: &JobView<Account>,
        view: &ProviderView<Account>,
    ) -> Result<Room, WorkerError> {
        if !matches!(job.state.status, JobStatus::Open { .. }) {
            return Ok(Room::Free);
        }
        let eligible = view
            .provider
            .check_eligible(&job.record.spec.requirements, &job.params);
        if self.is_busy_beside(job.id, view) || eligible.is_err() {
            return Ok(Room::Full);
        }
        let price = job.record.spec.price_per_segment;
        let collateral = job.params.collateral(price, job.segments);
        let account = self.parts.chain.account(&view.owner, At::Best).await?;
        if account.free < collateral {
            tracing::debug!(job = %job.id, collateral, free = account.free, "the owner's balance does not cover the collateral");
            return Ok(Room::Full);
        }
        Ok(Room::Free)
    }

    /// Whether other jobs take all that this worker may do at a time.
    fn is_busy_beside(&self, job: JobId, view: &ProviderView<Account>) -> bool {
        let others = self.jobs.iter();
        let others = others.filter(|(id, local)| **id != job && local.is_busy());
        let limit = self.parts.max_jobs.min(view.provider.capabilities.max_jobs);
        others.count() >= limit as usize
    }

    /// Whether the segment in training is whole in the journal, from the state that the chain says it starts from.
    fn trained(&self, best: &JobView<Account>) -> Result<Trained, JournalError> {
        let Some(segment) = best.state.status.training() else {
            return Ok(Trained::No);
        };
        let journal = &self.parts.shop.journal;
        if journal.start_of(best.id, segment)? != Some(best.resume.state) {
            return Ok(Trained::No);
        }
        let intervals = journal.intervals(best.id, segment)?.len();
        let whole = intervals == best.record.spec.schedule.intervals_of(segment) as usize;
        Ok(if whole { Trained::Whole } else { Trained::No })
    }
}
