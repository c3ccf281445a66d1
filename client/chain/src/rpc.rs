//! The connection to a node: requests with a time limit, made again after the connection came back.

use std::{future::Future, sync::Arc, time::Duration};

use subxt::{
    config::RpcConfigFor,
    rpcs::{
        client::reconnecting_rpc_client::{ExponentialBackoff, RpcClient as Reconnecting},
        Error, LegacyRpcMethods, RpcClient,
    },
    SubstrateConfig,
};
use url::Url;

use crate::ChainError;

/// How long a request may take, a broken connection's return included.
const REQUEST: Duration = Duration::from_secs(30);

/// How long the first connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// Tries of a request whose connection broke under it.
const TRIES: u32 = 4;

#[derive(Clone)]
pub(crate) struct Rpc {
    pub(crate) methods: LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>,
    pub(crate) client: RpcClient,
    pub(crate) url: Arc<str>,
}

impl Rpc {
    /// Connects once; afterwards the connection is made again whenever it breaks.
    pub(crate) async fn connect(url: &str) -> Result<Self, ChainError> {
        let unreachable = |cause: String| ChainError::Unreachable {
            url: url.to_owned(),
            cause,
        };
        probe(&parse(url)?).await.map_err(unreachable)?;
        let backoff = ExponentialBackoff::from_millis(100).max_delay(Duration::from_secs(5));
        let building = Reconnecting::builder()
            .retry_policy(backoff)
            .request_timeout(REQUEST)
            .connection_timeout(CONNECT)
            .max_redirections(1)
            .build(url);
        let built = tokio::time::timeout(CONNECT, building).await;
        let client = built.map_err(|_| unreachable("no answer in time".to_owned()))?;
        let client = RpcClient::new(client.map_err(|cause| unreachable(cause.to_string()))?);
        Ok(Self {
            methods: LegacyRpcMethods::new(client.clone()),
            client,
            url: url.into(),
        })
    }

    /// Makes a request, again if the connection broke under it. Every request made this way may be made twice.
    pub(crate) async fn request<T, F>(
        &self,
        name: &str,
        make: impl Fn() -> F,
    ) -> Result<T, ChainError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let all = async {
            let mut tries = 1;
            loop {
                match make().await {
                    Err(Error::DisconnectedWillReconnect(_)) if tries < TRIES => tries += 1,
                    done => return done,
                }
            }
        };
        match tokio::time::timeout(REQUEST, all).await {
            Ok(done) => done.map_err(|error| self.error(name, &error)),
            Err(_) => Err(self.unreachable("no answer in time")),
        }
    }

    pub(crate) fn error(&self, request: &str, error: &Error) -> ChainError {
        match error {
            Error::User(user) => {
                let data = user
                    .data
                    .as_ref()
                    .map(|data| format!(": {}", data.get()))
                    .unwrap_or_default();
                ChainError::Refused {
                    request: request.to_owned(),
                    cause: format!("{}{data}", user.message),
                }
            }
            Error::Decode(_) | Error::Deserialization(_) | Error::Serialization(_) => {
                ChainError::incompatible(request, error)
            }
            error => self.unreachable(error),
        }
    }

    pub(crate) fn unreachable(&self, cause: impl ToString) -> ChainError {
        ChainError::Unreachable {
            url: self.url.to_string(),
            cause: cause.to_string(),
        }
    }
}

fn parse(url: &str) -> Result<Url, ChainError> {
    let wrong = |cause: String| ChainError::Url {
        url: url.to_owned(),
        cause,
    };
    let parsed = Url::parse(url).map_err(|cause| wrong(cause.to_string()))?;
    if !matches!(parsed.scheme(), "ws" | "wss") {
        return Err(wrong(format!("its scheme is {}", parsed.scheme())));
    }
    if parsed.host().is_none() {
        return Err(wrong("it has no host".to_owned()));
    }
    Ok(parsed)
}

/// Fails at once, and in plain words, where nothing listens.
async fn probe(url: &Url) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let connecting =
        tokio::net::TcpStream::connect((host, url.port_or_known_default().unwrap_or(9944)));
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(connected) => connected.map(drop).map_err(|cause| cause.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_websocket_urls_are_taken() {
        assert!(parse("ws://127.0.0.1:9944").is_ok());
        assert!(parse("wss://example.org").is_ok());
        for url in [
            "http://127.0.0.1:9944",
            "127.0.0.1:9944",
            "nonsense",
            "",
            "file:///etc/passwd",
        ] {
            assert!(matches!(parse(url), Err(ChainError::Url { .. })), "{url}");
        }
    }

    #[tokio::test]
    async fn a_port_without_a_node_is_named_at_once() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = Rpc::connect(&url).await.err().unwrap();
        assert!(matches!(error, ChainError::Unreachable { .. }), "{error}");
        assert!(
            error.to_string().contains(&url) && error.to_string().contains("--node"),
            "{error}"
        );
    }
}
