//! `assay job`: buying training.

pub mod clean_up;
pub mod eval;
pub mod fetch;
pub mod file;
pub mod list;
pub mod money;
mod progress;
pub mod publish;
pub mod quote;
pub mod show;
pub mod submission;
pub mod submit;
pub mod watch;

use assay_client::{Account, At, ChainClient};
use assay_protocol::{JobId, JobStatus, JobView, SegmentIndex, SegmentView, MAX_PAGE};

use crate::{context::Context, options::JobCommand, output::Output, CliError};

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(
    command: JobCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    match command {
        JobCommand::Validate(options) => quote::validate(&options, context, out).await,
        JobCommand::Quote(options) => quote::run(&options, context, out).await,
        JobCommand::Submit(options) => submit::run(&options, context, out).await,
        JobCommand::Watch(options) => watch::run(&options, context, out).await,
        JobCommand::Show(options) => show::run(&options, context, out).await,
        JobCommand::List(options) => list::run(&options, context, out).await,
        JobCommand::Fetch(options) => fetch::run(&options, context, out).await,
        JobCommand::Eval(options) => eval::run(&options, out),
        JobCommand::Cancel(options) => money::cancel(&options, context, out).await,
        JobCommand::TopUp(options) => money::top_up(&options, context, out).await,
        JobCommand::CleanUp(options) => clean_up::run(&options, context, out).await,
    }
}

/// The job of a number.
pub(crate) async fn find(
    chain: &ChainClient,
    id: JobId,
    at: At,
) -> Result<JobView<Account>, CliError> {
    chain.job(id, at).await?.ok_or(CliError::NoJob { id })
}

/// All started segments of a job.
pub(crate) async fn segments(
    chain: &ChainClient,
    id: JobId,
    at: At,
) -> Result<Vec<SegmentView<Account>>, CliError> {
    let (mut found, mut from) = (Vec::new(), Some(0));
    while let Some(number) = from {
        let page = chain
            .segments(id, SegmentIndex(number), MAX_PAGE, at)
            .await?;
        found.extend(page.items);
        from = page.next.and_then(|next| u32::try_from(next).ok());
    }
    Ok(found)
}

/// A status in one word.
pub(crate) const fn status_name(status: &JobStatus<Account>) -> &'static str {
    match status {
        JobStatus::Open { .. } => "open",
        JobStatus::Assigned { .. } => "assigned",
        JobStatus::Running { .. } => "running",
        JobStatus::Waiting { .. } => "waiting",
        JobStatus::Paused { .. } => "paused",
        JobStatus::Settling { .. } => "settling",
        JobStatus::Ended { .. } => "ended",
    }
}
