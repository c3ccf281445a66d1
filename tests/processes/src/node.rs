//! Nodes as processes.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use serde_json::Value;

use crate::{
    process::{Log, Process},
    program,
};

/// Where a specification has what its chain starts from, as a JSON pointer.
pub const GENESIS: &str = "/genesis/runtimeGenesis/patch";

/// A node as a process that comes and goes.
pub struct Node {
    process: Option<Process>,
    log: Log,
    directory: PathBuf,
    arguments: Vec<String>,
    within: Vec<String>,
    port: u16,
    /// Lines that were said before the run that goes on.
    said: usize,
}

impl Node {
    /// A node that does not run yet, with its files under `directory/name`.
    pub fn new(directory: &Path, name: &str, arguments: &[impl AsRef<str>]) -> Self {
        let directory = directory.join(name);
        std::fs::create_dir_all(&directory).unwrap();
        Self {
            process: None,
            log: Log::default(),
            directory,
            arguments: owned(arguments),
            within: Vec::new(),
            port: 0,
            said: 0,
        }
    }

    /// Starts a development node with its own chain, with its files under `directory`, and waits until its RPC is open.
    pub async fn start(directory: &Path) -> Self {
        Self::with(directory, "node", &["--dev", "--port", "0"]).await
    }

    /// Starts a node with these arguments and its files under `directory/name`, and waits until its RPC is open.
    pub async fn with(directory: &Path, name: &str, arguments: &[impl AsRef<str>]) -> Self {
        let mut node = Self::new(directory, name, arguments);
        node.run().await;
        node
    }

    /// Where its RPC is.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The port of its RPC.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its files.
    pub fn directory(&self) -> &Path {
        &self.directory
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

    /// Whether its process is there.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::is_running)
    }

    /// Waits until it has ended by itself. It must have been started.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.take().unwrap().wait()
    }

    /// Starts it, in place of a run that may go on, on the same chain and port, with these arguments.
    pub async fn run_with(&mut self, arguments: &[impl AsRef<str>]) {
        self.set_arguments(arguments);
        self.run().await;
    }

    /// What it is started with from the next run on.
    pub fn set_arguments(&mut self, arguments: &[impl AsRef<str>]) {
        self.arguments = owned(arguments);
    }

    /// A command that runs the node from the next run on, as its last arguments: none is the node itself. It must become
    /// the node, as `env` does, so that killing it kills the node.
    pub fn set_within(&mut self, command: &[String]) {
        self.within = command.to_vec();
    }

    /// Its name in the network, which it says when it starts.
    pub async fn identity(&self) -> String {
        let read = |line: &str| {
            let (_, name) = line.split_once("Local node identity is: ")?;
            Some(name.trim().to_owned())
        };
        self.log.find(0, read).await
    }

    /// Waits for a line of the run that goes on, or was the last, that holds this text, and returns it.
    pub async fn says(&self, text: &str) -> String {
        let read = |line: &str| line.contains(text).then(|| line.to_owned());
        self.log.find(self.said, read).await
    }

    /// The newest block that its database had when the run that goes on was started.
    pub async fn known_block(&self) -> u32 {
        let line = self.says("Highest known block at #").await;
        let (_, number) = line.rsplit_once('#').unwrap();
        number.trim().parse().unwrap()
    }

    /// The first and the last lines of the run that goes on, or was the last: they tell what a failure comes from.
    pub fn words(&self) -> String {
        const LINES: usize = 20;
        let lines = self.log.lines().split_off(self.said);
        let last = lines.len().saturating_sub(LINES).max(LINES);
        let shown = lines.iter().take(LINES).chain(lines.iter().skip(last));
        shown.map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Starts it, in place of a run that may go on, without waiting for anything.
    pub fn begin(&mut self) {
        self.kill();
        self.said = self.log.lines().len();
        let mut command = self.command();
        command
            .args(&self.arguments)
            .args(["--no-prometheus", "--no-telemetry", "--no-mdns"])
            .args(["--rpc-port", &self.port.to_string()])
            .arg("--base-path")
            .arg(&self.directory);
        self.process = Some(Process::start(&mut command, &self.log));
    }

    /// Waits until the RPC of the run that goes on is open.
    pub async fn ready(&mut self) {
        self.port = self.log.find(self.said, rpc_port).await;
    }

    async fn run(&mut self) {
        self.begin();
        self.ready().await;
    }

    fn command(&self) -> Command {
        let node = program("assay-node");
        let Some((outer, arguments)) = self.within.split_first() else {
            return Command::new(node);
        };
        let mut command = Command::new(outer);
        command.args(arguments).arg(node);
        command
    }
}

