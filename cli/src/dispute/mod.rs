//! `assay dispute`: what is argued about commitments.

mod act;
#[cfg(test)]
mod example;
mod history;
mod list;
mod open;
mod outcome;
mod place;
mod show;
mod story;
mod watch;
mod which;

pub use history::{History, Made, Slashed};
pub use open::Opened;
pub use outcome::{Basis, Outcome, Turn};
pub use place::{Area, Interval, Operator, Place, Tile};
pub use show::Shown;
pub use which::{ParseWhichError, Which};

use assay_client::Account;
use assay_game::{DisputeView, Party, Standing};

use crate::{context::Context, options::DisputeCommand, output::Output, CliError};

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(
    command: DisputeCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    match command {
        DisputeCommand::List(options) => list::run(&options, context, out).await,
        DisputeCommand::Show(options) => show::run(&options, context, out).await,
        DisputeCommand::Watch(options) => watch::run(&options, context, out).await,
        DisputeCommand::Open(options) => open::run(&options, context, out).await,
        DisputeCommand::Pull(options) => act::pull(&options, context, out).await,
        DisputeCommand::TimeOut(options) => act::time_out(&options, context, out).await,
    }
}

/// Where a dispute stands, in one word.
pub(crate) const fn status_name(standing: &Standing) -> &'static str {
    match standing {
        Standing::Queued => "queued",
        Standing::Running { .. } => "running",
        Standing::Moot { .. } => "moot",
        Standing::Ended { verdict, .. } => match verdict.winner {
            Party::Challenger => "convicted",
            Party::Defender => "acquitted",
        },
    }
}

/// Whether a dispute has neither a verdict nor become moot.
pub(crate) const fn is_open(view: &DisputeView<Account>) -> bool {
    matches!(view.standing, Standing::Queued | Standing::Running { .. })
}
