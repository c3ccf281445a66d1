//! A network under one fault after the other.
//!
//! Needs the binaries `assay-node`, `assay-worker` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for. Takes the right to mount a file system in memory, and libfaketime. All faults are struck on one network, since
//! it takes longer to start than most of them.

use assay_network_tests::{
    faults::{Blow, Fault},
    links::Index,
    network::Network,
    work::Market,
};

/// Blocks for which a fault lasts.
const BLOCKS: u32 = 8;

/// A fault, and those that it falls on.
type Row = (Fault, [Index; 2]);

/// Faults that come while work is open: a dispute at the first, its job throughout.
const AT_WORK: [Row; 2] = [(Fault::TwoValidators, [2, 3]), (Fault::PowerCut, [0, 1])];

/// The others.
const AT_REST: [Row; 8] = [
    (Fault::OneValidator, [3, 0]),
    (Fault::Partition, [0, 2]),
    (Fault::Latency, [0, 1]),
    (Fault::FastClock, [1, 0]),
    (Fault::OldDatabase, [3, 0]),
    (Fault::FreshNode, [0, 1]),
    (Fault::FullDisk, [0, 1]),
    (Fault::Twin, [3, 0]),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_fork_is_finalised_and_no_job_or_dispute_is_lost() {
    let mut network = Network::start().await;
    let mut market = Market::open(&network).await;
    let job = market.begin(&network).await;
    strike_all(&mut network, &AT_WORK).await;
    market.finish(&network, job).await;
    strike_all(&mut network, &AT_REST).await;
}

async fn strike_all(network: &mut Network, rows: &[Row]) {
    for (fault, [validator, other]) in rows {
        let blow = Blow {
            validator: *validator,
            other: *other,
            blocks: BLOCKS,
        };
        let recovered = fault.strike(network, blow).await;
        eprintln!("{}: whole again after {recovered:?}", fault.name());
    }
}
