//! Nodes as processes.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::process::{Log, Process};

/// The variable that names the node's binary.
const NODE_VARIABLE: &str = "ASSAY_NODE_BIN";

/// The node's binary: `ASSAY_NODE_BIN`, or beside this test in the target directory, or in the scripts' one.
fn node_binary() -> PathBuf {
    if let Some(path) = std::env::var_os(NODE_VARIABLE) {
        return path.into();
    }
    let this = std::env::current_exe().unwrap();
    let beside = this
        .ancestors()
        .nth(2)
        .map(|profile| profile.join("assay-node"));
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache =
        cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    let scripts = cache.map(|cache| cache.join("assay/target/release/assay-node"));
    let found = [beside, scripts]
        .into_iter()
        .flatten()
        .find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!("no assay-node found: build it with scripts/build, or name it with {NODE_VARIABLE}")
    })
}

/// A node as a process that comes and goes.
pub struct Node {
    process: Option<Process>,
    log: Log,
    directory: PathBuf,
    arguments: Vec<String>,
    port: u16,
}

impl Node {
    /// Starts a development node with its own chain, with its files under `directory`, and waits until its RPC is open.
    pub async fn start(directory: &Path) -> Self {
        Self::with(directory, "node", &["--dev", "--port", "0"]).await
    }

    /// Starts a node with these arguments and its files under `directory/name`, and waits until its RPC is open.
    pub async fn with(directory: &Path, name: &str, arguments: &[impl AsRef<str>]) -> Self {
        let mut node = Self {
            process: None,
            log: Log::default(),
            directory: directory.join(name),
            arguments: Vec::new(),
            port: 0,
        };
        std::fs::create_dir_all(&node.directory).unwrap();
        node.run_with(arguments).await;
        node
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The port of its RPC.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Kills the node and starts it again on the same chain and port.
    pub async fn restart(&mut self, away: Duration) {
        self.kill();
        tokio::time::sleep(away).await;
        self.run().await;
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it, in place of a run that may go on, on the same chain and port, with these arguments.
    pub async fn run_with(&mut self, arguments: &[impl AsRef<str>]) {
        self.kill();
        let arguments = arguments.iter();
        self.arguments = arguments.map(|one| one.as_ref().to_owned()).collect();
        self.run().await;
    }

    /// Its name in the network, which it says when it starts.
    pub async fn identity(&self) -> String {
        let read = |line: &str| {
            let (_, name) = line.split_once("Local node identity is: ")?;
            Some(name.trim().to_owned())
        };
        self.log.find(0, read).await
    }

    async fn run(&mut self) {
        let said = self.log.lines().len();
        let mut command = Command::new(node_binary());
        command
            .args(&self.arguments)
            .args(["--no-prometheus", "--no-telemetry", "--no-mdns"])
            .args(["--rpc-port", &self.port.to_string()])
            .arg("--base-path")
            .arg(&self.directory);
        self.process = Some(Process::start(&mut command, &self.log));
        self.port = self.log.find(said, rpc_port).await;
    }
}

/// How fast a chain goes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Length of a slot, in milliseconds.
    pub slot_ms: u64,
    /// Blocks in which a commitment may be challenged.
    pub challenge_window: u32,
    /// Blocks that a side of a game has for each move, beside its budget; fewer than the window.
    pub move_allowance: u32,
}

impl Pace {
    /// The development chain with two blocks a second, which a busy machine still keeps up with.
    pub const FAST: Self = Self {
        slot_ms: 500,
        challenge_window: 15,
        move_allowance: 10,
    };

    /// The same for tests without games: segments become final soon.
    pub const UNDISPUTED: Self = Self {
        challenge_window: 6,
        move_allowance: 5,
        ..Self::FAST
    };
}

/// Writes the specification of a built-in chain at another pace.
pub fn chain_at(directory: &Path, chain: &str, pace: Pace) -> PathBuf {
    let mut command = Command::new(node_binary());
    let exported = command
        .args(["export-chain-spec", "--chain", chain])
        .output();
    let exported = exported.unwrap();
    assert!(exported.status.success());
    let mut spec: serde_json::Value = serde_json::from_slice(&exported.stdout).unwrap();
    let genesis = "/genesis/runtimeGenesis/patch";
    for (number, value) in [
        ("timing/timing/slotMs", pace.slot_ms),
        (
            "protocol/params/segments/challenge_window",
            pace.challenge_window.into(),
        ),
        (
            "protocol/params/disputes/move_allowance",
            pace.move_allowance.into(),
        ),
    ] {
        let found = spec.pointer_mut(&format!("{genesis}/{number}"));
        let found = found.unwrap_or_else(|| panic!("the specification has no {number}"));
        assert!(found.is_u64(), "{number}: {found}");
        *found = value.into();
    }
    let path = directory.join(format!("{chain}.json"));
    std::fs::write(&path, spec.to_string()).unwrap();
    path
}

/// What a node's name in the network comes from.
pub fn node_key(number: usize) -> String {
    format!("{:064x}", number + 1)
}

/// The arguments of a node that makes all blocks of a development chain at another pace.
pub fn alone(directory: &Path, pace: Pace) -> Vec<String> {
    let spec = chain_at(directory, "dev", pace).display().to_string();
    let name = node_key(0);
    let chain = ["--chain", &spec, "--alice", "--force-authoring"];
    let network = ["--port", "0", "--node-key", &name];
    [chain, network]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// The port in the line with which the node tells where its RPC is.
fn rpc_port(line: &str) -> Option<u16> {
    let (_, addresses) = line.split_once("Running JSON-RPC server: addr=")?;
    let first = addresses.split([',', ' ']).next()?;
    first.rsplit_once(':')?.1.parse().ok()
}
