//! What was measured.

use anyhow::Result;
use assay_bench::Machine;
use assay_testing_chain::Made;
use serde::Serialize;
use std::io::Write;

/// Seconds of execution that a chain allows for each second: a block may take a third of its slot.
const SHARE: f64 = 1.0 / 3.0;
/// The part of it that calls other than moves and their like get.
const NORMAL: f64 = 0.6;

/// A report; `schema_version` grows with every change that a reader could trip over.
#[derive(Debug, Serialize)]
pub struct Report {
    schema_version: u32,
    machine: Machine,
    /// A block of nothing, then one for each kind of extrinsic, in the order of a market's life.
    blocks: Vec<Block>,
    /// What one job occupies of the state.
    growth: Vec<Footprint>,
}

/// A block of extrinsics of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Block {
    name: String,
    extrinsics: usize,
    /// Bytes of one, on average.
    bytes: usize,
    /// Milliseconds that the author took to execute it.
    build_ms: f64,
    /// Milliseconds that another node takes to execute it and to reckon the state's root.
    import_ms: f64,
    /// Milliseconds that the chain has reckoned for the extrinsics, by their weights.
    weight_ms: f64,
    /// Extrinsics a second that this machine executes on import, the empty block's time apart.
    executed_per_second: Option<f64>,
    /// Extrinsics a second that the chain takes by their weight: moves and their like as much as a block may take, others 60 %.
    admitted_per_second: Option<f64>,
    #[serde(skip)]
    operational: bool,
}

/// What a job occupies of the state more than before it was submitted.
#[derive(Debug, Serialize)]
pub struct Footprint {
    /// When.
    pub moment: String,
    /// Stored items.
    pub items: i64,
    /// Bytes of their keys and values.
    pub bytes: i64,
}

impl Block {
    /// What making it and importing it took, in seconds.
    pub fn new(name: String, made: &Made, operational: bool, import: f64) -> Self {
        Self {
            name,
            extrinsics: made.extrinsics,
            bytes: made.bytes.checked_div(made.extrinsics).unwrap_or(0),
            build_ms: made.time.as_secs_f64() * 1e3,
            import_ms: import * 1e3,
            weight_ms: made.weight.ref_time() as f64 / 1e9,
            executed_per_second: None,
            admitted_per_second: None,
            operational,
        }
    }

    /// With its rates, which leave apart what an empty block takes.
    fn beside(mut self, empty: &Self) -> Self {
        let rate = |milliseconds: f64| self.extrinsics as f64 / milliseconds * 1e3;
        let share = SHARE * if self.operational { 1.0 } else { NORMAL };
        if self.extrinsics > 0 {
            self.executed_per_second = Some(rate(self.import_ms - empty.import_ms));
            self.admitted_per_second = Some(share * rate(self.weight_ms));
        }
        self
    }
}

impl Report {
    /// Puts the figures together; the first block is the empty one, which must be there. Of several blocks of one name the slowest counts.
    pub fn new(machine: Machine, blocks: Vec<Block>, growth: Vec<Footprint>) -> Self {
        let empty = blocks[0].clone();
        let mut slowest: Vec<Block> = Vec::new();
        for block in blocks {
            match slowest.iter_mut().find(|other| other.name == block.name) {
                Some(other) if other.import_ms >= block.import_ms => {}
                Some(other) => *other = block,
                None => slowest.push(block),
            }
        }
        Self {
            schema_version: 1,
            machine,
            blocks: slowest
                .into_iter()
                .map(|block| block.beside(&empty))
                .collect(),
            growth,
        }
    }

    /// The report for a reader.
    pub fn print(&self, out: &mut impl Write) -> Result<()> {
        writeln!(
            out,
            "{}, {} threads",
            self.machine.cpu, self.machine.threads
        )?;
        for block in &self.blocks {
            let rate = |rate: Option<f64>| rate.map_or("-".into(), |rate| format!("{rate:.0}"));
            writeln!(
                out,
                "{:22} {:3} x {:6} B  build {:8.2} ms  import {:8.2} ms  executed {:>6}/s  admitted {:>6}/s",
                block.name,
                block.extrinsics,
                block.bytes,
                block.build_ms,
                block.import_ms,
                rate(block.executed_per_second),
                rate(block.admitted_per_second),
            )?;
        }
        for Footprint {
            moment,
            items,
            bytes,
        } in &self.growth
        {
            writeln!(out, "{moment:40} {items:4} items {bytes:7} B")?;
        }
        Ok(())
    }
}
