//! Blobs from and to HTTP servers.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use reqwest::{header, redirect::Policy, Client, Method, Response, StatusCode};
use rustls::{crypto::ring, ClientConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::time::{timeout, timeout_at, Instant};
use url::Url;

use crate::{
    guard::{self, Resolver},
    pace::Pace,
    BlobId, BlobStore, Expected, FetchError, Limits, Reach, StoreError, VerifiedWriter,
};

/// Reads and writes blobs over HTTP within [`Limits`] and [`Reach`]. Cloning is cheap; clones share connections.
///
/// It keeps no cookies, uses no proxy, decompresses nothing and follows redirects only to where it would go itself.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: Client,
    limits: Limits,
    reach: Reach,
}

impl HttpClient {
    /// A client.
    ///
    /// # Errors
    /// [`FetchError::Client`] if the system's certificates cannot be used.
    pub fn new(limits: Limits, reach: Reach) -> Result<Self, FetchError> {
        let failed = |cause: &dyn std::fmt::Display| FetchError::Client {
            cause: cause.to_string(),
        };
        let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(|cause| failed(&cause))?
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Resolver { reach })
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(limits.connect)
            .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|cause| failed(&cause))?;
        Ok(Self {
            client,
            limits,
            reach,
        })
    }

    /// The limits it keeps.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where a server at `base` has the blob: `base/blobs/kind/root`.
    ///
    /// # Errors
    /// [`FetchError::Url`], [`FetchError::Scheme`] or [`FetchError::PrivateAddress`] if it may not be fetched from.
    pub fn blob_url(&self, base: &str, id: &BlobId) -> Result<Url, FetchError> {
        let url = guard::parse(&format!(
            "{}/blobs/{}",
            base.trim_end_matches('/'),
            id.path()
        ))?;
        guard::check(&url, self.reach)?;
        Ok(url)
    }

    /// Fetches a blob from the server at `base` into the store, verified while it streams. An attempt that breaks off is
    /// continued where it stopped.
    ///
    /// # Errors
    /// [`FetchError`] says what the server did, or [`FetchError::Store`] that the blob could not be stored.
    pub async fn fetch(
        &self,
        base: &str,
        id: &BlobId,
        expected: &Expected,
        store: &BlobStore,
    ) -> Result<(), FetchError> {
        let url = self.blob_url(base, id)?;
        let deadline = Instant::now() + self.limits.total;
        let mut writer = store.writer(*id, expected).await?;
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(&url, expected, &mut writer, deadline).await;
            match outcome {
                Ok(Attempt::Complete) => {
                    return writer.finish().await.map_err(|error| at(&url, error));
                }
                Ok(Attempt::Restart) => {
                    writer.abort().await;
                    writer = store.writer(*id, expected).await?;
                }
                Err(error)
                    if error.is_transient()
                        && attempt < self.limits.attempts
                        && Instant::now() < deadline =>
                {
                    tracing::debug!(%url, %error, attempt, "trying again");
                    let wait = self
                        .limits
                        .backoff
                        .saturating_mul(1 << (attempt - 1).min(16));
                    tokio::time::sleep_until(deadline.min(Instant::now() + wait)).await;
                }
                Err(error) => {
                    writer.abort().await;
                    return Err(error);
                }
            }
            attempt += 1;
        }
    }

    /// Whether the server at `base` has the blob.
    ///
    /// # Errors
    /// [`FetchError`] says what the server did.
    pub async fn has(&self, base: &str, id: &BlobId) -> Result<bool, FetchError> {
        let url = self.blob_url(base, id)?;
        let deadline = Instant::now() + self.limits.total;
        match self.request(Method::HEAD, &url, None, deadline).await {
            Ok(_) => Ok(true),
            Err(FetchError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Sends a blob of the store to the server at `base`, if it does not have it yet.
    ///
    /// # Errors
    /// [`FetchError`] says what the server did; [`FetchError::Status`] 403 means that it does not want this blob.
    pub async fn put(&self, base: &str, id: &BlobId, store: &BlobStore) -> Result<(), FetchError> {
        if self.has(base, id).await? {
            return Ok(());
        }
        let url = self.blob_url(base, id)?;
        let size = store
            .size(id)
            .await?
            .ok_or(StoreError::NotFound { id: *id })?;
        let body = reqwest::Body::wrap_stream(store.stream(id, None).await?);
        let request = self
            .client
            .put(url.clone())
            .header(header::CONTENT_LENGTH, size)
            .body(body);
        let answer = self
            .in_time(&url, self.limits.total, request.send())
            .await?;
        judge(&url, answer).map(drop)
    }

    /// A small JSON or text resource at `url`, such as a worker's progress.
    ///
    /// # Errors
    /// [`FetchError`] says what the server did; an answer of more than `limit` bytes is [`FetchError::Fault`].
    pub async fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        let url = guard::parse(url)?;
        guard::check(&url, self.reach)?;
        let deadline = Instant::now() + self.limits.total;
        let mut answer = self.request(Method::GET, &url, None, deadline).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece(&url, &mut answer, deadline).await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() as u64 > limit {
                return Err(FetchError::Fault {
                    url: url.to_string(),
                    fault: crate::Fault::TooLarge { limit },
                });
            }
        }
        Ok(bytes)
    }

    async fn attempt(
        &self,
        url: &Url,
        expected: &Expected,
        writer: &mut VerifiedWriter,
        deadline: Instant,
    ) -> Result<Attempt, FetchError> {
        let offset = writer.received();
        let mut answer = self
            .request(Method::GET, url, Some(offset), deadline)
            .await?;
        match continuation(&answer, offset) {
            Continuation::Here => {}
            Continuation::Elsewhere => return Ok(Attempt::Restart),
        }
        check_length(url, expected, offset, answer.content_length())?;
        let mut pace = Pace::new(&self.limits);
        while let Some(piece) = self.piece(url, &mut answer, deadline).await? {
            writer.write(&piece).await.map_err(|error| at(url, error))?;
            let minimum = self.limits.min_bytes_per_second;
            pace.count(piece.len())
                .map_err(|slow| FetchError::TooSlow {
                    url: url.to_string(),
                    rate: slow.rate,
                    minimum,
                })?;
        }
        complete(url, expected, writer.received())
    }

    /// Sends a request and follows redirects, each checked like the first address.
    async fn request(
        &self,
        method: Method,
        url: &Url,
        offset: Option<u64>,
        deadline: Instant,
    ) -> Result<Response, FetchError> {
        let mut at = url.clone();
        for _ in 0..=self.limits.redirects {
            let mut request = self
                .client
                .request(method.clone(), at.clone())
                .header(header::ACCEPT_ENCODING, "identity");
            if let Some(offset) = offset.filter(|offset| *offset > 0) {
                request = request.header(header::RANGE, format!("bytes={offset}-"));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let limit = (self.limits.connect + self.limits.idle).min(left);
            let answer = self.in_time(&at, limit, request.send()).await?;
            if !answer.status().is_redirection() {
                return judge(&at, answer);
            }
            at = redirected(&at, &answer, self.reach)?;
        }
        Err(FetchError::Redirects {
            url: url.to_string(),
            limit: self.limits.redirects,
        })
    }

    async fn in_time<T>(
        &self,
        url: &Url,
        limit: Duration,
        work: impl Future<Output = reqwest::Result<T>>,
    ) -> Result<T, FetchError> {
        match timeout(limit, work).await {
            Ok(done) => done.map_err(|error| network(url, error)),
            Err(_) => Err(FetchError::Stalled {
                url: url.to_string(),
                idle: limit,
            }),
        }
    }

    /// The next bytes, or none at the end.
    async fn piece(
        &self,
        url: &Url,
        answer: &mut Response,
        deadline: Instant,
    ) -> Result<Option<Bytes>, FetchError> {
        let idle = Instant::now() + self.limits.idle;
        match timeout_at(idle.min(deadline), answer.chunk()).await {
            Ok(piece) => piece.map_err(|error| network(url, error)),
            Err(_) if idle < deadline => Err(FetchError::Stalled {
                url: url.to_string(),
                idle: self.limits.idle,
            }),
            Err(_) => Err(FetchError::Deadline {
                url: url.to_string(),
                total: self.limits.total,
            }),
        }
    }
}

/// What an attempt came to.
enum Attempt {
    /// All bytes are written.
    Complete,
    /// The server cannot go on where the last attempt stopped.
    Restart,
}

/// Whether an answer begins at the offset asked for.
enum Continuation {
    Here,
    Elsewhere,
}

fn continuation(answer: &Response, offset: u64) -> Continuation {
    if offset == 0 {
        return Continuation::Here;
    }
    let range = answer
        .headers()
        .get(header::CONTENT_RANGE)
        .and_then(|range| range.to_str().ok());
    let first = range.and_then(|range| {
        range
            .strip_prefix("bytes ")?
            .split('-')
            .next()?
            .parse()
            .ok()
    });
    if answer.status() == StatusCode::PARTIAL_CONTENT && first == Some(offset) {
        return Continuation::Here;
    }
    Continuation::Elsewhere
}

/// Refuses a blob of the wrong length before its first byte.
fn check_length(
    url: &Url,
    expected: &Expected,
    offset: u64,
    length: Option<u64>,
) -> Result<(), FetchError> {
    let Some(total) = length.map(|length| length.saturating_add(offset)) else {
        return Ok(());
    };
    let fault = match expected.length() {
        Some(exact) if total < exact => crate::Fault::Truncated {
            expected: exact,
            found: total,
        },
        _ if total > expected.limit() => crate::Fault::TooLarge {
            limit: expected.limit(),
        },
        _ => return Ok(()),
    };
    Err(FetchError::Fault {
        url: url.to_string(),
        fault,
    })
}

/// An answer may end early without telling; a blob of known length shows it.
fn complete(url: &Url, expected: &Expected, received: u64) -> Result<Attempt, FetchError> {
    match expected.length() {
        Some(exact) if received < exact => {
            let fault = crate::Fault::Truncated {
                expected: exact,
                found: received,
            };
            Err(FetchError::Fault {
                url: url.to_string(),
                fault,
            })
        }
        _ => Ok(Attempt::Complete),
    }
}

fn judge(url: &Url, answer: Response) -> Result<Response, FetchError> {
    match answer.status() {
        status if status.is_success() => Ok(answer),
        StatusCode::NOT_FOUND => Err(FetchError::NotFound {
            url: url.to_string(),
        }),
        status => Err(FetchError::Status {
            url: url.to_string(),
            status: status.as_u16(),
        }),
    }
}

fn redirected(from: &Url, answer: &Response, reach: Reach) -> Result<Url, FetchError> {
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|location| location.to_str().ok());
    let status = || FetchError::Status {
        url: from.to_string(),
        status: answer.status().as_u16(),
    };
    guard::follow(from, location.ok_or_else(status)?, reach)
}

fn network(url: &Url, error: reqwest::Error) -> FetchError {
    let url = url.to_string();
    match guard::refused(&error) {
        Some(address) => FetchError::PrivateAddress {
            url,
            address: address.to_string(),
        },
        None => FetchError::Unreachable {
            url,
            cause: innermost(&error),
        },
    }
}

/// The last cause of an error: the others repeat that a request failed.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

/// A fault is the server's; anything else the store's own.
fn at(url: &Url, error: StoreError) -> FetchError {
    match error {
        StoreError::Fault { fault, .. } => FetchError::Fault {
            url: url.to_string(),
            fault,
        },
        error => error.into(),
    }
}
