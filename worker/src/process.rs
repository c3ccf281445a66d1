//! A daemon as a process: its runtime, what it is started with, how it is told to stop, and its exit status.

use std::{future::Future, process::ExitCode};

use indicatif::MultiProgress;
use tokio::{
    signal::unix::{signal, SignalKind},
    sync::watch,
};

use crate::logging;

/// Executes a command to its end. Its error is told on standard error.
pub fn execute(command: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let done = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(command));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a daemon with logs. It gets the bars that logs are written beside, and what becomes true when it is to stop.
///
/// # Errors
/// The daemon's own; or that signals cannot be waited for.
pub async fn run_daemon<F>(
    run: impl FnOnce(MultiProgress, watch::Receiver<bool>) -> F,
) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<()>>,
{
    let bars = logging::start();
    run(bars, stop_on_signal()?).await
}

/// Becomes true on SIGINT or SIGTERM; a second signal ends the process at once.
fn stop_on_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::spawn(async move {
        for again in [false, true] {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if again {
                std::process::abort();
            }
            tracing::info!("stopping; a second signal stops at once");
            let _ = sender.send(true);
        }
    });
    Ok(receiver)
}
