//! A disk that fills up.

use std::{path::Path, time::Instant};

use super::{
    database::{copy_all, replace},
    others_go_on, start, Blow,
};
use crate::{links::Index, network::Network, volume::Volume};

/// Size of the small disk, in MiB.
const SIZE_MIB: u32 = 1024;

/// The node stops when less is free, in MiB, which it looks for every few seconds.
const WATCHED: [&str; 2] = ["--db-storage-threshold", "128"];
/// What is left free then, in MiB.
const LEFT: u32 = 64;

/// It never looks: its database meets the full disk.
const UNWATCHED: [&str; 2] = ["--db-storage-threshold", "0"];

pub(super) async fn full(network: &mut Network, blow: Blow) -> Instant {
    let struck = blow.validator;
    network.kill(&[struck]);
    let height = network.best().await;
    let directory = network.node(struck).directory().to_owned();
    let volume = Volume::new(&directory, SIZE_MIB);
    copy_all(&directory, &volume.seen_from_outside()).expect("the database fits");
    network.node(struck).set_within(&volume.within());

    network.start_with(struck, &WATCHED).await;
    network.until_finality_goes_on().await;
    volume.fill(LEFT);
    network.node(struck).says("dropped below threshold").await;
    let failed = ended(network, struck);
    assert!(failed, "a full disk is an error");
    others_go_on(network, blow.blocks).await;
    volume.make_room();

    network.start_with(struck, &UNWATCHED).await;
    network.until_finality_goes_on().await;
    volume.fill(0);
    let failed = ended(network, struck);
    assert!(failed, "a database that cannot be written is an error");
    others_go_on(network, 1).await;
    volume.make_room();

    network.node(struck).set_within(&[]);
    bring_back(volume, &directory);
    let now = start(network, &[struck]).await;
    let known = network.node(struck).known_block().await;
    assert!(known >= height, "{known}: the database was lost");
    now
}

/// Waits until a node has ended; whether it said that something was wrong.
fn ended(network: &mut Network, number: Index) -> bool {
    let status = tokio::task::block_in_place(|| network.node(number).wait());
    network.ended(number);
    !status.success()
}

/// Puts what is on a small disk where it is mounted, and unmounts it.
fn bring_back(volume: Volume, directory: &Path) {
    let copy = directory.with_extension("copy");
    copy_all(&volume.seen_from_outside(), &copy).expect("the database can be copied");
    drop(volume);
    replace(directory, &copy).expect("the database can be moved back");
}
