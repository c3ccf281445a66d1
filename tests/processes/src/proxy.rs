//! A door to one of several nodes, or the way from one node to another.

use std::{collections::VecDeque, io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::Instant,
};

/// Bytes that are read at once.
const PIECE: usize = 16 << 10;

/// Pieces on their way in one direction before the sender has to wait.
const ON_THE_WAY: usize = 1024;

/// Where connections go, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Way {
    /// The port that they are passed on to; `None` if they are cut.
    to: Option<u16>,
    /// How long each byte takes, in one direction.
    latency: Duration,
}

/// Passes connections on to a port of this machine that may change. Cut connections come again by themselves.
pub struct Proxy {
    port: u16,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// A proxy to this port, for everybody.
    pub async fn new(to: u16) -> Self {
        Self::open(None, to).await
    }

    /// A proxy to this port for those alone who connect from that one. A node connects from the port on which it listens,
    /// and tells others of every address that it knows a node by.
    pub async fn between(from: u16, to: u16) -> Self {
        Self::open(Some(from), to).await
    }

    async fn open(only: Option<u16>, to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let latency = Duration::ZERO;
        let (way, watched) = watch::channel(Way {
            to: Some(to),
            latency,
        });
        tokio::spawn(async move {
            loop {
                let Ok((stream, who)) = listener.accept().await else {
                    // Of connections there are too many for now.
                    tokio::task::yield_now().await;
                    continue;
                };
                if only.is_none_or(|port| port == who.port()) {
                    tokio::spawn(pass(stream, watched.clone()));
                }
            }
        });
        Self { port, way }
    }

    /// Where it listens, as a node's RPC.
    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// The port on which it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections; new ones go to another port.
    pub fn turn_to(&self, port: u16) {
        self.way.send_modify(|way| way.to = Some(port));
    }

    /// Cuts all connections; new ones are closed at once, until it [turns](Self::turn_to) to a port.
    pub fn cut(&self) {
        self.way.send_modify(|way| way.to = None);
    }

    /// Lets each byte take this long, in one direction, on the connections that are there too.
    pub fn delay(&self, latency: Duration) {
        self.way.send_modify(|way| way.latency = latency);
    }
}

/// Passes a connection on until either side ends it or the proxy turns elsewhere.
async fn pass(from: TcpStream, mut way: watch::Receiver<Way>) {
    let at_first = *way.borrow_and_update();
    let Some(port) = at_first.to else { return };
    let Ok(to) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let (from_reader, from_writer) = from.into_split();
    let (to_reader, to_writer) = to.into_split();
    tokio::select! {
        _ = carry(from_reader, to_writer, way.clone()) => {}
        _ = carry(to_reader, from_writer, way.clone()) => {}
        _ = way.wait_for(|way| way.to != at_first.to) => {}
    }
}

/// Carries bytes one way, each for as long as the latency was when it came.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    way: watch::Receiver<Way>,
) -> io::Result<()> {
    let mut pieces = VecDeque::<(Instant, Vec<u8>)>::new();
    let (mut buffer, mut open) = (vec![0; PIECE], true);
    while open || !pieces.is_empty() {
        let due = pieces.front().map(|(due, _)| *due);
        let arrival = async { tokio::time::sleep_until(due.unwrap_or_else(Instant::now)).await };
        tokio::select! {
            read = from.read(&mut buffer), if open && pieces.len() < ON_THE_WAY => {
                let count = read?;
                open = count > 0;
                let due = Instant::now() + way.borrow().latency;
                pieces.push_back((due, buffer[..count].to_vec()));
            }
            () = arrival, if due.is_some() => {
                if let Some((_, piece)) = pieces.pop_front() {
                    to.write_all(&piece).await?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A listener that says back what it is told, and a connection to it through a proxy.
    async fn echo() -> (Proxy, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut reader, mut writer) = stream.split();
                    tokio::io::copy(&mut reader, &mut writer).await
                });
            }
        });
        (Proxy::new(port).await, port)
    }

    async fn say(stream: &mut TcpStream) -> io::Result<[u8; 5]> {
        let mut answer = [0; 5];
        stream.write_all(b"hello").await?;
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }

    #[tokio::test]
    async fn bytes_take_the_latency_both_ways() {
        let (proxy, _) = echo().await;
        proxy.delay(Duration::from_millis(40));
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        let start = Instant::now();
        assert_eq!(&say(&mut stream).await.unwrap(), b"hello");
        assert!(start.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test]
    async fn a_way_is_for_one_alone() {
        let (_, port) = echo().await;
        let proxy = Proxy::between(1, port).await;
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        assert!(say(&mut stream).await.is_err());
    }

    #[tokio::test]
    async fn a_cut_way_carries_nothing_until_it_is_mended() {
        let (proxy, port) = echo().await;
        let mut stream = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        assert!(say(&mut stream).await.is_ok());
        proxy.cut();
        assert!(say(&mut stream).await.is_err());
        let mut new = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        assert!(say(&mut new).await.is_err());
        proxy.turn_to(port);
        let mut mended = TcpStream::connect(("127.0.0.1", proxy.port()))
            .await
            .unwrap();
        assert_eq!(&say(&mut mended).await.unwrap(), b"hello");
    }
}
