//! Providers that cheat and challengers that lie, for tests.

use std::{process::ExitCode, sync::Arc, time::Duration};

use assay_adversaries::{Conduct, Crooked, Fault, Kind, Level};
use assay_worker::{
    options::{RunOptions, VerifyOptions},
    process,
    run::run_with,
    verify::verify_with,
};
use clap::{Args, Parser, Subcommand};

/// Cheats, for tests. Never run it with money that you want to keep.
#[derive(Debug, Parser)]
#[command(name = "assay-adversary", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs as `assay-worker run`, with a fault: a provider that cheats.
    Run(Box<Cheat<RunOptions>>),
    /// Runs as `assay-worker verify`, with a fault: a challenger that lies.
    Verify(Box<Cheat<VerifyOptions>>),
}

#[derive(Debug, Args)]
struct Cheat<Options: Args> {
    #[command(flatten)]
    fault: FaultOptions,
    #[command(flatten)]
    options: Options,
}

#[derive(Clone, Copy, Debug, Args)]
struct FaultOptions {
    /// What is done wrongly.
    #[arg(long, value_enum, value_name = "NAME")]
    fault: Kind,
    /// The first step, counted from the job's beginning, that is taken wrongly.
    #[arg(long, default_value_t = 0, value_name = "STEP")]
    at_step: u64,
    /// The node of the program that is false, for faults that may be any node's.
    #[arg(long, value_name = "NODE")]
    at_node: Option<u32>,
    /// From where on nothing is said in games.
    #[arg(long, value_enum, value_name = "LEVEL")]
    silent_from: Option<Level>,
    /// Seconds before the first answer about an interval's steps.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    delay: u64,
}

impl FaultOptions {
    fn crooked(self) -> Arc<Crooked> {
        let fault = Fault {
            kind: self.fault,
            at: self.at_step,
            node: self.at_node,
        };
        let conduct = Conduct {
            silent: self.silent_from,
            delay: Duration::from_secs(self.delay),
        };
        Arc::new(Crooked { fault, conduct })
    }
}

fn main() -> ExitCode {
    process::execute(execute(Cli::parse().command))
}

async fn execute(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(cheat) => {
            let Cheat { fault, options } = *cheat;
            process::run_daemon(|bars, stop| run_with(&options, bars, fault.crooked(), stop)).await
        }
        Command::Verify(cheat) => {
            let Cheat { fault, options } = *cheat;
            process::run_daemon(|bars, stop| verify_with(&options, bars, fault.crooked(), stop))
                .await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
