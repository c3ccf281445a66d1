//! The report, as the benches write theirs.

use crate::machine::Machine;
use crate::turns::Seconds;
use anyhow::Context;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Everything that was found.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    /// Of the operators' checks.
    seed: u64,
    checks: Vec<Check>,
    results: Vec<Measured>,
    summary: Summary,
    /// Why there is no more, if something went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The ratios in short, of which there are none without peers.
#[derive(Debug, Default, Serialize)]
struct Summary {
    geomean: Option<f64>,
    min: Option<f64>,
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

/// One throughput, beside a peer's if there is one.
#[derive(Debug, Serialize)]
pub struct Measured {
    name: String,
    ours: f64,
    peer: Option<f64>,
    unit: &'static str,
    /// Ours divided by the peer's: above 1 we are faster.
    ratio: Option<f64>,
    /// What our side takes for it once.
    milliseconds: f64,
    peer_name: Option<String>,
}

impl Measured {
    /// What does `work` of a unit in the given seconds.
    pub fn new(name: &str, work: f64, seconds: Seconds, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            ours: work / seconds.ours,
            peer: seconds.peer.map(|peer| work / peer),
            unit,
            ratio: seconds.peer.map(|peer| peer / seconds.ours),
            milliseconds: seconds.ours * 1e3,
            peer_name: None,
        }
    }

    /// Names the peer.
    pub fn beside(mut self, peer: Option<String>) -> Self {
        self.peer_name = peer;
        self
    }
}

impl Report {
    /// An empty report of a machine; the operators are checked on values by the seed.
    pub fn new(machine: Machine, seed: u64) -> Self {
        Self {
            schema_version: 1,
            machine,
            seed,
            checks: Vec::new(),
            results: Vec::new(),
            summary: Summary::default(),
            error: None,
        }
    }

    /// Adds the outcome of a check, the first difference or none; says whether it passed.
    pub fn check(&mut self, name: String, difference: Option<String>) -> bool {
        match &difference {
            None => eprintln!("gpu-check: {name}: equal"),
            Some(difference) => eprintln!("gpu-check: {name}: DIFFERS: {difference}"),
        }
        let passed = difference.is_none();
        self.checks.push(Check {
            name,
            passed,
            difference,
        });
        passed
    }

    /// Adds a throughput.
    pub fn measured(&mut self, measured: Measured) {
        let Measured {
            name, ours, unit, ..
        } = &measured;
        match (measured.peer, &measured.peer_name) {
            (Some(peer), Some(who)) => {
                eprintln!("gpu-check: {name}: {ours:.3} {unit}, {who} {peer:.3}");
            }
            _ => eprintln!("gpu-check: {name}: {ours:.3} {unit}"),
        }
        self.results.push(measured);
        let ratios = self.results.iter().filter_map(|result| result.ratio);
        self.summary = Summary::of(&ratios.collect::<Vec<_>>());
    }

    /// Notes that this is all, and why.
    pub fn broken_off(&mut self, error: &anyhow::Error) {
        self.error = Some(format!("{error:#}"));
    }

    /// Takes all throughputs back: a device whose bits differ has none.
    pub fn withdraw(&mut self) {
        self.results.clear();
        self.summary = Summary::default();
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

impl Summary {
    fn of(ratios: &[f64]) -> Self {
        let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
        Self {
            geomean: (!ratios.is_empty()).then(|| (logs / ratios.len() as f64).exp()),
            min: ratios.iter().copied().min_by(f64::total_cmp),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bigger_is_better() {
        let seconds = Seconds {
            ours: 0.5,
            peer: Some(0.25),
        };
        let measured = Measured::new("x", 4.0, seconds, "GB/s");
        assert_eq!((measured.ours, measured.peer), (8.0, Some(16.0)));
        assert_eq!((measured.ratio, measured.milliseconds), (Some(0.5), 500.0));
    }

    #[test]
    fn the_summary_is_of_the_ratios_that_there_are() {
        let none = Summary::of(&[]);
        assert_eq!((none.geomean, none.min), (None, None));
        let two = Summary::of(&[0.5, 2.0]);
        assert_eq!(two.min, Some(0.5));
        assert!((two.geomean.unwrap() - 1.0).abs() < 1e-12);
    }
}
