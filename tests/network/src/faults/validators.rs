//! Nodes that are killed.

use std::time::Instant;

use assay_client::At;

use super::{others_go_on, start, Blow};
use crate::network::{Network, GATE};

/// Blocks by which finality must lag until chain time surely stands: fifty by the median of nine hints.
const STANDS_AFTER: u32 = 60;

pub(super) async fn one(network: &mut Network, blow: Blow) -> Instant {
    network.kill(&[blow.validator]);
    others_go_on(network, blow.blocks).await;
    start(network, &[blow.validator]).await
}

pub(super) async fn two(network: &mut Network, blow: Blow) -> Instant {
    let victims = [blow.validator, blow.other];
    network.kill(&victims);
    // Votes that were on their way are for blocks up to here.
    let best = network.best().await;
    let stands = network.until(GATE, "a stall", |heads| {
        heads.best.number >= best.max(heads.finalised.number + STANDS_AFTER)
    });
    let stands = stands.await.best.number;
    let before = chain_time(network).await;
    let later = network.until(GATE, "blocks in a stall", |heads| {
        heads.best.number >= stands + blow.blocks
    });
    let later = later.await;
    assert_eq!(chain_time(network).await, before, "chain time stands");
    assert!(later.finalised.number <= best, "two of four finalise");
    start(network, &victims).await
}

pub(super) async fn all(network: &mut Network) -> Instant {
    let everybody = network.everybody();
    network.kill(&everybody);
    start(network, &everybody).await
}

async fn chain_time(network: &Network) -> u32 {
    let time = network.chain(GATE).chain_time(At::Best).await;
    time.unwrap_or_else(|error| panic!("{error}"))
}
