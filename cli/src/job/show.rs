//! `assay job show`.

use std::io::{self, Write};

use assay_client::{Account, At};
use assay_protocol::{BlockNumber, JobId, JobStatus, JobView, SegmentStatus, SegmentView};
use serde::Serialize;

use super::{find, segments, status_name};
use crate::{
    amount::show,
    clock::Clock,
    context::Context,
    error::describe,
    options::ShowOptions,
    output::{field, Output},
    CliError,
};

/// A job with its segments.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The job as the chain tells it.
    #[serde(flatten)]
    pub job: JobView<Account>,
    /// Its started segments.
    pub segment_list: Vec<SegmentView<Account>>,
    /// Chain time as of the block that all this is told of.
    pub now: BlockNumber,
    /// What the deadlines are told by.
    #[serde(skip)]
    pub clock: Clock,
}

/// Shows a job with its segments.
///
/// # Errors
/// [`CliError::NoJob`], or what the connection says.
pub async fn run(
    options: &ShowOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let (chain, id) = (context.chain().await?, JobId(options.id));
    let at = At::Block(chain.head(At::Best).await?.hash);
    let clock = Clock::read(&chain, at).await?;
    let shown = Shown {
        job: find(&chain, id, at).await?,
        segment_list: segments(&chain, id, at).await?,
        now: clock.now,
        clock,
    };
    out.finish(&shown, |out| shown.write(out))
}

impl Shown {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (record, state) = (&self.job.record, &self.job.state);
        let (spec, ledger) = (&record.spec, &state.ledger);
        field(out, "job", self.job.id)?;
        field(out, "status", status(&state.status, self.clock))?;
        field(out, "buyer", record.buyer)?;
        field(out, "program root", record.program_root)?;
        field(out, "steps", spec.schedule.total_steps)?;
        let progress = state.progress;
        let text = format!(
            "{}: {} committed, {} final",
            self.job.segments, progress.committed, progress.finalised
        );
        field(out, "segments", text)?;
        field(out, "price a segment", show(spec.price_per_segment))?;
        field(out, "escrow", show(ledger.escrow))?;
        field(out, "reserved", show(self.job.reserved))?;
        field(out, "paid", show(ledger.paid))?;
        field(out, "protocol fees", show(ledger.fees))?;
        field(out, "refunded", show(ledger.refunded))?;
        field(out, "deposit", show(ledger.deposit))?;
        self.segment_list.iter().try_for_each(|view| {
            field(
                out,
                &format!("segment {}", view.segment),
                segment(view, self.clock),
            )
        })
    }
}

/// A status with what belongs to it.
fn status(status: &JobStatus<Account>, clock: Clock) -> String {
    let name = status_name(status);
    match status {
        JobStatus::Open { until } => format!("{name} for {}", clock.until(*until)),
        JobStatus::Assigned { to, accept_by } => format!(
            "{name} to {}, to be accepted within {}",
            to.provider,
            clock.until(*accept_by)
        ),
        JobStatus::Running { by, segment } => {
            format!("{name}: segment {segment} by {}", by.provider)
        }
        JobStatus::Waiting { by } => format!("{name}: segments of {} become final", by.provider),
        JobStatus::Paused { until, .. } => {
            format!("{name}: top it up within {}", clock.until(*until))
        }
        JobStatus::Settling { by, .. } => {
            format!("{name}: segments of {} become final", by.provider)
        }
        JobStatus::Ended { reason, .. } => format!("{name}: {}", describe(*reason)),
    }
}

fn segment(view: &SegmentView<Account>, clock: Clock) -> String {
    match &view.status {
        SegmentStatus::Training { deadline, .. } => {
            format!("in training, due within {}", clock.until(*deadline))
        }
        SegmentStatus::Committed {
            window_end,
            final_state,
            ..
        } => {
            let left = clock.until(*window_end);
            format!("committed, final in {left}: {final_state}")
        }
        SegmentStatus::Final {
            paid, final_state, ..
        } => format!("paid {}: {final_state}", show(paid.price)),
    }
}
