//! The daemons of providers and verifiers.

use std::process::ExitCode;

use assay_worker::{
    check::check,
    info::info,
    logging,
    options::{Cli, Command},
    run::run,
    verify::verify,
};
use clap::Parser;
use tokio::{
    signal::unix::{signal, SignalKind},
    sync::watch,
};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(execute(cli.command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(options) => {
            let bars = logging::start();
            let stop = stop_on_signal()?;
            run(&options, bars, stop).await
        }
        Command::Verify(options) => {
            let bars = logging::start();
            let stop = stop_on_signal()?;
            verify(&options, bars, stop).await
        }
        Command::Check(options) => check(&options, &mut std::io::stdout()).await,
        Command::Info(options) => info(&options, &mut std::io::stdout()),
    }
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
