//! A tensor to move about, and servers that say what a test tells them.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        atomic::{AtomicUsize, Ordering},
        Arc,
    },
    time::Duration,
};

use assay_blobs::{tensor_bytes, BlobId, BlobStore, Expected, HttpClient, Limits, Reach};
use assay_commitment::{tensor_root_of, Sha3};
use assay_numerics::{Dims, Tensor, TensorType};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A blob and what is known of it.
pub struct Blob {
    pub id: BlobId,
    pub expected: Expected,
    pub bytes: Vec<u8>,
}

/// A tensor of `rows` x 50 words.
pub fn blob(rows: u32) -> Blob {
    let ty = TensorType::u32(Dims::matrix(rows, 50).unwrap());
    let tensor = Tensor::new(
        ty,
        (0..rows * 50)
            .map(|i| i.wrapping_mul(0x9e37_79b9))
            .collect(),
    )
    .unwrap();
    Blob {
        id: tensor_root_of::<Sha3>(&tensor).into(),
        expected: Expected::Tensor(ty),
        bytes: tensor_bytes(&tensor),
    }
}

/// Limits that are short enough for tests.
pub fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        idle: Duration::from_millis(300),
        total: Duration::from_secs(5),
        min_bytes_per_second: 1_000,
        pace_window: Duration::from_millis(500),
        redirects: 2,
        attempts: 3,
        backoff: Duration::from_millis(10),
    }
}

pub fn client(reach: Reach) -> HttpClient {
    HttpClient::new(limits(), reach).unwrap()
}

pub fn store() -> (tempfile::TempDir, BlobStore) {
    let directory = tempfile::tempdir().unwrap();
    let store = BlobStore::local(directory.path()).unwrap();
    (directory, store)
}

/// Blobs under a directory, unfinished ones included.
pub fn files(directory: &tempfile::TempDir) -> usize {
    count(directory.path())
}

fn count(directory: &Path) -> usize {
    let entries = std::fs::read_dir(directory).unwrap().map(Result::unwrap);
    let entries = entries.filter(|entry| entry.file_name() != "lock");
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => count(&entry.path()),
            false => 1,
        })
        .sum()
}

/// What a server does with one connection.
pub enum Say {
    Bytes(Vec<u8>),
    /// Nothing for a while.
    Wait(Duration),
    /// Nothing any more, until the client goes away.
    Silence,
}

/// `HTTP/1.1 200` with a content length, then the body.
pub fn ok(length: usize, body: &[u8]) -> Vec<Say> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    vec![Say::Bytes([head.as_bytes(), body].concat())]
}

/// A redirect.
pub fn redirect(to: &str) -> Vec<Say> {
    let head = format!(
        "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    vec![Say::Bytes(head.into_bytes())]
}

/// A server's base URL and the number of connections it had.
pub struct Liar {
    pub url: String,
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Liar {
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A server that answers connection number `n` (from 0) with request head `head` as `answer` tells.
pub async fn liar(answer: impl Fn(usize, &str) -> Vec<Say> + Send + Sync + 'static) -> Liar {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let (count, answer) = (connections.clone(), Arc::new(answer));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (number, answer) = (count.fetch_add(1, Ordering::SeqCst), answer.clone());
            tokio::spawn(async move { converse(stream, |head| answer(number, head)).await });
        }
    });
    Liar {
        url: format!("http://{address}"),
        address,
        connections,
    }
}

async fn converse(mut stream: TcpStream, answer: impl FnOnce(&str) -> Vec<Say>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    for say in answer(&String::from_utf8_lossy(&head)) {
        match say {
            Say::Bytes(bytes) => stream.write_all(&bytes).await.ok()?,
            Say::Wait(time) => tokio::time::sleep(time).await,
            Say::Silence => while stream.read_u8().await.is_ok() {},
        }
        stream.flush().await.ok()?;
    }
    stream.shutdown().await.ok()
}
