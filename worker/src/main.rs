//! The daemons of providers and verifiers.

use std::process::ExitCode;

use assay_worker::{
    bench::bench,
    check::check,
    info::info,
    options::{Cli, Command},
    process,
    run::run,
    verify::verify,
};
use clap::Parser;

fn main() -> ExitCode {
    process::execute(execute(Cli::parse().command))
}

async fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(options) => process::run_daemon(|bars, stop| run(&options, bars, stop)).await,
        Command::Verify(options) => {
            process::run_daemon(|bars, stop| verify(&options, bars, stop)).await
        }
        Command::Check(options) => check(&options, &mut std::io::stdout()).await,
        Command::Bench(options) => bench(&options, &mut std::io::stdout()).await,
        Command::Info(options) => info(&options, &mut std::io::stdout()),
    }
}
