//! Databases that are gone or old.

use std::{fs, io, path::Path, time::Instant};

use super::{others_go_on, start, Blow};
use crate::network::{Network, SPARE};

pub(super) async fn fresh(network: &mut Network) -> Instant {
    network.kill(&[SPARE]);
    let directory = network.node(SPARE).directory().to_owned();
    fs::remove_dir_all(&directory).expect("the database can be removed");
    fs::create_dir_all(&directory).expect("the directory can be made");
    let now = Instant::now();
    network.start_with(SPARE, &["--sync", "warp"]).await;
    network.node(SPARE).says("State sync is complete").await;
    network
        .node(SPARE)
        .says("Block history download is complete")
        .await;
    network.forget(SPARE);
    now
}

/// The validator has voted since: it may vote again in rounds that it has forgotten. The others have long concluded them.
pub(super) async fn old(network: &mut Network, blow: Blow) -> Instant {
    network.kill(&[blow.validator]);
    let directory = network.node(blow.validator).directory().to_owned();
    let copy = directory.with_extension("copy");
    let height = network.best().await;
    copy_all(&directory, &copy).expect("the database can be copied");
    network.start_nodes(&[blow.validator]).await;
    others_go_on(network, blow.blocks).await;
    network.kill(&[blow.validator]);
    replace(&directory, &copy).expect("the database can be moved back");
    let now = start(network, &[blow.validator]).await;
    let known = network.node(blow.validator).known_block().await;
    assert!(known <= height, "{known}: the database is not the old one");
    now
}

pub(super) fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Moves a directory to where there is another one.
pub(super) fn replace(directory: &Path, by: &Path) -> io::Result<()> {
    fs::remove_dir_all(directory)?;
    fs::rename(by, directory)
}
