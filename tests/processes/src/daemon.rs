//! Daemons as processes that come and go.

use std::{
    future::Future,
    net::TcpListener,
    ops::Range,
    path::{Path, PathBuf},
    process::{self, Command, ExitStatus},
    sync::{
        atomic::{AtomicU32, Ordering},
        LazyLock,
    },
};

use assay_client::{calls, ChainClient, Key, Until};
use assay_protocol::{Url, UNIT};
use rustix::process::{kill_process, Pid, Signal};
use serde_json::Value;

use crate::{
    market::Lane,
    process::{Log, Process},
    program,
};

/// A daemon that is not running yet, or comes and goes.
pub struct Daemon {
    process: Option<Process>,
    log: Log,
    program: PathBuf,
    arguments: Vec<String>,
    secret: String,
    port: u16,
}

impl Daemon {
    fn new(directory: &Path, name: &str, node: &str, secret: &str, program: PathBuf) -> Self {
        let data = directory.join(format!("{name}{}", secret.replace('/', "-")));
        std::fs::create_dir_all(&data).unwrap();
        let arguments = ["--allow-private", "--node", node, "--data-dir"];
        let mut arguments: Vec<_> = arguments.map(str::to_owned).into();
        arguments.push(data.display().to_string());
        Self {
            process: None,
            log: Log::default(),
            program,
            arguments,
            secret: secret.to_owned(),
            port: free_port(),
        }
    }

    /// A provider with this operator's secret.
    pub fn provider(directory: &Path, node: &str, secret: &str) -> Self {
        let program = program("assay-worker");
        let mut daemon = Self::new(directory, "provider", node, secret, program);
        daemon.serves();
        daemon
    }

    /// A provider that cheats in the way that `fault` says.
    pub fn cheat(directory: &Path, node: &str, secret: &str, fault: &[&str]) -> Self {
        let mut daemon = Self::new(directory, "cheat", node, secret, program("assay-adversary"));
        daemon.serves();
        daemon.also(fault)
    }

    /// A verifier.
    pub fn verifier(directory: &Path, node: &str, secret: &str, choice: &[&str]) -> Self {
        let program = program("assay-worker");
        let mut daemon = Self::new(directory, "verifier", node, secret, program);
        daemon.verifies();
        daemon.also(choice)
    }

    /// A challenger that finds what is right wrong, in the way that `fault` says.
    pub fn liar(
        directory: &Path,
        node: &str,
        secret: &str,
        choice: &[&str],
        fault: &[&str],
    ) -> Self {
        let mut daemon = Self::new(directory, "liar", node, secret, program("assay-adversary"));
        daemon.verifies();
        daemon.also(choice).also(fault)
    }

    /// With more arguments.
    pub fn also(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    fn serves(&mut self) {
        let (listen, endpoint) = (format!("127.0.0.1:{}", self.port), self.endpoint());
        let more = ["--listen", &listen, "--endpoint", &endpoint].map(str::to_owned);
        self.arguments.insert(0, "run".to_owned());
        self.arguments.extend(more);
    }

    fn verifies(&mut self) {
        self.arguments.insert(0, "verify".to_owned());
    }

    /// Where a provider serves its states.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its key.
    pub fn key(&self) -> Key {
        Key::from_secret(&self.secret, "test").unwrap()
    }

    /// Starts it, in place of a run that may go on.
    pub fn start(&mut self) {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .env_remove("ASSAY_KEY_FILE")
            .env("ASSAY_KEY", &self.secret)
            .env("RUST_LOG", "warn,assay_worker=debug");
        self.process = Some(Process::start(&mut command, &self.log));
    }

    /// Kills it as `kill -9` does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Asks it to stop and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let process = self.process.take().unwrap();
        let id = Pid::from_raw(process.id() as i32).unwrap();
        kill_process(id, Signal::TERM).unwrap();
        process.wait()
    }

    /// Whether its process is there.
    pub fn is_running(&mut self) -> bool {
        self.process.as_mut().is_some_and(Process::is_running)
    }

    /// Waits until it has ended by itself.
    pub fn wait(&mut self) -> ExitStatus {
        self.process.take().unwrap().wait()
    }

    /// What it has said in all runs. A killed process may leave half a line.
    pub fn lines(&self) -> Vec<Value> {
        let lines = self.log.lines();
        let lines = lines.iter().map(|line| serde_json::from_str(line));
        lines.filter_map(Result::ok).collect()
    }

    /// Waits until it has said something of this kind, behind the first `after` lines.
    pub async fn says(&self, after: usize, kind: impl Fn(&Value) -> bool) -> Value {
        let read = |line: &str| serde_json::from_str(line).ok().filter(&kind);
        self.log.find(after, read).await
    }

    /// Kills it once it has made a move, and starts it again.
    pub async fn die_in_the_middle_of_a_game(&mut self) {
        let moved = |line: &Value| line["message"] == "sent" && line["kind"] == "move";
        self.says(0, moved).await;
        self.kill();
        let said = self.log.lines().len();
        self.start();
        self.says(said, moved).await;
    }

    /// Registers the owner's account as a provider whose operator this daemon is.
    pub fn register(
        &self,
        chain: &ChainClient,
        owner: &Key,
        lane: Lane,
    ) -> impl Future<Output = ()> {
        let (chain, owner, operator) = (chain.clone(), owner.clone(), self.key().account());
        let endpoint = Url::parse(&self.endpoint()).unwrap();
        let call = calls::register_provider(operator, endpoint, lane.capabilities(), lane.stake());
        async move {
            let endow = calls::transfer(operator, 100 * UNIT);
            let endowed = chain.execute(&endow, &owner, Until::InBestBlock).await;
            endowed.unwrap();
            let registered = chain.execute(&call, &owner, Until::Finalised).await;
            registered.unwrap();
        }
    }
}

/// A port that is free now, below those that systems give to whoever asks for any: nobody gets it by chance before its process has it.
/// No two calls of one process get the same.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(process::id() * 97));
    const PORTS: Range<u32> = 10_000..30_000;
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut asked = (0..PORTS.len()).map(|_| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % PORTS.len() as u32;
        u16::try_from(PORTS.start + number).expect("it is below 30,000")
    });
    asked.find(free).expect("one of 20,000 ports is free")
}
