//! A disk that fills up.

use std::time::Instant;

use super::{others_go_on, start, Blow};
use crate::{
    network::{Network, SPARE},
    volume::Volume,
};

/// Size of the small disk, in MiB.
const SIZE_MIB: u32 = 1024;

/// The node stops when less is free, in MiB, which it looks for every few seconds. Were nothing left at all before it looks,
/// it would end without a word.
const THRESHOLD: [&str; 2] = ["--db-storage-threshold", "128"];

/// What is left free, in MiB.
const LEFT: u32 = 64;

pub(super) async fn full(network: &mut Network, blow: Blow) -> Instant {
    network.kill(&[SPARE]);
    let volume = Volume::new(network.node(SPARE).directory(), SIZE_MIB);
    network.node(SPARE).set_within(&volume.within());
    network.forget(SPARE);
    network.start_with(SPARE, &THRESHOLD).await;
    network.until_finality_goes_on().await;

    volume.fill(LEFT);
    network.node(SPARE).says("dropped below threshold").await;
    let status = tokio::task::block_in_place(|| network.node(SPARE).wait());
    assert!(!status.success(), "a full disk is an error: {status}");
    network.ended(SPARE);
    others_go_on(network, blow.blocks).await;

    volume.make_room();
    network.start_with(SPARE, &THRESHOLD).await;
    network.until_finality_goes_on().await;
    network.kill(&[SPARE]);
    network.node(SPARE).set_within(&[]);
    network.forget(SPARE);
    start(network, &[SPARE]).await
}
