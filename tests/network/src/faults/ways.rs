//! Ways that are cut, or long.

use std::time::{Duration, Instant};

use assay_client::H256;

use super::{others_go_on, Blow};
use crate::{
    links::Index,
    network::{Network, GATE, SPARE},
};

/// How long everything takes, in one direction: as from one side of the Earth to the other.
const FAR: Duration = Duration::from_millis(150);

pub(super) async fn partition(network: &mut Network, blow: Blow) -> Instant {
    let away = [blow.validator, blow.other, SPARE];
    network
        .links
        .part(|number| usize::from(away.contains(&number)));
    // Votes that were on their way are for blocks up to here.
    let best = network.best().await;
    let height = best + blow.blocks;
    let mut tips = Vec::new();
    for number in [GATE, SPARE] {
        let heads = network.until(number, "blocks of one half", |heads| {
            heads.best.number >= height
        });
        assert!(
            heads.await.finalised.number <= best,
            "a half of the validators finalises"
        );
        tips.push(block(network, number, height).await);
    }
    assert_ne!(tips[0], tips[1], "the halves have gone separate ways");
    let now = Instant::now();
    network.links.mend();
    now
}

pub(super) async fn latency(network: &mut Network, blow: Blow) -> Instant {
    network.links.delay(FAR);
    others_go_on(network, blow.blocks).await;
    let now = Instant::now();
    network.links.delay(Duration::ZERO);
    now
}

async fn block(network: &Network, number: Index, height: u32) -> H256 {
    let hash = network.chain(number).block_hash(height).await;
    let hash = hash.unwrap_or_else(|error| panic!("{error}"));
    hash.expect("the best chain has passed it")
}
