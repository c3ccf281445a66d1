//! Session keys, which a node makes and keeps.

use codec::Encode;
use serde::Deserialize;
use subxt::rpcs::{client::RpcParams, methods::legacy::Bytes};

use crate::{Account, At, ChainClient, ChainError};

/// The public parts of session keys that a node has made, and its proof that they are its own.
#[derive(Clone, Debug, Deserialize)]
pub struct SessionKeys {
    /// The keys, one after the other.
    keys: Bytes,
    /// For the account that the keys were made for.
    #[serde(default)]
    proof: Option<Bytes>,
}

impl SessionKeys {
    /// The keys, one after the other.
    pub fn keys(&self) -> &[u8] {
        &self.keys.0
    }

    /// The proof that whoever made the keys made them for an account.
    pub fn proof(&self) -> &[u8] {
        self.proof
            .as_ref()
            .map(|proof| &proof.0[..])
            .unwrap_or_default()
    }
}

impl ChainClient {
    /// Makes the node generate new session keys for an account's validator. The node must allow it: it does where the
    /// connection is local, or with `--rpc-methods unsafe`.
    ///
    /// # Errors
    /// [`ChainError::Refused`] if the node does not allow it, else what the connection says.
    pub async fn rotate_session_keys(&self, owner: &Account) -> Result<SessionKeys, ChainError> {
        self.ask("author_rotateKeysWithOwner", owner.encode()).await
    }

    /// Whether the node has the secret parts of session keys.
    ///
    /// # Errors
    /// As [`rotate_session_keys`](Self::rotate_session_keys).
    pub async fn has_session_keys(&self, keys: &[u8]) -> Result<bool, ChainError> {
        self.ask("author_hasSessionKeys", keys.to_vec()).await
    }

    /// The session keys that an account has set, one after the other.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime keeps them in another form, else what the connection says.
    pub async fn session_keys(
        &self,
        account: &Account,
        at: At,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        self.entry_bytes("Session", "NextKeys", (account.0,), at)
            .await
    }

    /// A request of bytes.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<T, ChainError> {
        let ask = || async {
            let mut params = RpcParams::new();
            params.push(Bytes(bytes.clone()))?;
            self.rpc.client.request(name, params).await
        };
        self.rpc.request(name, ask).await
    }
}
