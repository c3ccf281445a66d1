//! The report, as the benches write theirs.

use anyhow::Context;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Everything that was found.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    checks: Vec<Check>,
    results: Vec<Measured>,
    summary: Summary,
}

/// The ratios in short, of which there are none without cuBLAS.
#[derive(Debug, Default, Serialize)]
struct Summary {
    geomean: Option<f64>,
    min: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Machine {
    gpu: String,
}

/// One comparison with the reference or the processor.
#[derive(Debug, Serialize)]
struct Check {
    name: String,
    passed: bool,
    /// The first difference, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<String>,
}

/// One timing, beside a peer's if there is one.
#[derive(Debug, Serialize)]
struct Measured {
    name: String,
    ours: f64,
    peer: Option<f64>,
    unit: &'static str,
    ratio: Option<f64>,
}

impl Report {
    /// An empty report on a GPU.
    pub fn new(gpu: &str) -> Self {
        Self {
            schema_version: 1,
            machine: Machine {
                gpu: gpu.to_owned(),
            },
            checks: Vec::new(),
            results: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Adds the outcome of a check: the first difference, or none.
    pub fn check(&mut self, name: String, difference: Option<String>) {
        match &difference {
            None => eprintln!("gpu-check: {name}: equal"),
            Some(difference) => eprintln!("gpu-check: {name}: DIFFERS: {difference}"),
        }
        self.checks.push(Check {
            name,
            passed: difference.is_none(),
            difference,
        });
    }

    /// Adds a timing, of which more is better if there is a peer's.
    pub fn measured(&mut self, name: String, ours: f64, peer: Option<f64>, unit: &'static str) {
        let ratio = peer.map(|peer| ours / peer);
        match peer {
            Some(peer) => eprintln!("gpu-check: {name}: {ours:.3} {unit}, peer {peer:.3}"),
            None => eprintln!("gpu-check: {name}: {ours:.3} {unit}"),
        }
        self.results.push(Measured {
            name,
            ours,
            peer,
            unit,
            ratio,
        });
        let ratios = self.results.iter().filter_map(|result| result.ratio);
        let (count, logs, min) = ratios.fold((0.0, 0.0, f64::INFINITY), |(n, logs, min), ratio| {
            (n + 1.0, logs + ratio.ln(), ratio.min(min))
        });
        if count > 0.0 {
            self.summary = Summary {
                geomean: Some((logs / count).exp()),
                min: Some(min),
            };
        }
    }

    /// Writes the report as JSON; `-` is standard output.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        if path == Path::new("-") {
            return Ok(std::io::stdout().write_all(text.as_bytes())?);
        }
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the report to {}", path.display()))
    }

    /// The number of checks that failed.
    pub fn failed(&self) -> usize {
        self.checks.iter().filter(|check| !check.passed).count()
    }
}