fn owned(arguments: &[impl AsRef<str>]) -> Vec<String> {
    let arguments = arguments.iter();
    arguments.map(|one| one.as_ref().to_owned()).collect()
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
    /// The declared seconds of a segment times this, in thousandths, are a side's budget; at most 60,000.
    pub budget_factor: u32,
    /// Blocks for which an ended job's records and last state are kept; no fewer than the window.
    pub retention: u32,
}

impl Pace {
    /// The development chain with two blocks a second, which a busy machine still keeps up with.
    pub const FAST: Self = Self {
        slot_ms: 500,
        challenge_window: 30,
        move_allowance: 10,
        budget_factor: 60_000,
        retention: 300,
    };

    /// The same for tests without games: segments become final soon.
    pub const UNDISPUTED: Self = Self {
        challenge_window: 6,
        move_allowance: 5,
        ..Self::FAST
    };

    /// The whole seconds that so many blocks take.
    fn seconds(self, blocks: u32) -> u64 {
        u64::from(blocks) * self.slot_ms / 1_000
    }

    /// What a specification says at this pace: the chain takes only work that can be checked and argued about in time.
    fn numbers(self) -> [(&'static str, u64); 12] {
        let (window, budget) = (self.challenge_window.into(), self.budget_factor.into());
        let move_seconds = self.seconds(self.move_allowance);
        let games = move_seconds.min(5);
        let segment = self.seconds(self.challenge_window).min(5);
        [
            ("timing/timing/slotMs", self.slot_ms),
            ("protocol/params/segments/challenge_window", window),
            ("protocol/params/segments/retention", self.retention.into()),
            // A busy machine and a killed worker have time.
            ("protocol/params/segments/deadline_factor", 40_000),
            ("protocol/params/limits/max_seconds_per_segment", segment),
            (
                "protocol/params/limits/max_seconds_per_interval",
                (move_seconds / games).min(segment),
            ),
            (
                "protocol/params/disputes/move_allowance",
                self.move_allowance.into(),
            ),
            ("protocol/params/disputes/running_games", games),
            ("protocol/params/disputes/defence_factor", budget),
            ("protocol/params/disputes/challenge_factor", budget),
            ("protocol/params/disputes/max_budget", 600),
            // No slash is paid out before others may have been found.
            ("protocol/params/disputes/slash_defer", window),
        ]
    }
}

/// Writes the specification of a built-in chain at another pace.
pub fn chain_at(directory: &Path, chain: &str, pace: Pace) -> PathBuf {
    let path = directory.join(format!("{chain}.json"));
    std::fs::write(&path, spec_at(chain, pace).to_string()).unwrap();
    path
}

/// The specification of a built-in chain at another pace.
pub fn spec_at(chain: &str, pace: Pace) -> Value {
    let mut command = Command::new(program("assay-node"));
    let exported = command
        .args(["export-chain-spec", "--chain", chain])
        .output();
    let exported = exported.unwrap();
    assert!(exported.status.success());
    let mut spec: Value = serde_json::from_slice(&exported.stdout).unwrap();
    for (number, value) in pace.numbers() {
        let found = spec.pointer_mut(&format!("{GENESIS}/{number}"));
        let found = found.unwrap_or_else(|| panic!("the specification has no {number}"));
        assert!(found.is_u64(), "{number}: {found}");
        *found = value.into();
    }
    spec
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
