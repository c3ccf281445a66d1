//! `assay-worker bench`: how fast this machine is, and what it could earn with that.
//!
//! Three rates tell how long a step of any program takes, as the chain reckons it: operations, bytes moved, and a cost for each
//! node. They are measured with programs that consist of hardly anything else.

mod disk;
mod offers;
mod programs;
mod rates;
mod report;

use std::{
    io::Write,
    time::{Duration, Instant},
};

use assay_client::{At, ChainClient};

use crate::{daemon::honest, options::BenchOptions};
use offers::open_offers;
use report::{Network, Report};

/// Questions to the node whose median counts.
const QUESTIONS: usize = 9;

/// Measures this machine and prints what it could earn at.
///
/// # Errors
/// If the device that was asked for is missing, if it or the disk fails, or the output cannot be written. A node that cannot be reached is told, no error.
pub async fn bench(options: &BenchOptions, out: &mut impl Write) -> anyhow::Result<()> {
    let machine = options.machine.machine()?;
    let device = honest(&options.machine).await?.device.clone();
    let least = Duration::from_secs_f64(options.seconds);
    let (directory, measured_device) = (options.machine.data_dir.clone(), device.clone());
    let measured = tokio::task::spawn_blocking(move || -> anyhow::Result<_> {
        Ok((
            rates::measure(measured_device.as_ref(), machine, least)?,
            disk::written_per_second(&directory)?,
        ))
    });
    let (speed, disk) = measured.await??;
    let mut report = Report::new(device.as_ref(), machine.simd, speed, disk);
    match ChainClient::connect(&options.chain.node, options.chain.genesis).await {
        Ok(chain) => {
            report.node = Network::Reached {
                url: chain.url().to_owned(),
                seconds: answer_seconds(&chain).await?,
            };
            let memory_bytes = match device.free_bytes()? {
                Some(own) => own.min(machine.memory_bytes),
                None => machine.memory_bytes,
            };
            report.offers =
                open_offers(&chain, &report.rate(), device.class(), memory_bytes).await?;
        }
        Err(error) => {
            report.node = Network::Unreachable {
                url: options.chain.node.clone(),
                error: error.to_string(),
            }
        }
    }
    match options.json {
        true => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        false => report.write(out)?,
    }
    Ok(())
}

/// Seconds that a question to the node takes.
async fn answer_seconds(chain: &ChainClient) -> anyhow::Result<f64> {
    let mut times = Vec::with_capacity(QUESTIONS);
    for _ in 0..QUESTIONS {
        let asked = Instant::now();
        chain.chain_time(At::Best).await?;
        times.push(asked.elapsed());
    }
    times.sort();
    Ok(times[QUESTIONS / 2].as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Cli, Command};
    use clap::Parser;

    #[tokio::test]
    async fn a_machine_without_a_node_is_measured() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("new").display().to_string();
        let arguments = [
            "assay-worker",
            "bench",
            "--json",
            "--seconds",
            "0.01",
            "--node",
            "ws://127.0.0.1:1",
            "--data-dir",
            &data,
        ];
        let Command::Bench(options) = Cli::parse_from(arguments).command else {
            panic!("not bench")
        };
        let mut out = Vec::new();
        bench(&options, &mut out).await.unwrap();
        let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
        for rate in [
            "flops_per_second",
            "bytes_per_second",
            "nanos_per_node",
            "hashed_bytes_per_second",
            "steps_per_second",
        ] {
            assert!(json["speed"][rate].as_f64().unwrap() > 0.0, "{rate}");
        }
        assert!(json["disk_bytes_per_second"].as_f64().unwrap() > 0.0);
        assert_eq!(json["node"]["unreachable"]["url"], "ws://127.0.0.1:1");
        assert_eq!(json["offers"], serde_json::json!([]));
        assert_eq!(std::fs::read_dir(data).unwrap().count(), 0, "nothing stays");
    }
}
