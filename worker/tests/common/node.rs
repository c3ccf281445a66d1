//! A development node and a worker, as processes.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use assay_client::{calls, ChainClient, Key, Until};
use assay_protocol::{Capabilities, DeviceClass, Url, UNIT};

/// The variable that names the node's binary.
const NODE_VARIABLE: &str = "ASSAY_NODE_BIN";

/// How long a process may take to answer.
const PATIENCE: Duration = Duration::from_secs(180);

/// A process that is killed when it is dropped.
struct Process(Child);

impl Process {
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

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

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A development node with its own chain.
pub struct Node {
    process: Option<Process>,
    directory: PathBuf,
    port: u16,
}

impl Node {
    /// Starts a node whose files lie under `directory`.
    pub fn start(directory: &Path) -> Self {
        let mut node = Self {
            process: None,
            directory: directory.join("node"),
            port: free_port(),
        };
        std::fs::create_dir_all(&node.directory).unwrap();
        node.run();
        node
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Kills the node and starts it again on the same chain and port.
    pub fn restart(&mut self, away: Duration) {
        self.process = None;
        std::thread::sleep(away);
        self.run();
    }

    fn run(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.directory.join("log"))
            .unwrap();
        let child = Command::new(node_binary())
            .args([
                "--dev",
                "--port",
                "0",
                "--no-prometheus",
                "--no-telemetry",
                "--rpc-port",
                &self.port.to_string(),
            ])
            .arg("--base-path")
            .arg(&self.directory)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(Process(child));
        listening(self.port);
    }
}

fn listening(port: u16) {
    let (address, until) = (
        SocketAddr::from(([127, 0, 0, 1], port)),
        Instant::now() + PATIENCE,
    );
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < until, "nothing listens on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The worker under test.
pub struct Worker {
    process: Option<Process>,
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
            directory,
            node: node.url(),
            port: free_port(),
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn start(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_assay-worker"))
            .args([
                "run",
                "--allow-private",
                "--node",
                &self.node,
                "--endpoint",
                &self.endpoint(),
            ])
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--data-dir")
            .arg(&self.directory)
            .env_remove("ASSAY_KEY_FILE")
            .env("ASSAY_KEY", OPERATOR)
            .env("RUST_LOG", "warn,assay_worker=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.process = Some(Process(child));
    }

    /// Kills the worker as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Asks the worker to stop and waits until it has.
    pub fn terminate(&mut self) -> std::process::ExitStatus {
        let mut process = self.process.take().unwrap();
        let id = rustix::process::Pid::from_child(&process.0);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        process.0.wait().unwrap()
    }

    pub fn is_running(&mut self) -> bool {
        self.process
            .as_mut()
            .is_some_and(|process| process.0.try_wait().unwrap().is_none())
    }

    fn log(&self) -> PathBuf {
        self.directory.join("log")
    }

    /// The log's lines of all runs.
    pub fn lines(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(self.log()).unwrap();
        // A killed process may leave half a line.
        text.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }
}

/// The secret of the operator.
pub const OPERATOR: &str = "//Bob//operator";

/// The key of a development account.
pub fn key(secret: &str) -> Key {
    Key::from_secret(secret, "test").unwrap()
}

/// Connects to a node.
pub async fn connect(node: &Node) -> ChainClient {
    ChainClient::connect(&node.url(), None).await.unwrap()
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
