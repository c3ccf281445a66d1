//! What goes wrong on a network, and what must hold while it does.
//!
//! Each fault is struck on a network that is whole and finalises, and leaves it so. It panics where what must hold does
//! not; at its end all nodes agree on all that any of them has ever called final.

mod clock;
mod database;
mod disk;
mod twin;
mod validators;
mod ways;

use std::time::{Duration, Instant};

use crate::{links::Index, network::Network, work::Market};

/// A fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// One validator is killed: finality goes on without it, and it catches up.
    OneValidator,
    /// Two validators are killed: finality and chain time stand still, blocks do not.
    TwoValidators,
    /// The network falls into halves that cannot finalise: they go separate ways and unite.
    Partition,
    /// Everything that is said takes long: finality goes on.
    Latency,
    /// A validator's clock is half a minute fast: finality goes on, and it follows.
    FastClock,
    /// A validator's clock is half a minute slow: finality goes on, and it follows half a minute later.
    SlowClock,
    /// All nodes are killed at once.
    PowerCut,
    /// A full node comes fresh, with warp sync.
    FreshNode,
    /// A validator's database is an old copy of its own.
    OldDatabase,
    /// A validator's disk fills up: it stops, and comes back when there is room.
    FullDisk,
    /// A second machine has a validator's keys: both make blocks in one slot, which is reported, and the validator is disabled.
    Twin,
}

/// How a fault is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blow {
    /// The validator that it falls on.
    pub validator: Index,
    /// The one that goes with it, where two do.
    pub other: Index,
    /// Blocks for which it lasts, at least. A stall of finality lasts as many more as it takes until chain time stands.
    pub blocks: u32,
}

impl Fault {
    /// All faults.
    pub const ALL: [Self; 11] = [
        Self::OneValidator,
        Self::TwoValidators,
        Self::Partition,
        Self::Latency,
        Self::FastClock,
        Self::SlowClock,
        Self::PowerCut,
        Self::FreshNode,
        Self::OldDatabase,
        Self::FullDisk,
        Self::Twin,
    ];

    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OneValidator => "one validator killed",
            Self::TwoValidators => "two validators killed",
            Self::Partition => "partition",
            Self::Latency => "latency",
            Self::FastClock => "fast clock",
            Self::SlowClock => "slow clock",
            Self::PowerCut => "power cut",
            Self::FreshNode => "fresh node",
            Self::OldDatabase => "old database",
            Self::FullDisk => "full disk",
            Self::Twin => "keys on two machines",
        }
    }

    /// Strikes the network and waits until it is whole again. Returns the time from the fault's end, when the first
    /// process starts or the first way is mended, until all nodes have called a block final that was made since.
    ///
    /// # Panics
    /// Where something does not hold that must, and where no job is open.
    pub async fn strike(self, network: &mut Network, market: &mut Market, blow: Blow) -> Duration {
        assert!(market.is_open(network).await, "there is work to be lost");
        network.check_finality().await;
        let mended = match self {
            Self::OneValidator => validators::one(network, blow).await,
            Self::TwoValidators => validators::two(network, market, blow).await,
            Self::PowerCut => validators::all(network).await,
            Self::Partition => ways::partition(network, blow).await,
            Self::Latency => ways::latency(network, blow).await,
            Self::FastClock => clock::wrong(network, blow, clock::FAST).await,
            Self::SlowClock => clock::wrong(network, blow, clock::SLOW).await,
            Self::FreshNode => database::fresh(network).await,
            Self::OldDatabase => database::old(network, blow).await,
            Self::FullDisk => disk::full(network, blow).await,
            Self::Twin => twin::equivocate(network, blow).await,
        };
        network.until_finality_goes_on().await;
        mended.elapsed()
    }
}

/// Waits until the others have called this many more blocks final.
async fn others_go_on(network: &mut Network, blocks: u32) {
    let best = network.best().await;
    network.until_all_finalise(best + blocks).await;
}

/// Starts nodes; returns when it began to.
async fn start(network: &mut Network, numbers: &[Index]) -> Instant {
    let now = Instant::now();
    network.start_nodes(numbers).await;
    now
}
