//! Child processes whose words can be waited for.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use tokio::sync::watch;

/// How long anything may take before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(180);

/// A process that is killed when it is dropped.
pub struct Process(Child);

impl Process {
    /// Starts a command; what it says on standard error goes to the log.
    pub fn start(command: &mut Command, log: &Log) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        log.follow(child.stderr.take().unwrap());
        Self(child)
    }

    /// Whether it has not ended.
    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Its number with the system.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Waits until the process has ended by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program has said, over all its runs. Cloning is cheap; clones share it.
#[derive(Clone, Default)]
pub struct Log(watch::Sender<Vec<String>>);

impl Log {
    fn follow(&self, stream: impl Read + Send + 'static) {
        let log = self.0.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).into_owned();
                log.send_modify(|lines| lines.push(line));
            }
        });
    }

    /// All lines, with what a killed process left of one.
    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Waits for a line behind the first `after` of them.
    pub async fn find<T>(&self, after: usize, find: impl Fn(&str) -> Option<T>) -> T {
        let mut log = self.0.subscribe();
        let found = |lines: &Vec<String>| lines.iter().skip(after).find_map(|line| find(line));
        let waiting = async {
            let lines = log.wait_for(|lines| found(lines).is_some()).await.unwrap();
            found(&lines).unwrap()
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| panic!("never said: {:#?}", self.lines()))
    }
}
