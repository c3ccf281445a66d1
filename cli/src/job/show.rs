//! `assay job show`.

use std::io::{self, Write};

use assay_client::{Account, At};
use assay_protocol::{JobId, JobStatus, JobView, SegmentStatus, SegmentView};
use serde::Serialize;

use super::{find, segments, status_name};
use crate::{
    amount::show,
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
    let shown = Shown {
        job: find(&chain, id, at).await?,
        segment_list: segments(&chain, id, at).await?,
    };
    out.finish(&shown, |out| shown.write(out))
}

impl Shown {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (record, state) = (&self.job.record, &self.job.state);
        let (spec, ledger) = (&record.spec, &state.ledger);
        field(out, "job", self.job.id)?;
        field(out, "status", status(&state.status))?;
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
        self.segment_list
            .iter()
            .try_for_each(|view| field(out, &format!("segment {}", view.segment), segment(view)))
    }
}

/// A status with what belongs to it.
fn status(status: &JobStatus<Account>) -> String {
    let name = status_name(status);
    match status {
        JobStatus::Open { until } => format!("{name} until block {until}"),
        JobStatus::Assigned { to, accept_by } => format!(
            "{name} to {}, to be accepted by block {accept_by}",
            to.provider
        ),
        JobStatus::Running { by, segment } => {
            format!("{name}: segment {segment} by {}", by.provider)
        }
        JobStatus::Waiting { by } => format!("{name}: segments of {} become final", by.provider),
        JobStatus::Paused { until, .. } => format!("{name} until block {until}: top it up"),
        JobStatus::Settling { by, .. } => {
            format!("{name}: segments of {} become final", by.provider)
        }
        JobStatus::Ended { reason, at } => format!("{name} in block {at}: {}", describe(*reason)),
    }
}

fn segment(view: &SegmentView<Account>) -> String {
    match &view.status {
        SegmentStatus::Training { deadline, .. } => format!("in training until block {deadline}"),
        SegmentStatus::Committed {
            window_end,
            final_state,
            ..
        } => {
            format!("committed, final from block {window_end}: {final_state}")
        }
        SegmentStatus::Final {
            paid, final_state, ..
        } => format!("paid {}: {final_state}", show(paid.price)),
    }
}
