//! A node as a child process, and a websocket client that knows nothing but JSON-RPC.

#![allow(dead_code, reason = "each test takes what it needs")]

use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::{connect_async, tungstenite::Message, MaybeTlsStream, WebSocketStream};

/// How long anything may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// A running development node; stopped when dropped.
pub struct Node {
    child: Child,
    /// Address of its RPC.
    pub url: String,
    /// Address of its metrics.
    pub metrics: String,
    /// Reads what it says to the end.
    reader: Option<JoinHandle<Vec<String>>>,
}

impl Node {
    /// Starts a development node on free ports and waits until its RPC and its metrics are open.
    pub fn start(base: &Path) -> Self {
        Self::start_with(base, &[])
    }

    /// The same with further arguments.
    pub fn start_with(base: &Path, arguments: &[&str]) -> Self {
        let mut child = command(base)
            .args(["--rpc-port", "0"])
            .args(arguments)
            .spawn()
            .expect("the node starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        let (send, receive) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let lines = BufReader::new(stderr).lines().map_while(Result::ok);
            lines
                .inspect(|line| {
                    let _ = send.send(line.clone());
                })
                .collect()
        });
        let mut node = Self {
            child,
            url: String::new(),
            metrics: String::new(),
            reader: Some(reader),
        };
        while node.url.is_empty() || node.metrics.is_empty() {
            let line = receive.recv_timeout(PATIENCE);
            let line = line.expect("the node opens its RPC and its metrics");
            if let Some(address) = address_after(&line, "Running JSON-RPC server: addr=") {
                node.url = format!("ws://{address}");
            }
            if let Some(address) = address_after(&line, "Prometheus exporter started at ") {
                node.metrics = address;
            }
        }
        node
    }

    /// The names of the metrics that it exports, each with its type.
    pub async fn exported(&self) -> BTreeMap<String, String> {
        let mut connection = within(TcpStream::connect(&self.metrics)).await.unwrap();
        let request = b"GET /metrics HTTP/1.0\r\n\r\n";
        within(connection.write_all(request)).await.unwrap();
        let mut answer = String::new();
        within(connection.read_to_string(&mut answer))
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
        let types = answer
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "));
        types
            .filter_map(|line| line.split_once(' '))
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
            .collect()
    }

    /// Stops it as a service manager does: all that it said, and whether it ended well.
    pub fn stop(&mut self) -> (Vec<String>, ExitStatus) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.expect("kill runs").success());
        let status = self.child.wait().expect("the node ends");
        let reader = self.reader.take().expect("it is stopped once");
        (reader.join().expect("lines"), status)
    }

    /// Kills it at once, as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The node with what every test wants: its own directory and ports, no telemetry.
pub fn command(base: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assay-node"));
    command
        .args([
            "--dev",
            "--no-telemetry",
            "--no-mdns",
            "--port",
            "0",
            "--prometheus-port",
            "0",
            "--base-path",
        ])
        .arg(base)
        .args(["--db-storage-threshold", "0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// Runs a node that must not start, and returns what it said.
pub fn failure(command: &mut Command) -> String {
    let mut child = command.spawn().expect("the node starts");
    let mut stderr = child.stderr.take().expect("stderr is piped");
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut said = String::new();
        let _ = stderr.read_to_string(&mut said);
        let _ = send.send(said);
    });
    let said = receive.recv_timeout(PATIENCE);
    let _ = child.kill();
    let status = child.wait().expect("the node ends");
    let said = said.expect("the node gives up by itself");
    assert!(!status.success(), "{said}");
    said
}

/// The first address after these words.
fn address_after(line: &str, words: &str) -> Option<String> {
    let (_, addresses) = line.split_once(words)?;
    addresses.split([',', ' ']).next().map(str::to_owned)
}

/// A websocket connection.
pub struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    next_id: u64,
}

impl Client {
    /// Connects to a node.
    pub async fn connect(node: &Node) -> Self {
        let (socket, _) = within(connect_async(node.url.as_str()))
            .await
            .expect("the RPC accepts");
        Self { socket, next_id: 0 }
    }

    /// Calls a method: the result, or the error object.
    pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.next_id += 1;
        let id = self.next_id;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        within(self.socket.send(Message::text(request.to_string())))
            .await
            .expect("the request is sent");
        loop {
            let answer = self.receive().await;
            if answer["id"] == id {
                return match answer.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(answer["result"].clone()),
                };
            }
        }
    }

    /// The number of the next finalised block of a subscription made with `chain_subscribeFinalizedHeads`.
    pub async fn next_finalised(&mut self) -> u64 {
        loop {
            let message = self.receive().await;
            if let Some(number) = message["params"]["result"]["number"].as_str() {
                return u64::from_str_radix(number.trim_start_matches("0x"), 16)
                    .expect("a number in hex");
            }
        }
    }

    /// Waits until a block of at least this number is final, and says which.
    pub async fn finalised(&mut self, least: u64) -> u64 {
        self.call("chain_subscribeFinalizedHeads", json!([]))
            .await
            .expect("subscribed");
        loop {
            let number = self.next_finalised().await;
            if number >= least {
                return number;
            }
        }
    }

    async fn receive(&mut self) -> Value {
        loop {
            let message = within(self.socket.next())
                .await
                .expect("the connection stays open")
                .expect("a message");
            if let Message::Text(text) = message {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }
}

/// Gives up on what takes longer than [`PATIENCE`].
pub async fn within<T>(future: impl std::future::Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("in time")
}
