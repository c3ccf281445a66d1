//! What was measured.

use anyhow::{Context, Result};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// A report; `schema_version` grows with every change that a reader could trip over.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    /// One entry for each case.
    pub results: Vec<Measurement>,
    summary: Summary,
}

/// Where it was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    cpu: String,
    threads: usize,
    simd: String,
    os: &'static str,
    arch: &'static str,
}

/// One case.
#[derive(Debug, Serialize)]
pub struct Measurement {
    name: &'static str,
    /// Our throughput.
    ours: f64,
    /// candle's.
    peer: f64,
    unit: &'static str,
    /// Ours divided by the peer's: above 1 we are faster.
    pub ratio: f64,
}

/// The ratios in short.
#[derive(Debug, Serialize)]
struct Summary {
    geomean: f64,
    min: f64,
}

impl Machine {
    /// This machine.
    pub fn here() -> Result<Self> {
        Ok(Self {
            cpu: cpu_name(),
            threads: rayon::current_num_threads(),
            simd: assay_engine::Simd::from_env()?.resolve()?.to_string(),
            os: std::env::consts::OS,
            arch: std::env::consts::ARCH,
        })
    }
}

/// The processor's name where the system tells it.
fn cpu_name() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    line.and_then(|line| line.split_once(':'))
        .map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned())
}

impl Measurement {
    /// Throughputs in rows a second.
    pub fn new(name: &'static str, ours: f64, peer: f64) -> Self {
        Self {
            name,
            ours,
            peer,
            unit: "samples/s",
            ratio: ours / peer,
        }
    }
}

impl Report {
    /// Summarises results, of which there is at least one.
    pub fn new(machine: Machine, results: Vec<Measurement>) -> Self {
        let logs: f64 = results.iter().map(|result| result.ratio.ln()).sum();
        let geomean = (logs / results.len() as f64).exp();
        let min = results
            .iter()
            .map(|result| result.ratio)
            .fold(f64::INFINITY, f64::min);
        Self {
            schema_version: 1,
            machine,
            results,
            summary: Summary { geomean, min },
        }
    }

    /// The report for a reader.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        let Machine {
            cpu, threads, simd, ..
        } = &self.machine;
        writeln!(
            out,
            "{cpu}, {threads} threads, {simd}; samples a second, medians"
        )?;
        for result in &self.results {
            let Measurement {
                name,
                ours,
                peer,
                ratio,
                ..
            } = result;
            writeln!(
                out,
                "{name:32} ours {ours:>12.0}  candle {peer:>12.0}  ratio {ratio:.2}"
            )?;
        }
        writeln!(
            out,
            "geometric mean {:.2}, least {:.2}",
            self.summary.geomean, self.summary.min
        )?;
        Ok(())
    }

    /// The report for a program.
    pub fn write_json(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        if path == Path::new("-") {
            return Ok(std::io::stdout().write_all(text.as_bytes())?);
        }
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the report to {}", path.display()))
    }
}
