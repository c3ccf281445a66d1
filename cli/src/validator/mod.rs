//! `assay validator`: session keys, bonds, elections and rewards.

mod act;
pub mod options;
mod payout;
mod standing;
mod status;

use crate::{context::Context, output::Output, CliError};
use options::ValidatorCommand;

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(
    command: ValidatorCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    match command {
        ValidatorCommand::Status(options) => status::run(&options, context, out).await,
        ValidatorCommand::Keys(options) => act::keys(options.wait, context, out).await,
        ValidatorCommand::Bond(options) => act::bond(&options, context, out).await,
        ValidatorCommand::Nominate(options) => act::nominate(&options, context, out).await,
        ValidatorCommand::Chill(options) => act::chill(options.wait, context, out).await,
        ValidatorCommand::Unbond(options) => act::unbond(&options, context, out).await,
        ValidatorCommand::Withdraw(options) => act::withdraw(options.wait, context, out).await,
        ValidatorCommand::Payout(options) => payout::run(&options, context, out).await,
    }
}
