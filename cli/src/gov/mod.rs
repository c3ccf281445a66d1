//! `assay gov`: the protocol's parameters, and referenda.

mod deposit;
mod file;
pub mod numbers;
pub mod options;
mod params;
pub mod phase;
mod propose;
mod status;
mod unlock;
mod upgrade;
mod vote;

use assay_client::{
    governance::{Ongoing, Referendum, Track},
    At, ChainClient,
};

use crate::{context::Context, output::Output, CliError};
use options::GovCommand;

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(
    command: GovCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    match command {
        GovCommand::Params(options) => params::run(&options, context, out).await,
        GovCommand::Propose(command) => propose::run(&command, context, out).await,
        GovCommand::Deposit(options) => deposit::place(&options, context, out).await,
        GovCommand::Vote(options) => vote::run(&options, context, out).await,
        GovCommand::Status(options) => status::run(&options, context, out).await,
        GovCommand::Watch(options) => status::watch(&options, context, out).await,
        GovCommand::Unlock(options) => unlock::run(&options, context, out).await,
        GovCommand::Refund(options) => deposit::refund(&options, context, out).await,
        GovCommand::ApplyUpgrade(options) => upgrade::apply(&options, context, out).await,
    }
}

/// A referendum of that number.
async fn referendum(chain: &ChainClient, index: u32, at: At) -> Result<Referendum, CliError> {
    let found = chain.referendum(index, at).await?;
    found.ok_or(CliError::NoReferendum { index })
}

/// A referendum of that number that is voted on.
async fn ongoing(chain: &ChainClient, index: u32) -> Result<Ongoing, CliError> {
    match referendum(chain, index, At::Best).await? {
        Referendum::Ongoing(ongoing) => Ok(*ongoing),
        _ => Err(CliError::Decided { index }),
    }
}

/// The track of that name or number.
async fn track(chain: &ChainClient, name: &str) -> Result<Track, CliError> {
    let tracks = chain.tracks().await?;
    let known = || tracks.iter().map(|track| track.name.clone()).collect();
    let number: Option<u16> = name.parse().ok();
    let found = tracks
        .iter()
        .find(|track| track.name == name || Some(track.id) == number);
    found.cloned().ok_or_else(|| CliError::NoTrack {
        name: name.to_owned(),
        known: known(),
    })
}
