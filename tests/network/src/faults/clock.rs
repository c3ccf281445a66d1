//! A clock that is wrong.

use std::{
    path::PathBuf,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use super::{others_go_on, start, Blow};
use crate::network::Network;

/// Half a minute ahead, in seconds.
pub(super) const FAST: i64 = 30;
/// Half a minute behind.
pub(super) const SLOW: i64 = -30;

/// Time zones differ by multiples of this many seconds, and a node writes its own time of day.
const ZONES: i64 = 900;

pub(super) async fn wrong(network: &mut Network, blow: Blow, skew: i64) -> Instant {
    network.kill(&[blow.validator]);
    let within = skewed(skew);
    network.node(blow.validator).set_within(&within);
    let before = now();
    network.start_nodes(&[blow.validator]).await;
    let line = network
        .node(blow.validator)
        .says("Local node identity")
        .await;
    let after = now();
    let late = (clock_in(&line) - skew - before).rem_euclid(ZONES);
    assert!(late <= after - before, "its clock is not wrong: {line}");
    others_go_on(network, blow.blocks).await;
    network.kill(&[blow.validator]);
    network.node(blow.validator).set_within(&[]);
    start(network, &[blow.validator]).await
}

/// This machine's clock, in seconds.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("it is later than 1970").as_secs() as i64
}

/// The time of day with which a line of a node's log begins, in seconds, as `2026-11-23 23:54:07`.
fn clock_in(line: &str) -> i64 {
    let time = line.split_whitespace().nth(1).unwrap_or_default();
    let parts = time.split(':').map(str::parse::<i64>);
    let parts: Result<Vec<_>, _> = parts.collect();
    match parts.as_deref() {
        Ok([hours, minutes, seconds]) => 3600 * hours + 60 * minutes + seconds,
        _ => panic!("no time of day: {line}"),
    }
}

/// The command that runs a program with a clock that is wrong by so many seconds. Waiting takes as long as ever.
fn skewed(skew: i64) -> [String; 4] {
    let library = format!("LD_PRELOAD={}", library().display());
    let skew = format!("FAKETIME={skew:+}s");
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
