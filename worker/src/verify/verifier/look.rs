//! What is committed, and what is known of it.

use std::collections::BTreeSet;

use assay_client::{Account, At, ChainClient, ChainError};
use assay_protocol::{JobId, JobStatus, JobView, SegmentIndex, SegmentStatus, MAX_PAGE};

use super::{Look, Verifier};
use crate::{
    dispute::Commitment,
    journal::JournalError,
    metrics::Metrics,
    verify::{
        check::Target,
        decide::{disputed, Disputed, Finding, Seen},
    },
    worker::WorkerError,
    Intent,
};

impl Verifier {
    /// Reads what is committed and not final, those whose windows end first before the others.
    pub(super) async fn look(
        &mut self,
        in_flight: BTreeSet<(JobId, Intent)>,
    ) -> Result<Look, WorkerError> {
        let chain = self.setting.seat.chain.clone();
        let heads = chain.fetch_heads().await?;
        let at = At::Block(heads.best.hash);
        let now = chain.chain_time(at).await?;
        let live = self.live_jobs(At::Block(heads.finalised.hash)).await?;
        let mut commitments = Vec::new();
        for job in &live {
            if let Some(job) = chain.job(*job, at).await? {
                commitments.extend(committed(&chain, job, at).await?);
            }
        }
        commitments.sort_by_key(Commitment::window_end);
        Ok(Look {
            heads,
            now,
            commitments,
            live,
            own: self.own(at).await?,
            in_flight,
        })
    }

    /// The jobs that have not ended.
    async fn live_jobs(&mut self, at: At) -> Result<BTreeSet<JobId>, ChainError> {
        let (mut live, mut from) = (BTreeSet::new(), Some(self.first_live.0));
        while let Some(next) = from {
            let page = self
                .setting
                .seat
                .chain
                .jobs(JobId(next), MAX_PAGE, at)
                .await?;
            for job in page.items {
                let ended = matches!(job.state.status, JobStatus::Ended { .. });
                if !ended {
                    live.insert(job.id);
                } else if live.is_empty() {
                    self.first_live = job.id.next();
                }
            }
            from = page.next;
        }
        Ok(live)
    }

    /// What the chain says of a commitment, and what is known of it.
    pub(super) async fn seen(
        &mut self,
        commitment: &Commitment,
        look: &Look,
    ) -> Result<Seen, WorkerError> {
        let (job, segment) = (commitment.job.id, commitment.segment.segment);
        let finding = self.finding(commitment)?;
        let in_flight = look.in_flight.contains(&(job, Intent::Challenge(segment)));
        let disputed = match in_flight {
            true => Disputed::Open,
            false => disputed(self.player.views(), job, segment, commitment.at()),
        };
        let own = look.own.contains(commitment.segment.status.provider());
        let chosen = self.setting.choice.takes(job, segment) && !own;
        Ok(Seen {
            now: look.now,
            window_end: commitment.window_end(),
            finalised: finding == Finding::Wrong && self.is_final(commitment, look).await?,
            chosen,
            disputed,
            finding,
        })
    }

    /// The accounts whose commitments are this party's own: its account, and that of the provider that it signs for.
    async fn own(&self, at: At) -> Result<BTreeSet<Account>, ChainError> {
        let (chain, us) = (&self.setting.seat.chain, self.setting.seat.key.account());
        let operated = chain.provider_of_operator(&us, at).await?;
        Ok(operated
            .map(|view| view.owner)
            .into_iter()
            .chain([us])
            .collect())
    }

    async fn is_final(&self, commitment: &Commitment, look: &Look) -> Result<bool, ChainError> {
        let at = At::Block(look.heads.finalised.hash);
        let (job, segment) = (commitment.job.id, commitment.segment.segment);
        let page = self
            .setting
            .seat
            .chain
            .segments(job, segment, 1, at)
            .await?;
        let same = |status: &SegmentStatus<Account>| matches!(status, SegmentStatus::Committed { trace, .. } if *trace == commitment.trace);
        let first = page.items.first();
        Ok(first.is_some_and(|view| view.segment == segment && same(&view.status)))
    }

    /// What the journal says of a commitment; told the first time.
    fn finding(&mut self, commitment: &Commitment) -> Result<Finding, JournalError> {
        let target = Target::from(commitment);
        if let Some(finding) = self.findings.get(&target) {
            return Ok(*finding);
        }
        let Target { job, segment, .. } = target;
        let shop = &self.setting.seat.shop;
        let begun = shop.journal.start_of(job, segment)? == Some(commitment.start);
        let roots = shop.journal.intervals(job, segment)?;
        if !begun || roots.len() != commitment.segment.intervals as usize {
            return Ok(Finding::None);
        }
        let finding = match commitment.is_trace_of(&roots) {
            true => {
                Metrics::count(&shop.metrics.segments_verified);
                tracing::info!(%job, %segment, "the commitment is right");
                Finding::Right
            }
            false => {
                Metrics::count(&shop.metrics.segments_refuted);
                tracing::warn!(%job, %segment, provider = %commitment.segment.status.provider(), "the commitment is wrong");
                Finding::Wrong
            }
        };
        self.findings.insert(target, finding);
        Ok(finding)
    }
}

/// The segments of a job that are committed and not final.
async fn committed(
    chain: &ChainClient,
    job: JobView<Account>,
    at: At,
) -> Result<Vec<Commitment>, ChainError> {
    let progress = job.state.progress;
    if progress.pending() == 0 {
        return Ok(Vec::new());
    }
    let first = progress.next_final();
    let from = first.previous().unwrap_or(first);
    let limit = progress.pending().saturating_add(1);
    let page = chain.segments(job.id, from, limit, at).await?;
    let pending = (first.0..progress.committed).map(SegmentIndex);
    Ok(pending
        .filter_map(|segment| Commitment::of(job.clone(), segment, &page.items))
        .collect())
}
