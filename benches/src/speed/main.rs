//! Speed beside other implementations, on the same machine in the same run.
//!
//! `assay-bench-speed step --json FILE` trains the same models with this engine and with candle; `matmul` multiplies matrices
//! with both; `threads` does so with this engine on two threads and on one; `hash` computes tensor roots with this engine
//! and with the `sha3` crate; `interval` trains with state roots and without. The sides take turns, so that whatever else the
//! machine does meets both alike.

mod hash;
mod interval;
mod product;
mod random;
mod report;
mod step;
mod train;
mod turns;

use anyhow::{ensure, Result};
use assay_bench::Machine;
use clap::{Args, Parser, Subcommand};
use report::{Measurement, Report};
use std::path::PathBuf;

/// Measures speed beside other implementations.
#[derive(Parser)]
#[command(name = "assay-bench-speed", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Training steps, beside candle's autograd.
    Step(Options),
    /// Products of matrices, beside candle's `matmul` on as many threads.
    Matmul(Options),
    /// Large products on two threads, beside one.
    Threads(Options),
    /// Training with a state root at each interval's end, beside training without roots.
    Interval(Options),
    /// Roots of tensors, beside the sha3 crate on as many threads.
    Hash(Options),
}

#[derive(Args)]
struct Options {
    /// Also write the report as JSON to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Turns of each side; the median counts.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Measure only cases whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
}

impl Options {
    fn report(
        self,
        peer: &'static str,
        measure: impl FnOnce(u32, &str) -> Result<Vec<Measurement>>,
    ) -> Result<()> {
        let results = measure(self.rounds, &self.only)?;
        ensure!(
            !results.is_empty(),
            "no case's name contains {:?}",
            self.only
        );
        let report = Report::new(Machine::here()?, peer, results);
        report.print(&mut std::io::stderr())?;
        self.json
            .map_or(Ok(()), |path| assay_bench::write_json(&report, &path))
    }
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Step(options) => options.report("candle", step::measure),
        Command::Matmul(options) => options.report("candle", product::measure),
        Command::Threads(options) => options.report("one thread", product::measure_threads),
        Command::Interval(options) => options.report("without roots", interval::measure),
        Command::Hash(options) => options.report("sha3", hash::measure),
    }
}
