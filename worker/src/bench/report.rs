//! What is printed.

use std::io::{self, Write};

use assay_engine::Simd;
use assay_protocol::{DeviceRate, Params};
use serde::Serialize;

use super::{offers::Offer, rates::Speed};
use crate::{compute::Device, machine};

/// Version of the JSON document.
const SCHEMA_VERSION: u32 = 1;

/// How fast this machine is.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    schema_version: u32,
    processor: String,
    cores: usize,
    simd: String,
    /// What was measured.
    device: String,
    speed: Speed,
    /// Bytes a second that are on the disk for good.
    disk_bytes_per_second: f64,
    /// The node.
    pub(super) node: Network,
    /// Open jobs.
    pub(super) offers: Vec<Offer>,
}

/// The way to the node.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Network {
    /// It answers.
    Reached {
        /// Where it is.
        url: String,
        /// Seconds that a question takes.
        seconds: f64,
    },
    /// It does not.
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why not.
        error: String,
    },
}

impl Report {
    pub(super) fn new(
        device: &dyn Device,
        simd: Simd,
        speed: Speed,
        disk_bytes_per_second: f64,
    ) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            processor: machine::processor(),
            cores: machine::cores(),
            simd: simd.to_string(),
            device: device.name(),
            speed,
            disk_bytes_per_second,
            node: Network::Unreachable {
                url: String::new(),
                error: "not asked".to_owned(),
            },
            offers: Vec::new(),
        }
    }

    /// This machine as the chain describes one.
    pub(super) fn rate(&self) -> DeviceRate {
        DeviceRate {
            flops_per_second: self.speed.flops_per_second as u64,
            bytes_per_second: self.speed.bytes_per_second as u64,
            nanos_per_node: self.speed.nanos_per_node.ceil() as u32,
        }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self {
            speed,
            processor,
            cores,
            simd,
            ..
        } = self;
        writeln!(out, "machine        {processor}, {cores} cores, {simd}")?;
        writeln!(out, "device         {}", self.device)?;
        let (flops, bytes) = (speed.flops_per_second / 1e9, speed.bytes_per_second / 1e9);
        writeln!(out, "products       {flops:.1} GFLOP/s")?;
        writeln!(out, "memory         {bytes:.1} GB/s")?;
        writeln!(
            out,
            "nodes          {:.1} us each",
            speed.nanos_per_node / 1e3
        )?;
        writeln!(
            out,
            "training       {:.0} steps/s of a 3 x 512 perceptron, 128 a batch",
            speed.steps_per_second
        )?;
        let hashed = speed.hashed_bytes_per_second / 1e9;
        writeln!(out, "hashing        {hashed:.2} GB/s")?;
        writeln!(
            out,
            "disk           {:.0} MB/s",
            self.disk_bytes_per_second / 1e6
        )?;
        match &self.node {
            Network::Reached { url, seconds } => {
                writeln!(out, "node           {:.1} ms to {url}", seconds * 1e3)?;
            }
            Network::Unreachable { url, error } => {
                writeln!(out, "node           {url} cannot be reached: {error}")?;
            }
        }
        writeln!(out, "reference      {}", self.against_reference())?;
        self.write_offers(out)
    }

    fn write_offers(&self, out: &mut impl Write) -> io::Result<()> {
        if let (Network::Reached { .. }, []) = (&self.node, self.offers.as_slice()) {
            writeln!(out, "no job is open")?;
        }
        for offer in &self.offers {
            write!(
                out,
                "job {}: {:.3} tokens an hour; a segment takes {:.1} of its {} s and pays {:.3}",
                offer.job,
                offer.tokens_per_hour,
                offer.seconds_per_segment,
                offer.declared_seconds,
                offer.price_per_segment
            )?;
            match offer.obstacle {
                Some(obstacle) => writeln!(out, "; it {obstacle}")?,
                None => writeln!(out)?,
            }
        }
        Ok(())
    }

    /// How this machine compares with the slowest that a job for processors must allow for.
    fn against_reference(&self) -> String {
        let (ours, reference) = (self.rate(), Params::main().limits.reference_cpu);
        let times = |ours: f64, reference: f64| format!("{:.1}", ours / reference);
        format!(
            "{} times the slowest processor's products that jobs allow for, {} times its memory, {} times its nodes",
            times(ours.flops_per_second as f64, reference.flops_per_second as f64),
            times(ours.bytes_per_second as f64, reference.bytes_per_second as f64),
            times(f64::from(reference.nanos_per_node), f64::from(ours.nanos_per_node)),
        )
    }
}
