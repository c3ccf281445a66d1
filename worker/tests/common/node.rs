//! A development node as a process.

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

/// A development node with its own chain.
pub struct Node {
    process: Option<Process>,
    log: Log,
    directory: PathBuf,
    port: u16,
}

impl Node {
    /// Starts a node on free ports, with its files under `directory`, and waits until its RPC is open.
    pub async fn start(directory: &Path) -> Self {
        let mut node = Self {
            process: None,
            log: Log::default(),
            directory: directory.join("node"),
            port: 0,
        };
        std::fs::create_dir_all(&node.directory).unwrap();
        node.run().await;
        node
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Kills the node and starts it again on the same chain and port.
    pub async fn restart(&mut self, away: Duration) {
        self.process = None;
        tokio::time::sleep(away).await;
        self.run().await;
    }

    async fn run(&mut self) {
        let said = self.log.lines().len();
        let mut command = Command::new(node_binary());
        command
            .args(["--dev", "--port", "0", "--no-prometheus", "--no-telemetry"])
            .args(["--rpc-port", &self.port.to_string()])
            .arg("--base-path")
            .arg(&self.directory);
        self.process = Some(Process::start(&mut command, &self.log));
        self.port = self.log.find(said, rpc_port).await;
    }
}

/// The port in the line with which the node tells where its RPC is.
fn rpc_port(line: &str) -> Option<u16> {
    let (_, addresses) = line.split_once("Running JSON-RPC server: addr=")?;
    let first = addresses.split([',', ' ']).next()?;
    first.rsplit_once(':')?.1.parse().ok()
}
