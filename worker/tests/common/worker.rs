//! The worker under test.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
};

use assay_client::{calls, ChainClient, Key, Until};
use assay_protocol::{Capabilities, DeviceClass, Url, UNIT};
use serde_json::Value;

use super::{
    node::Node,
    process::{Log, Process},
};

/// The secret of the operator.
pub const OPERATOR: &str = "//Bob//operator";

/// A worker as a process that comes and goes.
pub struct Worker {
    process: Option<Process>,
    log: Log,
    directory: PathBuf,
    node: String,
    port: u16,
}

impl Worker {
    /// A worker that is not running yet.
    pub fn new(directory: &Path, node: &Node) -> Self {
        let directory = directory.join("worker");
        std::fs::create_dir_all(&directory).unwrap();
        Self {
            process: None,
            log: Log::default(),
            directory,
            node: node.url(),
            port: free_port(),
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assay-worker"));
        command
            .args(["run", "--allow-private", "--node", &self.node])
            .args(["--endpoint", &self.endpoint()])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--data-dir")
            .arg(&self.directory)
            .env_remove("ASSAY_KEY_FILE")
            .env("ASSAY_KEY", OPERATOR)
            .env("RUST_LOG", "warn,assay_worker=debug");
        self.process = Some(Process::start(&mut command, &self.log));
    }

    /// Kills the worker as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Asks the worker to stop and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        use rustix::process::{kill_process, Pid, Signal};
        let process = self.process.take().unwrap();
        let id = Pid::from_raw(process.id() as i32).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        process.wait()
    }

    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::is_running)
    }

    /// What it has said in all runs. A killed process may leave half a line.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.log.lines();
        let lines = lines.iter().map(|line| serde_json::from_str(line));
        lines.filter_map(Result::ok).collect()
    }

    /// Waits until it has said something of this kind in any run.
    pub async fn says(&self, kind: impl Fn(&Value) -> bool) -> Value {
        let read = |line: &str| serde_json::from_str(line).ok().filter(&kind);
        self.log.find(0, read).await
    }
}

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The key of a development account.
pub fn key(secret: &str) -> Key {
    Key::from_secret(secret, "test").unwrap()
}

/// Registers Bob as a provider with an operator of its own that can pay fees.
pub async fn register(chain: &ChainClient, worker: &Worker) {
    let operator = key(OPERATOR).account();
    chain
        .execute(
            &calls::transfer(operator, 100 * UNIT),
            &key("//Alice"),
            Until::InBestBlock,
        )
        .await
        .unwrap();
    let capabilities = Capabilities {
        device: DeviceClass::Cpu,
        memory_bytes: 1 << 30,
        max_jobs: 2,
    };
    let endpoint = Url::parse(&worker.endpoint()).unwrap();
    let register = calls::register_provider(operator, endpoint, capabilities, 1_000 * UNIT);
    chain
        .execute(&register, &key("//Bob"), Until::Finalised)
        .await
        .unwrap();
}
