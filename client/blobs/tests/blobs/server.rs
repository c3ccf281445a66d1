//! Blobs between two stores over HTTP.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use assay_blobs::{
    router, BlobId, BlobStore, Expected, FetchError, HttpClient, Reach, ReadOnly, Server, Uploads,
};
use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::common::{self, *};

/// Wants one blob.
struct One(BlobId, Expected);

#[async_trait]
impl Uploads for One {
    async fn expected(&self, id: &BlobId) -> Option<Expected> {
        (*id == self.0).then(|| self.1.clone())
    }
}

async fn serve(store: BlobStore, uploads: Arc<dyn Uploads>) -> SocketAddr {
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    let routes = router(store, uploads, Duration::from_millis(300));
    tokio::spawn(server.run(routes, std::future::pending()));
    address
}

/// Sends bytes and reads all that comes back.
async fn raw(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_blob_goes_there_and_back() {
    let blob = blob(300);
    let ((_a, here), (_b, there), (_c, third)) = (store(), store(), store());
    let address = serve(there.clone(), Arc::new(One(blob.id, blob.expected.clone()))).await;
    let (url, client) = (format!("http://{address}/"), client(Reach::Any));
    here.put(blob.id, &blob.expected, blob.bytes.clone())
        .await
        .unwrap();
    assert!(!client.has(&url, &blob.id).await.unwrap());
    client.put(&url, &blob.id, &here).await.unwrap();
    assert!(client.has(&url, &blob.id).await.unwrap());
    client.put(&url, &blob.id, &here).await.unwrap();
    client
        .fetch(&url, &blob.id, &blob.expected, &third)
        .await
        .unwrap();
    assert_eq!(
        third.read(&blob.id, &blob.expected).await.unwrap(),
        blob.bytes
    );
}

#[tokio::test]
async fn ranges_are_served() {
    let blob = blob(10);
    let (_directory, store) = store();
    store
        .put(blob.id, &blob.expected, blob.bytes.clone())
        .await
        .unwrap();
    let address = serve(store, Arc::new(ReadOnly)).await;
    let path = blob.id.path();
    let ask = |range: &str| {
        format!(
            "GET /blobs/{path} HTTP/1.1\r\nhost: x\r\nrange: {range}\r\nconnection: close\r\n\r\n"
        )
    };
    let answer = raw(address, ask("bytes=4-7").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 206"), "{answer}");
    assert!(
        answer.contains("content-range: bytes 4-7/2000")
            && answer.contains("content-length: 4\r\n"),
        "{answer}"
    );
    let answer = raw(address, ask("bytes=2000-").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 416"), "{answer}");
    let answer = raw(address, ask("bytes=-4").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn what_is_not_there_or_malformed_is_refused() {
    let (_directory, store) = store();
    let address = serve(store, Arc::new(ReadOnly)).await;
    let hash = "ab".repeat(32);
    let cases = [
        (format!("/blobs/state/{hash}"), "404"),
        (format!("/blobs/model/{hash}"), "400"),
        (format!("/blobs/state/{}", hash.to_uppercase()), "400"),
        ("/blobs/state/..%2f..%2fetc%2fpasswd".to_owned(), "400"),
        ("/blobs/../../etc/passwd".to_owned(), "404"),
        ("/".to_owned(), "404"),
    ];
    for (path, status) in cases {
        let answer = raw(
            address,
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes(),
        )
        .await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{path}: {answer}"
        );
    }
}

#[tokio::test]
async fn uploads_are_limited_to_what_is_wanted_and_right() {
    let (blob, other) = (blob(20), common::blob(30));
    let ((_a, there), (_b, here)) = (store(), store());
    let address = serve(there.clone(), Arc::new(One(blob.id, blob.expected.clone()))).await;
    here.put(other.id, &other.expected, other.bytes.clone())
        .await
        .unwrap();
    let refused = client(Reach::Any)
        .put(&format!("http://{address}"), &other.id, &here)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, FetchError::Status { status: 403, .. }),
        "{refused}"
    );

    let put = |length: usize, body: &[u8]| {
        let head = format!("PUT /blobs/{} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n", blob.id.path());
        [head.as_bytes(), body].concat()
    };
    let mut altered = blob.bytes.clone();
    altered[7] ^= 1;
    assert!(raw(address, &put(altered.len(), &altered))
        .await
        .starts_with("HTTP/1.1 422"));
    assert!(raw(address, &put(8, &blob.bytes[..8]))
        .await
        .starts_with("HTTP/1.1 422"));
    let long = [&blob.bytes[..], &[0; 8]].concat();
    assert!(raw(address, &put(long.len(), &long))
        .await
        .starts_with("HTTP/1.1 413"));
    assert!(
        raw(address, &put(blob.bytes.len(), &blob.bytes[..8]))
            .await
            .starts_with("HTTP/1.1 408"),
        "a stalled upload"
    );
    assert_eq!(files(&_a), 0, "nothing remains of what was wrong");
    assert!(raw(address, &put(blob.bytes.len(), &blob.bytes))
        .await
        .starts_with("HTTP/1.1 201"));
    assert!(there.contains(&blob.id).await.unwrap());
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_remedy() {
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let error = Server::bind(server.address()).await.unwrap_err();
    assert!(
        error.to_string().contains(&server.address().to_string())
            && error.to_string().contains("free"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_stops_when_told() {
    let (_directory, store) = store();
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(server.run(
        router(store, Arc::new(ReadOnly), Duration::from_secs(1)),
        async move {
            let _ = stopped.await;
        },
    ));
    raw(
        address,
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    stop.send(()).unwrap();
    running.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    let error = HttpClient::new(limits(), Reach::Any)
        .unwrap()
        .has(&format!("http://{address}"), &blob(1).id)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Unreachable { .. }), "{error}");
}
