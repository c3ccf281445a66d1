//! The chain of a network under test.

use std::path::{Path, PathBuf};

use assay_processes::node::{spec_at, Pace, GENESIS};
use serde_json::json;

/// Two blocks a second, so that finality soon lags by the blocks after which chain time stands. Whoever is to move has a few more
/// than these, as on the main chain: a stall takes no game from anybody.
pub const PACE: Pace = Pace {
    challenge_window: 80,
    move_allowance: 64,
    budget_factor: 6_000,
    retention: 600,
    ..Pace::FAST
};

/// By how much referenda take fewer blocks than on the main chain: one on root's track takes fifty.
const TIME_DIVISOR: u32 = 600;

/// Blocks in which there is room to replace the runtime: that takes more than a third of half a second.
pub const UPGRADE_PACE: Pace = Pace {
    slot_ms: 1_000,
    budget_factor: 6_000,
    ..Pace::FAST
};

/// Writes the specification of the local chain at a pace.
///
/// # Panics
/// If the node does not export one of that form, or the file cannot be written.
pub fn write(directory: &Path, pace: Pace) -> PathBuf {
    let mut spec = spec_at("local", pace);
    // Nodes of a local chain tell each other where they listen, which would lead past the ways between them.
    spec["chainType"] = json!("Live");
    let divisor = spec.pointer_mut(&format!("{GENESIS}/timing/timing/timeDivisor"));
    *divisor.expect("the specification has a pace") = json!(TIME_DIVISOR);
    let path = directory.join("local.json");
    std::fs::write(&path, spec.to_string()).expect("the directory can be written to");
    path
}
