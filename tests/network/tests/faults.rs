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

/// The faults, and those that they fall on. Two validators come first, for a game must be running then.
const STRUCK: [(Fault, [Index; 2]); 11] = [
    (Fault::TwoValidators, [2, 3]),
    (Fault::PowerCut, [0, 1]),
    (Fault::OneValidator, [3, 0]),
    (Fault::Partition, [0, 2]),
    (Fault::Latency, [0, 1]),
    (Fault::FastClock, [1, 0]),
    (Fault::SlowClock, [2, 0]),
    (Fault::OldDatabase, [3, 0]),
    (Fault::FreshNode, [0, 1]),
    (Fault::FullDisk, [0, 1]),
    (Fault::Twin, [3, 0]),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_fork_is_finalised_and_no_job_or_dispute_is_lost() {
    let mut network = Network::start().await;
    let mut market = Market::open(&network).await;
    for (fault, [validator, other]) in STRUCK {
        market.keep_open(&network).await;
        let blow = Blow {
            validator,
            other,
            blocks: BLOCKS,
        };
        let recovered = fault.strike(&mut network, &mut market, blow).await;
        eprintln!("{}: whole again after {recovered:?}", fault.name());
    }
    market.finish(&network).await;
}
