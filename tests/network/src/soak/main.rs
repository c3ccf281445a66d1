//! Strikes a network with random faults for a long time, with jobs and disputes open, and writes down figures.

mod report;

use std::{
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context;
use assay_client::At;
use assay_network_tests::{
    faults::{Blow, Fault},
    lag::Meter,
    network::{Network, GATE, VALIDATORS},
    work::Market,
};
use assay_processes::program;
use clap::Parser;
use report::{Machine, Report, Struck};

/// Strikes a network of four validators and two full nodes with random faults. A job and a dispute are open during each. Ends
/// with a failure as soon as anything that must hold does not.
#[derive(Parser)]
#[command(name = "scripts/soak")]
struct Options {
    /// How often all faults are struck, each time in another order.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Begin no fault after this many minutes.
    #[arg(long)]
    minutes: Option<u64>,
    /// What the order and the victims come from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Blocks for which each fault lasts, at least; an old database is this old.
    #[arg(long, default_value_t = 200)]
    blocks: u32,
    /// Strike only faults whose name contains this.
    #[arg(long, value_name = "NAME", default_value = "")]
    only: String,
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let report = soak(&options).await;
    let figures = serde_json::to_string_pretty(&report)?;
    if let Some(file) = &options.json {
        std::fs::write(file, &figures)
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    println!("{figures}");
    Ok(())
}

async fn soak(options: &Options) -> Report {
    let begun = Instant::now();
    let limit = options
        .minutes
        .map(|minutes| Duration::from_secs(60 * minutes));
    let late = || limit.is_some_and(|limit| begun.elapsed() >= limit);
    let mut network = Network::start().await;
    let mut market = Market::open(&network).await;
    let mut struck = Vec::new();
    let mut random = Random(options.seed);
    for _ in 0..options.rounds {
        let mut faults = Fault::ALL.to_vec();
        random.shuffle(&mut faults);
        faults.retain(|fault| fault.name().contains(&options.only));
        for fault in faults {
            if late() {
                break;
            }
            struck.push(
                strike(
                    &mut network,
                    &mut market,
                    fault,
                    random.blow(options.blocks),
                )
                .await,
            );
        }
    }
    let best = network.chain(GATE).head(At::Finalised).await;
    Report {
        machine: Machine::here(),
        node: version(),
        seconds: begun.elapsed().as_secs(),
        finalised: best.map_or(0, |head| head.number),
        seed: options.seed,
        blocks: options.blocks,
        faults: struck,
    }
}

/// What the nodes' program says that it is.
fn version() -> String {
    let said = Command::new(program("assay-node"))
        .arg("--version")
        .output();
    let said = said.expect("the nodes' program runs");
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

async fn strike(network: &mut Network, market: &mut Market, fault: Fault, blow: Blow) -> Struck {
    eprintln!("soak: {}: {blow:?}", fault.name());
    market.begin(network).await;
    let meter = (fault != Fault::PowerCut).then(|| Meter::start(network.chain(GATE)));
    let recovered = fault.strike(network, market, blow).await;
    let lag = meter.and_then(Meter::stop);
    market.finish(network).await;
    network.check_finality().await;
    eprintln!("soak: {}: whole again after {recovered:?}", fault.name());
    Struck {
        fault: fault.name(),
        recovery_seconds: recovered.as_secs_f64(),
        finality_lag: lag,
    }
}

/// Numbers that a seed determines (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            all.swap(last, self.below(last + 1));
        }
    }

    fn blow(&mut self, blocks: u32) -> Blow {
        let mut validators = VALIDATORS;
        self.shuffle(&mut validators);
        Blow {
            validator: validators[0],
            other: validators[1],
            blocks,
        }
    }
}
