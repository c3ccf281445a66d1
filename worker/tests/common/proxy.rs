//! A door to one of several nodes.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes connections on to a port of this machine that may change. Cut connections come again by themselves.
pub struct Proxy {
    port: u16,
    to: watch::Sender<u16>,
}

impl Proxy {
    /// A proxy to this port.
    pub async fn new(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (to, target) = watch::channel(to);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass(stream, target.clone()));
            }
        });
        Self { port, to }
    }

    pub fn url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// Cuts all connections; new ones go to another port.
    pub fn turn_to(&self, port: u16) {
        self.to.send_replace(port);
    }
}

/// Passes a connection on until either side ends it or the proxy turns elsewhere.
async fn pass(mut from: TcpStream, mut target: watch::Receiver<u16>) {
    let port = *target.borrow_and_update();
    let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    tokio::select! {
        _ = copy_bidirectional(&mut from, &mut to) => {}
        _ = target.changed() => {}
    }
}
