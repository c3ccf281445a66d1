//! A store's blobs over HTTP.

use std::{future::Future, io, net::SocketAddr, ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use axum::{
    body::Body,
    extract::{DefaultBodyLimit, Path, State},
    http::{header, HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
    Router,
};
use futures::StreamExt;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

use crate::{BlobId, BlobStore, Expected, Fault, StoreError};

/// Decides which blobs strangers may send.
#[async_trait]
pub trait Uploads: Send + Sync + 'static {
    /// What the blob must be, if it is wanted.
    async fn expected(&self, id: &BlobId) -> Option<Expected>;
}

/// Wants nothing: the server is read-only.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOnly;

#[async_trait]
impl Uploads for ReadOnly {
    async fn expected(&self, _: &BlobId) -> Option<Expected> {
        None
    }
}

struct Shared {
    store: BlobStore,
    uploads: Arc<dyn Uploads>,
    idle: Duration,
}

/// The routes of a store: `GET`, `HEAD` and `PUT` of `/blobs/{kind}/{root}`, the root without `0x`.
///
/// - `GET` knows a single `Range: bytes=a-b`.
/// - `PUT` takes what `uploads` wants, verified while it streams: 201 stored, 200 already there, 403 not wanted, 408 stalled,
///   413 too large, 422 not the blob, 507 no room. A body that sends nothing for `idle` is dropped.
pub fn router(store: BlobStore, uploads: Arc<dyn Uploads>, idle: Duration) -> Router {
    Router::new()
        .route("/blobs/{kind}/{root}", get(read).put(write))
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::new(Shared {
            store,
            uploads,
            idle,
        }))
}

/// An answer other than the blob.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let status = match &error {
            StoreError::NotFound { .. } => StatusCode::NOT_FOUND,
            StoreError::Fault {
                fault: Fault::TooLarge { .. },
                ..
            } => StatusCode::PAYLOAD_TOO_LARGE,
            StoreError::Fault { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            StoreError::Full { .. } => StatusCode::INSUFFICIENT_STORAGE,
            error => {
                tracing::warn!(%error, "a blob could not be served");
                return Self(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "the store failed".to_owned(),
                );
            }
        };
        let text = match &error {
            StoreError::Full { .. } => "no room".to_owned(),
            error => error.to_string(),
        };
        Self(status, text)
    }
}

fn id(kind: &str, root: &str) -> Result<BlobId, Refusal> {
    BlobId::from_parts(kind, root)
        .map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))
}

async fn read(
    State(shared): State<Arc<Shared>>,
    Path((kind, root)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = id(&kind, &root)?;
    let size = shared
        .store
        .size(&id)
        .await?
        .ok_or(StoreError::NotFound { id })?;
    let range = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok())
        .and_then(|range| one_range(range, size));
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    let response = match &range {
        Some(Asked::Satisfiable(range)) => response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_LENGTH, range.end - range.start)
            .header(
                header::CONTENT_RANGE,
                format!("bytes {}-{}/{size}", range.start, range.end - 1),
            ),
        Some(Asked::Beyond) => {
            let empty = response
                .status(StatusCode::RANGE_NOT_SATISFIABLE)
                .body(Body::empty());
            return empty.map_err(internal);
        }
        None => response.header(header::CONTENT_LENGTH, size),
    };
    let range = range.and_then(|asked| match asked {
        Asked::Satisfiable(range) => Some(range),
        Asked::Beyond => None,
    });
    let body = Body::from_stream(shared.store.stream(&id, range).await?);
    response.body(body).map_err(internal)
}

fn internal(error: axum::http::Error) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
}

/// A range of a request.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Satisfiable(Range<u64>),
    Beyond,
}

