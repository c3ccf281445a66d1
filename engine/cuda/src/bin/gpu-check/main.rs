//! Checks and measures a GPU: one binary that needs nothing but NVIDIA's driver and NVRTC.
//!
//! Every operator against the reference on hostile values; two programs for many steps, every state root against the
//! processor's; then timings. The report is JSON on stdout or in a file, progress is on stderr. It ends with 1 if there is no
//! GPU or any bit differs.

mod cases;
mod cublas;
mod jobs;
mod operators;
mod programs;
mod random;
mod report;
mod timing;

use anyhow::{bail, Context};
use assay_cuda::device::{self, Device};
use clap::Parser;
use report::Report;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Checks that a GPU computes the reference's bits, and measures it.
#[derive(Debug, Parser)]
#[command(name = "gpu-check", version)]
struct Options {
    /// Number of the GPU.
    #[arg(long, env = "ASSAY_GPU", default_value_t = 0)]
    device: usize,
    /// Steps of each program whose state roots are compared.
    #[arg(long, env = "ASSAY_GPU_STEPS", default_value_t = 200)]
    steps: u64,
    /// Only check, measure nothing.
    #[arg(long, env = "ASSAY_GPU_NO_TIMINGS", conflicts_with = "timings_only")]
    no_timings: bool,
    /// Only measure, check nothing.
    #[arg(long, env = "ASSAY_GPU_TIMINGS_ONLY")]
    timings_only: bool,
    /// Rates of a peer's training steps, as JSON: steps a second by name.
    #[arg(long, env = "ASSAY_GPU_PEER_STEPS", value_name = "FILE")]
    peer_steps: Option<PathBuf>,
    /// Where the report goes, as JSON; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    json: PathBuf,
}

fn run(options: &Options) -> anyhow::Result<()> {
    let found = device::count();
    if found == 0 {
        bail!("no GPU was found: an NVIDIA driver (libcuda.so) and a GPU are needed");
    }
    let device = Arc::new(Device::open(options.device)?);
    eprintln!(
        "gpu-check: {} of {found}: {}",
        options.device,
        device.name()
    );
    let mut report = Report::new(device.name());
    if !options.timings_only {
        operators::check(&device, &mut report)?;
        programs::check(&device, options.steps, &mut report)?;
    }
    if !options.no_timings {
        let peer_steps = options.peer_steps.as_deref().map(read_rates);
        let peer_steps = peer_steps.transpose()?.unwrap_or_default();
        timing::measure(&device, options.device, &peer_steps, &mut report)?;
    }
    report.write(&options.json)?;
    let failed = report.failed();
    if failed > 0 {
        bail!("{failed} checks failed");
    }
    Ok(())
}

/// Reads rates by name.
fn read_rates(path: &Path) -> anyhow::Result<BTreeMap<String, f64>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the peer's rates from {}", path.display()))?;
    let rates: BTreeMap<String, f64> = serde_json::from_str(&text)
        .with_context(|| format!("{} has no rates by name", path.display()))?;
    if let Some((name, rate)) = rates.iter().find(|(_, rate)| **rate <= 0.0) {
        bail!("{}: {name} has the rate {rate}", path.display());
    }
    Ok(rates)
}

fn main() -> ExitCode {
    match run(&Options::parse()).context("gpu-check") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
