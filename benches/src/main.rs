//! Speed of the engine beside other frameworks, on the same machine in the same run.
//!
//! `assay-bench step --json FILE` trains the same models with this engine and with candle and reports the throughput of
//! both. The two take turns, so that whatever else the machine does meets both alike.

mod case;
mod ours;
mod peer;
mod report;
mod step;

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Measures the engine beside other frameworks.
#[derive(Parser)]
#[command(name = "assay-bench", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Training steps a second, beside candle's autograd.
    Step {
        /// Also write the report as JSON to this file; `-` is standard output.
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// Turns of each side; the median counts.
        #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
        rounds: u32,
        /// Measure only cases whose name contains this.
        #[arg(long, default_value = "")]
        only: String,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Step { json, rounds, only } => {
            let report = step::run(rounds, &only)?;
            report.print(&mut std::io::stderr())?;
            json.map_or(Ok(()), |path| report.write_json(&path))
        }
    }
}
