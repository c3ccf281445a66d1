//! What was measured.

use anyhow::Result;
use assay_bench::Machine;
use serde::Serialize;
use std::borrow::Cow;
use std::io::Write;

/// A report; `schema_version` grows with every change that a reader could trip over.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    /// Beside whom.
    peer: &'static str,
    /// One entry for each case.
    pub results: Vec<Measurement>,
    summary: Summary,
}

/// One case.
#[derive(Debug, Serialize)]
pub struct Measurement {
    name: Cow<'static, str>,
    /// Our throughput.
    ours: f64,
    /// The peer's.
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

impl Measurement {
    /// Throughputs of both sides.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        ours: f64,
        peer: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            name: name.into(),
            ours,
            peer,
            unit,
            ratio: ours / peer,
        }
    }
}

impl Report {
    /// Summarises results, of which there is at least one.
    pub fn new(machine: Machine, peer: &'static str, results: Vec<Measurement>) -> Self {
        let logs: f64 = results.iter().map(|result| result.ratio.ln()).sum();
        let geomean = (logs / results.len() as f64).exp();
        let min = results
            .iter()
            .map(|result| result.ratio)
            .fold(f64::INFINITY, f64::min);
        Self {
            schema_version: 1,
            machine,
            peer,
            results,
            summary: Summary { geomean, min },
        }
    }

    /// The report for a reader.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        let Machine {
            cpu, threads, simd, ..
        } = &self.machine;
        writeln!(out, "{cpu}, {threads} threads, {simd}; medians")?;
        for result in &self.results {
            let Measurement {
                name,
                ours,
                peer,
                unit,
                ratio,
            } = result;
            writeln!(
                out,
                "{name:44} ours {ours:>12.2}  {} {peer:>12.2} {unit}  ratio {ratio:.3}",
                self.peer
            )?;
        }
        writeln!(
            out,
            "geometric mean {:.2}, least {:.2}",
            self.summary.geomean, self.summary.min
        )?;
        Ok(())
    }
}
