//! `assay job list`.

use assay_client::{Account, At};
use assay_protocol::{JobId, JobView, MAX_PAGE};
use serde::Serialize;

use super::status_name;
use crate::{
    context::Context,
    options::ListOptions,
    output::{decimal, Output},
    CliError,
};

/// A job in a list.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The job.
    pub job: JobId,
    /// Where it stands, in one word.
    pub status: &'static str,
    /// Who pays.
    pub buyer: Account,
    /// Segments that are final.
    pub finalised: u32,
    /// Segments in all.
    pub segments: u32,
    /// Price of a full segment.
    #[serde(serialize_with = "decimal")]
    pub price_per_segment: u128,
}

/// A part of the list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Listed {
    /// The jobs, in ascending order.
    pub jobs: Vec<Line>,
    /// The number that the next part starts from; none after the last.
    pub next: Option<u64>,
}

impl From<JobView<Account>> for Line {
    fn from(job: JobView<Account>) -> Self {
        Self {
            job: job.id,
            status: status_name(&job.state.status),
            buyer: job.record.buyer,
            finalised: job.state.progress.finalised,
            segments: job.segments,
            price_per_segment: job.record.spec.price_per_segment,
        }
    }
}

/// Lists jobs.
///
/// # Errors
/// What the connection says.
pub async fn run(
    options: &ListOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let mut listed = Listed {
        next: Some(options.from),
        ..Listed::default()
    };
    while let Some(from) = listed.next {
        let found = u32::try_from(listed.jobs.len()).unwrap_or(u32::MAX);
        let limit = options.limit.saturating_sub(found).min(MAX_PAGE);
        if limit == 0 {
            break;
        }
        let page = chain.jobs(JobId(from), limit, At::Best).await?;
        listed.next = page.next;
        listed.jobs.extend(page.items.into_iter().map(Line::from));
    }
    out.finish(&listed, |out| {
        writeln!(out, "{:>6}  {:<9} {:>11}  buyer", "job", "status", "final")?;
        listed.jobs.iter().try_for_each(|line| {
            let segments = format!("{}/{}", line.finalised, line.segments);
            writeln!(
                out,
                "{:>6}  {:<9} {segments:>11}  {}",
                line.job.0, line.status, line.buyer
            )
        })
    })
}
