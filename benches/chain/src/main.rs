//! What extrinsics cost the chain, and what jobs leave in its state: blocks of the runtime's Wasm on a state in memory, with no
//! network, pool or database.
//!
//! `assay-bench-chain --json FILE`, built and run by `scripts/bench chain`.

mod blocks;
mod growth;
mod market;
mod report;

use anyhow::{ensure, Context, Result};
use clap::Parser;
use report::Report;
use std::path::PathBuf;

/// Measures blocks and state.
#[derive(Parser)]
#[command(name = "assay-bench-chain", version)]
struct Arguments {
    /// Also write the report as JSON to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each block is imported; the median counts.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
}

fn main() -> Result<()> {
    let Arguments { json, rounds } = Arguments::parse();
    let wasm = assay_runtime::WASM_BINARY.context("this build carries no runtime Wasm")?;
    let blocks = blocks::measure(wasm, rounds)?;
    let growth = growth::measure(wasm)?;
    ensure!(!blocks.is_empty(), "no block was measured");
    let report = Report::new(assay_bench::Machine::here()?, blocks, growth);
    report.print(&mut std::io::stderr())?;
    json.map_or(Ok(()), |path| assay_bench::write_json(&report, &path))
}
