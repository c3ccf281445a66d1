//! A clock that is wrong.

use std::{path::PathBuf, time::Instant};

use super::{others_go_on, start, Blow};
use crate::network::Network;

/// How wrong.
const SKEW: &str = "+30s";

pub(super) async fn fast(network: &mut Network, blow: Blow) -> Instant {
    network.kill(&[blow.validator]);
    let within = skewed();
    network.node(blow.validator).set_within(&within);
    network.start_nodes(&[blow.validator]).await;
    others_go_on(network, blow.blocks).await;
    network.kill(&[blow.validator]);
    network.node(blow.validator).set_within(&[]);
    start(network, &[blow.validator]).await
}

/// The command that runs a program with a fast clock. Waiting takes as long as ever.
fn skewed() -> [String; 4] {
    let library = format!("LD_PRELOAD={}", library().display());
    let skew = format!("FAKETIME={SKEW}");
    ["env", &library, &skew, "FAKETIME_DONT_FAKE_MONOTONIC=1"].map(str::to_owned)
}

/// Debian's libfaketime.
fn library() -> PathBuf {
    let directories = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten();
    let paths = directories.map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    let found = paths.into_iter().find(|path| path.is_file());
    found.expect(
        "no libfaketimeMT.so.1 under /usr/lib: scripts/setup installs Debian's package faketime",
    )
}
