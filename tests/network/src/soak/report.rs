//! What a run has measured.

use std::num::NonZeroUsize;

use assay_network_tests::lag::Lag;
use serde::Serialize;

/// A whole run.
#[derive(Serialize)]
pub(crate) struct Report {
    /// Where it ran.
    pub(crate) machine: Machine,
    /// What the nodes' program calls itself: its version and the commit that it was built from.
    pub(crate) node: String,
    /// How long it took.
    pub(crate) seconds: u64,
    /// Blocks that were finalised.
    pub(crate) finalised: u32,
    /// What order and victims came from.
    pub(crate) seed: u64,
    /// Blocks for which each fault lasted, at least.
    pub(crate) blocks: u32,
    /// The faults, in their order.
    pub(crate) faults: Vec<Struck>,
}

/// Where it ran.
#[derive(Serialize)]
pub(crate) struct Machine {
    /// The processor's name.
    cpu: String,
    /// Threads that it runs at once.
    threads: usize,
}

impl Machine {
    /// This machine.
    pub(crate) fn here() -> Self {
        let threads = std::thread::available_parallelism();
        Self {
            cpu: assay_testing::cpu_name(),
            threads: threads.map_or(1, NonZeroUsize::get),
        }
    }
}

/// A fault.
#[derive(Serialize)]
pub(crate) struct Struck {
    /// Its name.
    pub(crate) fault: &'static str,
    /// From its end until all nodes had called a block final that was made since.
    pub(crate) recovery_seconds: f64,
    /// In blocks, as the gate saw it from the fault's beginning to the recovery; none where the gate was away too.
    pub(crate) finality_lag: Option<Lag>,
}
