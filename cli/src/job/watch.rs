//! `assay job watch`.

use std::{
    io::{self, Write},
    time::Duration,
};

use assay_blobs::HttpClient;
use assay_client::{Account, At, ChainClient, ChainError};
use assay_protocol::{EndReason, JobId, JobStatus, JobView, SegmentIndex};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior};

use super::{
    progress::{self, Progress},
    status_name,
};
use crate::{
    amount::show,
    context::Context,
    options::{Wait, WatchOptions},
    output::{decimal, field, Output},
    CliError,
};

/// How often the provider is asked for its progress.
const PERIOD: Duration = Duration::from_millis(500);

/// How long a provider that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(5);

/// Where a job stands, with what its provider tells.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The job.
    pub job: JobId,
    /// Where it stands, in one word.
    pub status: &'static str,
    /// Why it ended, if it has.
    pub reason: Option<EndReason>,
    /// Steps taken: as the provider tells it, at least those committed.
    pub steps: u64,
    /// Steps in all.
    pub total_steps: u64,
    /// Segments committed.
    pub committed: u32,
    /// Segments final and paid.
    pub finalised: u32,
    /// Segments in all.
    pub segments: u32,
    /// The loss of the last step, as the provider tells it.
    pub loss: Option<f32>,
    /// Whether the loss has been infinite or not a number, as the provider tells it.
    pub diverged: bool,
    /// Paid to providers.
    #[serde(serialize_with = "decimal")]
    pub paid: u128,
    /// Paid as protocol fees.
    #[serde(serialize_with = "decimal")]
    pub fees: u128,
    /// Returned to the buyer.
    #[serde(serialize_with = "decimal")]
    pub refunded: u128,
}

/// Follows a job to its end.
///
/// # Errors
/// [`CliError::Ended`] if it ended for another reason than completion; [`CliError::NoJob`]; what the chain says if no
/// waiting can help.
pub async fn run(
    options: &WatchOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let id = JobId(options.id);
    let mut watcher = Watcher {
        chain: context.chain().await?,
        http: context.http(progress::limits())?,
        id,
        end_at: if options.wait == Wait::Best {
            At::Best
        } else {
            At::Finalised
        },
        provider: None,
        silent_until: Instant::now(),
        progress: Progress::default(),
        bar: None,
        line: String::new(),
    };
    let (summary, reason) = watcher.follow().await?;
    match reason {
        EndReason::Completed => out.finish(&summary, |out| summary.write(out)),
        reason => {
            // A summary is numbers and words; it always has a JSON form.
            let job = serde_json::to_value(&summary).unwrap_or_default();
            Err(CliError::Ended { id, reason, job })
        }
    }
}

/// A provider and where it is reached.
struct Provider {
    owner: Account,
    endpoint: String,
}

struct Watcher {
    chain: ChainClient,
    http: HttpClient,
    id: JobId,
    /// The chain that must know of the job's end.
    end_at: At,
    provider: Option<Provider>,
    silent_until: Instant,
    progress: Progress,
    bar: Option<ProgressBar>,
    /// The last line shown.
    line: String,
}

impl Watcher {
    /// Looks at every new block, and twice a second at the provider's progress.
    async fn follow(&mut self) -> Result<(Summary, EndReason), CliError> {
        let mut heads = self.chain.heads();
        let mut ticks = tokio::time::interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut job = self.look().await?;
        loop {
            if let Some(seen) = &job {
                self.ask_provider(seen).await;
                let summary = self.summary(seen);
                self.show(&summary);
                if let Some(reason) = self.end(seen).await? {
                    self.close();
                    return Ok((summary, reason));
                }
            }
            tokio::select! {
                _ = ticks.tick() => {}
                changed = heads.changed() => {
                    changed.map_err(|_| CliError::NoJob { id: self.id })?;
                    job = self.look().await?.or(job);
                }
            }
        }
    }

    /// The job on the best chain; nothing while the node does not answer.
    async fn look(&self) -> Result<Option<JobView<Account>>, CliError> {
        match self.chain.job(self.id, At::Best).await {
            Ok(Some(job)) => Ok(Some(job)),
            // A fork may have undone it for a moment.
            Ok(None) => match self.chain.job(self.id, At::Finalised).await? {
                None => Err(CliError::NoJob { id: self.id }),
                found => Ok(found),
            },
            Err(error) => passing(error),
        }
    }

    /// Why the job has ended, once that is as sure as was asked for.
    async fn end(&self, job: &JobView<Account>) -> Result<Option<EndReason>, CliError> {
        let JobStatus::Ended { reason, .. } = job.state.status else {
            return Ok(None);
        };
        if self.end_at == At::Best {
            return Ok(Some(reason));
        }
        match self.chain.job(self.id, self.end_at).await {
            Ok(Some(JobView { state, .. })) => match state.status {
                JobStatus::Ended { reason, .. } => Ok(Some(reason)),
                _ => Ok(None),
            },
            Ok(None) => Ok(None),
            Err(error) => passing(error),
        }
    }

