//! Checks and measures a GPU: one binary that needs nothing but NVIDIA's driver and NVRTC.
//!
//! Every operator against the reference on hostile values; two programs for many steps, every state root against the
//! processor's; then timings, beside cuBLAS and PyTorch where they are. The report is JSON on stdout or in a file, progress is on
//! stderr. It ends with 1 if there is no GPU, any bit differs or anything else goes wrong; what was found until then is reported.

mod cases;
mod cublas;
mod jobs;
mod machine;
mod models;
#[path = "../../../../../benches/src/speed/random.rs"]
mod numbers;
mod operators;
mod programs;
mod random;
mod report;
mod timing;
mod torch;
mod turns;

use anyhow::{bail, Context};
use assay_cuda::device::{self, Device};
use clap::Parser;
use machine::Machine;
use report::Report;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use timing::Settings;

/// Checks that a GPU computes the reference's bits, and measures it.
#[derive(Debug, Parser)]
#[command(name = "gpu-check", version)]
struct Options {
    /// Number of the GPU.
    #[arg(long, env = "ASSAY_GPU", default_value_t = 0)]
    device: usize,
    /// Seed of the values and random shapes that the operators are checked on.
    #[arg(long, env = "ASSAY_GPU_SEED", default_value_t = 1)]
    seed: u64,
    /// Steps of each program whose state roots are compared.
    #[arg(long, env = "ASSAY_GPU_STEPS", default_value_t = 200)]
    steps: u64,
    /// Only check, measure nothing.
    #[arg(long, env = "ASSAY_GPU_NO_TIMINGS", conflicts_with = "timings_only")]
    no_timings: bool,
    /// Only measure, and check no more than what is measured.
    #[arg(long, env = "ASSAY_GPU_TIMINGS_ONLY")]
    timings_only: bool,
    /// Turns of each side of a measurement; the median counts.
    #[arg(long, env = "ASSAY_GPU_ROUNDS", default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Measure only cases whose name contains this; all checks are made.
    #[arg(long, env = "ASSAY_GPU_ONLY", default_value = "")]
    only: String,
    /// What starts Python 3; the steps have a peer where it has PyTorch.
    #[arg(
        long,
        env = "ASSAY_PYTHON",
        value_name = "PROGRAM",
        default_value = "python3"
    )]
    python: String,
    /// Where the report goes, as JSON; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    json: PathBuf,
}

impl Options {
    fn settings(&self) -> Settings {
        Settings {
            number: self.device,
            rounds: self.rounds,
            only: self.only.clone(),
            python: self.python.clone(),
        }
    }
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
    let mut report = Report::new(Machine::here(device.name()), options.seed);
    let outcome = examine(&device, options, &mut report);
    conclude(report, outcome, &options.json)
}

/// Checks and measures. Nothing is measured on a device whose bits differ.
fn examine(device: &Arc<Device>, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    if !options.timings_only {
        operators::check(device, options.seed, report)?;
        programs::check(device, options.steps, report)?;
    }
    let failed = report.failed();
    if failed > 0 {
        bail!("{failed} checks failed");
    }
    if !options.no_timings {
        timing::measure(device, &options.settings(), report)?;
    }
    Ok(())
}

/// Writes what was found, also if something went wrong, which the report then tells.
fn conclude(mut report: Report, outcome: anyhow::Result<()>, path: &Path) -> anyhow::Result<()> {
    if let Err(error) = &outcome {
        report.broken_off(error);
    }
    if report.failed() > 0 {
        report.withdraw();
    }
    report.write(path)?;
    outcome
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

#[cfg(test)]
mod tests {
    use super::*;
    use turns::Seconds;

    /// What stands in the file after a throughput, some checks and an error.
    fn written(name: &str, differences: &[Option<&str>]) -> serde_json::Value {
        let file = format!("gpu-check-{name}-{}.json", std::process::id());
        let path = std::env::temp_dir().join(file);
        let mut report = Report::new(Machine::here("a GPU"), 5);
        let seconds = Seconds {
            ours: 0.5,
            peer: None,
        };
        report.measured(report::Measured::new("hash", 1.0, seconds, "GB/s"));
        for difference in differences {
            let passed = report.check("bits".to_owned(), difference.map(ToOwned::to_owned));
            assert_eq!(passed, difference.is_none());
        }
        let error = anyhow::anyhow!("no memory").context("cannot hash");
        assert!(conclude(report, Err(error), &path).is_err());
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn an_error_leaves_the_report() {
        let report = written("error", &[None]);
        assert_eq!(report["error"], "cannot hash: no memory");
        assert_eq!(report["machine"]["gpu"], "a GPU");
        assert_eq!(report["seed"], 5);
        assert_eq!(report["checks"][0]["passed"], true);
        assert_eq!(report["results"][0]["ours"], 2.0);
        assert!(report["results"][0]["ratio"].is_null());
    }

    #[test]
    fn a_device_whose_bits_differ_has_no_throughput() {
        let report = written("bits", &[None, Some("one bit")]);
        assert_eq!(report["checks"][1]["difference"], "one bit");
        assert_eq!(report["results"].as_array().unwrap().len(), 0);
    }
}
