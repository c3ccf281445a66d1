//! Nodes that are killed.

use std::time::Instant;

use assay_client::At;

use super::{others_go_on, start, Blow};
use crate::{
    network::{Network, GATE},
    work::Market,
};

/// Blocks by which finality must lag until chain time surely stands: fifty by the median of nine hints.
const STANDS_AFTER: u32 = 60;

pub(super) async fn one(network: &mut Network, blow: Blow) -> Instant {
    network.kill(&[blow.validator]);
    others_go_on(network, blow.blocks).await;
    start(network, &[blow.validator]).await
}

/// Whoever is to move in the game is silent, and would lose it were this no stall.
pub(super) async fn two(network: &mut Network, market: &mut Market, blow: Blow) -> Instant {
    market.silence();
    let victims = [blow.validator, blow.other];
    network.kill(&victims);
    // Votes that were on their way are for blocks up to here.
    let best = network.best().await;
    let stands = network.until(GATE, "a stall", |heads| {
        heads.best.number >= best.max(heads.finalised.number + STANDS_AFTER)
    });
    let stands = stands.await.best.number;
    let before = chain_time(network).await;
    let owed = market.deadline(network).await;
    let left = owed.saturating_sub(before) + 1;
    let later = network.until(GATE, "blocks in a stall", |heads| {
        heads.best.number >= stands + left.max(blow.blocks)
    });
    let later = later.await;
    assert_eq!(chain_time(network).await, before, "chain time stands");
    assert_eq!(market.deadline(network).await, owed, "the game waits");
    assert!(later.finalised.number <= best, "two of four finalise");
    market.go_on();
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