/// Reads `bytes=a-` and `bytes=a-b`. Any other form is ignored and the whole blob answered, as HTTP allows.
fn one_range(text: &str, size: u64) -> Option<Asked> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let first: u64 = first.parse().ok()?;
    let end = match last {
        "" => size,
        last => last.parse::<u64>().ok()?.saturating_add(1).min(size),
    };
    if first >= size {
        return Some(Asked::Beyond);
    }
    (first < end).then_some(Asked::Satisfiable(first..end))
}

async fn write(
    State(shared): State<Arc<Shared>>,
    Path((kind, root)): Path<(String, String)>,
    body: Body,
) -> Result<StatusCode, Refusal> {
    let id = id(&kind, &root)?;
    let Some(expected) = shared.uploads.expected(&id).await else {
        return Err(Refusal(
            StatusCode::FORBIDDEN,
            "this server does not want that blob".to_owned(),
        ));
    };
    if shared.store.contains(&id).await? {
        return Ok(StatusCode::OK);
    }
    let mut writer = shared.store.writer(id, &expected).await?;
    let mut pieces = body.into_data_stream();
    loop {
        let step = match timeout(shared.idle, pieces.next()).await {
            Err(_) => Err(Refusal(
                StatusCode::REQUEST_TIMEOUT,
                "nothing came for too long".to_owned(),
            )),
            Ok(None) => break,
            Ok(Some(Err(error))) => Err(Refusal(StatusCode::BAD_REQUEST, error.to_string())),
            Ok(Some(Ok(piece))) => writer.write(&piece).await.map_err(Refusal::from),
        };
        if let Err(refusal) = step {
            writer.abort().await;
            return Err(refusal);
        }
    }
    writer.finish().await?;
    Ok(StatusCode::CREATED)
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({cause}); choose an address and port that are free")]
pub struct ListenError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub cause: io::Error,
}

/// A listening socket, not yet served.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// The most connections that are served at a time; more wait.
const MAX_CONNECTIONS: usize = 256;

/// The longest that a client may take to send a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// How long open answers may take to finish once the server is to stop.
const DRAIN: Duration = Duration::from_secs(2);

impl Server {
    /// Listens on an address; port 0 takes a free one.
    ///
    /// # Errors
    /// [`ListenError`] if the port is taken or the address not this machine's.
    pub async fn bind(address: SocketAddr) -> Result<Self, ListenError> {
        let failed = |cause| ListenError { address, cause };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// The address listened on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is ready, then lets open answers finish for two seconds.
    pub async fn run(self, router: Router, stop: impl Future<Output = ()> + Send) {
        let mut connections = auto::Builder::new(TokioExecutor::new());
        connections
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT);
        let (slots, open) = (
            Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            GracefulShutdown::new(),
        );
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = accept(&self.listener, &slots) => accepted,
            };
            let Some((stream, slot)) = accepted else {
                continue;
            };
            let service = TowerToHyperService::new(router.clone());
            let connection = connections
                .serve_connection(TokioIo::new(stream), service)
                .into_owned();
            let connection = open.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::trace!(%error, "a connection ended");
                }
                drop(slot);
            });
        }
        if timeout(DRAIN, open.shutdown()).await.is_err() {
            tracing::debug!("some answers were cut off");
        }
    }
}

/// The next connection with its slot, or none after a passing failure such as too many open files.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            tracing::debug!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_others_ignored() {
        assert_eq!(one_range("bytes=0-", 10), Some(Asked::Satisfiable(0..10)));
        assert_eq!(one_range("bytes=3-4", 10), Some(Asked::Satisfiable(3..5)));
        assert_eq!(one_range("bytes=3-99", 10), Some(Asked::Satisfiable(3..10)));
        assert_eq!(one_range("bytes=10-", 10), Some(Asked::Beyond));
        for text in [
            "bytes=-5",
            "bytes=5-3",
            "bytes=1-2,4-5",
            "lines=1-2",
            "bytes=a-b",
            "",
        ] {
            assert_eq!(one_range(text, 10), None, "{text}");
        }
    }
}
