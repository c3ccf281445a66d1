//! What the measurements share: the machine they ran on, and how they are told.

use anyhow::{Context, Result};
use assay_testing::cpu_name;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Where something was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// Threads of both sides.
    pub threads: usize,
    /// The engine's instruction set.
    pub simd: String,
    /// Operating system.
    pub os: &'static str,
    /// Architecture.
    pub arch: &'static str,
}

impl Machine {
    /// This machine.
    ///
    /// # Errors
    /// If `ASSAY_CPU` names an instruction set that this machine has not.
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

/// Writes a report as JSON; `-` is standard output.
///
/// # Errors
/// If the file cannot be written.
pub fn write_json(report: &impl Serialize, path: &Path) -> Result<()> {
    let mut text = serde_json::to_string_pretty(report)?;
    text.push('\n');
    if path == Path::new("-") {
        return Ok(std::io::stdout().write_all(text.as_bytes())?);
    }
    std::fs::write(path, text)
        .with_context(|| format!("cannot write the report to {}", path.display()))
}

/// The median of some times, of which there is at least one.
pub fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    if times.len() % 2 == 1 {
        times[middle]
    } else {
        (times[middle - 1] + times[middle]) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