    async fn ask_provider(&mut self, job: &JobView<Account>) {
        if Instant::now() < self.silent_until {
            return;
        }
        if let Err(error) = self.find_provider(job).await {
            tracing::debug!(%error, "the provider is not known");
        }
        let Some(provider) = &self.provider else {
            return;
        };
        match progress::ask(&self.http, &provider.endpoint, self.id).await {
            Some(progress) => self.progress = progress,
            None => self.silent_until = Instant::now() + PAUSE,
        }
    }

    /// The provider that has the job, or had it last.
    async fn find_provider(&mut self, job: &JobView<Account>) -> Result<(), ChainError> {
        let owner = match job.state.status.assignment() {
            Some(by) => Some(by.provider),
            None if self.provider.is_some() => return Ok(()),
            None => last_provider(&self.chain, job).await?,
        };
        let Some(owner) = owner else { return Ok(()) };
        if self
            .provider
            .as_ref()
            .is_some_and(|known| known.owner == owner)
        {
            return Ok(());
        }
        let found = self.chain.provider(&owner, At::Best).await?;
        self.provider = found.map(|view| Provider {
            owner,
            endpoint: view.provider.endpoint.to_text(),
        });
        Ok(())
    }

    fn summary(&self, job: &JobView<Account>) -> Summary {
        let (state, schedule) = (&job.state, &job.record.spec.schedule);
        let committed = schedule.steps_of(state.progress.next_segment()).first.0;
        let reason = match state.status {
            JobStatus::Ended { reason, .. } => Some(reason),
            _ => None,
        };
        Summary {
            job: job.id,
            status: status_name(&state.status),
            reason,
            steps: self.progress.step.clamp(committed, schedule.total_steps.0),
            total_steps: schedule.total_steps.0,
            committed: state.progress.committed,
            finalised: state.progress.finalised,
            segments: job.segments,
            loss: self.progress.loss,
            diverged: self.progress.diverged,
            paid: state.ledger.paid,
            fees: state.ledger.fees,
            refunded: state.ledger.refunded,
        }
    }

    /// Moves the bar, and writes a line if more than the steps has changed.
    fn show(&mut self, summary: &Summary) {
        let bar = self
            .bar
            .get_or_insert_with(|| progress::bar(summary.job, summary.total_steps));
        bar.set_position(summary.steps);
        bar.set_message(summary.message());
        let line = summary.line();
        if line != self.line {
            bar.suspend(|| eprintln!("{line}"));
            self.line = line;
        }
    }

    fn close(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Nothing for now if the node may answer again.
fn passing<T>(error: ChainError) -> Result<Option<T>, CliError> {
    match error {
        ChainError::Unreachable { .. } | ChainError::Refused { .. } => {
            tracing::warn!(%error, "waiting for the node");
            Ok(None)
        }
        error => Err(error.into()),
    }
}

/// Who trained the newest committed segment.
async fn last_provider(
    chain: &ChainClient,
    job: &JobView<Account>,
) -> Result<Option<Account>, ChainError> {
    let Some(last) = job.state.progress.next_segment().previous() else {
        return Ok(None);
    };
    let page = chain
        .segments(job.id, SegmentIndex(last.0), 1, At::Best)
        .await?;
    Ok(page.items.first().map(|view| *view.status.provider()))
}

impl Summary {
    /// What stands behind the bar.
    fn message(&self) -> String {
        let loss = match (self.diverged, self.loss) {
            (true, _) => "diverged".to_owned(),
            (false, Some(loss)) => format!("loss {loss:.4}"),
            (false, None) => String::new(),
        };
        let spent = show(self.paid.saturating_add(self.fees));
        format!(
            "{loss}  {}/{} segments final  spent {spent}  {}",
            self.finalised, self.segments, self.status
        )
    }

    /// What has happened on the chain.
    fn line(&self) -> String {
        format!(
            "job {}: {}, {}/{} segments committed, {} final, paid {}, fees {}",
            self.job,
            self.status,
            self.committed,
            self.segments,
            self.finalised,
            show(self.paid),
            show(self.fees),
        )
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "job", self.job)?;
        field(out, "status", self.status)?;
        field(out, "steps", format!("{}/{}", self.steps, self.total_steps))?;
        field(
            out,
            "segments final",
            format!("{}/{}", self.finalised, self.segments),
        )?;
        self.loss.map_or(Ok(()), |loss| field(out, "loss", loss))?;
        field(out, "paid", show(self.paid))?;
        field(out, "protocol fees", show(self.fees))?;
        field(out, "refunded", show(self.refunded))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::UNIT;

    fn summary() -> Summary {
        Summary {
            job: JobId(3),
            status: "running",
            reason: None,
            steps: 40,
            total_steps: 100,
            committed: 2,
            finalised: 1,
            segments: 4,
            loss: Some(0.25),
            diverged: false,
            paid: UNIT / 2,
            fees: UNIT / 80,
            refunded: 0,
        }
    }

    #[test]
    fn the_bar_tells_loss_and_spending() {
        assert_eq!(
            summary().message(),
            "loss 0.2500  1/4 segments final  spent 0.5125 ASY  running"
        );
        let diverged = Summary {
            diverged: true,
            loss: None,
            ..summary()
        };
        assert!(diverged.message().starts_with("diverged"));
    }

    #[test]
    fn amounts_are_strings() {
        assert_eq!(
            serde_json::to_value(summary()).unwrap()["paid"],
            "500000000000"
        );
    }
}
