//! The connection to a chain.

use std::{sync::Arc, time::Duration};

use codec::{DecodeAll, Encode};
use subxt::{
    backend::LegacyBackend, client::ClientAtBlock, client::OnlineClientAtBlockImpl,
    error::OnlineClientAtBlockError, utils::H256, OnlineClient, SubstrateConfig,
};
use tokio::sync::{watch, Mutex};

use crate::{
    heads::{self, Follower},
    rpc::Rpc,
    Account, AccountInfo, ChainError, Head, Heads,
};

/// The name that every Assay runtime has.
pub const SPEC_NAME: &str = "assay";

/// A block that a read looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The newest block of the longest chain. It may be undone.
    Best,
    /// The newest block that cannot be undone.
    Finalised,
    /// A block by its hash.
    Block(H256),
}

/// Subxt's client at one block.
pub(crate) type AtBlock = ClientAtBlock<SubstrateConfig, OnlineClientAtBlockImpl<SubstrateConfig>>;

/// A connection to a node of an Assay chain. It is made again whenever it breaks; requests meanwhile wait up to 30 s.
/// Cloning is cheap; clones share the connection.
#[derive(Clone)]
pub struct ChainClient {
    pub(crate) rpc: Rpc,
    pub(crate) online: OnlineClient<SubstrateConfig>,
    pub(crate) follower: Follower,
    /// Held from reading an account's nonce until its transaction is in the pool.
    pub(crate) sending: Arc<Mutex<()>>,
    genesis: H256,
}

impl ChainClient {
    /// Connects to the node at a `ws://` or `wss://` URL and checks that it runs an Assay chain, of that genesis if given.
    ///
    /// # Errors
    /// [`ChainError::Url`], [`ChainError::Unreachable`], [`ChainError::WrongChain`] or [`ChainError::WrongGenesis`].
    pub async fn connect(url: &str, genesis: Option<H256>) -> Result<Self, ChainError> {
        let rpc = Rpc::connect(url).await?;
        check_name(&rpc).await?;
        let found = rpc
            .request("chain_getBlockHash", || rpc.methods.genesis_hash())
            .await?;
        check_genesis(&rpc, found, genesis.unwrap_or(found))?;
        let backend = LegacyBackend::builder().build(rpc.client.clone());
        let config = SubstrateConfig::builder().set_genesis_hash(found).build();
        let online = OnlineClient::from_backend_with_config(config, Arc::new(backend)).await;
        let online = online.map_err(|cause| ChainError::incompatible("the node", cause))?;
        let follower = Follower::start(rpc.clone()).await?;
        Ok(Self {
            rpc,
            online,
            follower,
            sending: Arc::default(),
            genesis: found,
        })
    }

    /// The node's URL.
    pub fn url(&self) -> &str {
        &self.rpc.url
    }

    /// The hash of the chain's first block.
    pub const fn genesis(&self) -> H256 {
        self.genesis
    }

    /// The newest blocks; changes whenever one comes, also after the connection was broken.
    pub fn heads(&self) -> watch::Receiver<Heads> {
        self.follower.heads.clone()
    }

    /// The newest blocks, asked of the node now, after checking that it is still of the same chain.
    ///
    /// # Errors
    /// [`ChainError::WrongGenesis`] if the node was reset, else what the connection says.
    pub async fn fetch_heads(&self) -> Result<Heads, ChainError> {
        let found = self
            .rpc
            .request("chain_getBlockHash", || self.rpc.methods.genesis_hash())
            .await?;
        check_genesis(&self.rpc, found, self.genesis)?;
        heads::fetch(&self.rpc).await
    }

    /// The block that `at` means now.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn head(&self, at: At) -> Result<Head, ChainError> {
        match at {
            At::Best => Ok(heads::fetch(&self.rpc).await?.best),
            At::Finalised => Ok(heads::fetch(&self.rpc).await?.finalised),
            At::Block(hash) => Ok(Head {
                number: heads::number_of(&self.rpc, hash).await?,
                hash,
            }),
        }
    }

    /// The hash of the best chain's block with this number, if it has come.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn block_hash(&self, number: u32) -> Result<Option<H256>, ChainError> {
        let ask = || self.rpc.methods.chain_get_block_hash(Some(number.into()));
        self.rpc.request("chain_getBlockHash", ask).await
    }

    /// Waits until a block newer than `after` is best, or `limit` has passed.
    pub async fn next_block(&self, after: u32, limit: Duration) {
        let mut heads = self.heads();
        let newer = heads.wait_for(|heads| heads.best.number > after);
        let _ = tokio::time::timeout(limit, newer).await;
    }

    /// Calls a method of a runtime API, `Api_method`, and decodes the answer as a shared type.
    ///
    /// # Errors
    /// [`ChainError::Refused`] if the runtime has no such method, [`ChainError::Incompatible`] if its answer is of another
    /// type, else what the connection says.
    pub async fn runtime_api<T: DecodeAll>(
        &self,
        method: &str,
        arguments: impl Encode,
        at: At,
    ) -> Result<T, ChainError> {
        let hash = match at {
            At::Block(hash) => hash,
            at => self.head(at).await?.hash,
        };
        let arguments = arguments.encode();
        let ask = || {
            self.rpc
                .methods
                .state_call(method, Some(&arguments), Some(hash))
        };
        let answer = self.rpc.request(method, ask).await?;
        T::decode_all(&mut &answer[..]).map_err(|cause| ChainError::incompatible(method, cause))
    }

    /// An account's balance and nonce; zero if it does not exist.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn account(&self, account: &Account, at: At) -> Result<AccountInfo, ChainError> {
        let hash = self.head(at).await?.hash;
        let key = storage_key("System", "Account", account);
        let ask = || self.rpc.methods.state_get_storage(&key, Some(hash));
        let Some(bytes) = self.rpc.request("state_getStorage", ask).await? else {
            return Ok(AccountInfo::default());
        };
        AccountInfo::decode_all(&mut &bytes[..])
            .map_err(|cause| ChainError::incompatible("System.Account", cause))
    }

    /// The time that the block's author gave it, in milliseconds since 1970.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn timestamp(&self, at: At) -> Result<u64, ChainError> {
        let hash = self.head(at).await?.hash;
        let key = plain_key("Timestamp", "Now");
        let ask = || self.rpc.methods.state_get_storage(&key, Some(hash));
        let bytes = self
            .rpc
            .request("state_getStorage", ask)
            .await?
            .unwrap_or_default();
        u64::decode_all(&mut &bytes[..])
            .map_err(|cause| ChainError::incompatible("Timestamp.Now", cause))
    }

    /// A pallet's constant, decoded as a shared type.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime has none of this type.
    pub async fn constant<T: DecodeAll>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        let best = self.heads().borrow().best;
        let at = self.at(best).await?;
        let label = || format!("the constant {pallet}.{name}");
        let address = subxt::dynamic::constant::<subxt::dynamic::Value>(pallet, name);
        let bytes = at
            .constants()
            .entry_bytes(address)
            .map_err(|cause| ChainError::incompatible(label(), cause))?;
        T::decode_all(&mut &bytes[..]).map_err(|cause| ChainError::incompatible(label(), cause))
    }

    /// The node's health: whether it is syncing and how many peers it has.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn health(&self) -> Result<Health, ChainError> {
        let health = self
            .rpc
            .request("system_health", || self.rpc.methods.system_health())
            .await?;
        let version = self
            .rpc
            .request("system_version", || self.rpc.methods.system_version())
            .await?;
        let chain = self
            .rpc
            .request("system_chain", || self.rpc.methods.system_chain())
            .await?;
        Ok(Health {
            version,
            chain,
            peers: health.peers,
            syncing: health.is_syncing,
        })
    }

    pub(crate) async fn at(&self, head: Head) -> Result<AtBlock, ChainError> {
        let opened = self
            .online
            .at_block_hash_and_number(head.hash, u64::from(head.number))
            .await;
        opened.map_err(|cause| match asks_the_node(&cause) {
            true => self.rpc.unreachable(cause),
            false => self.of_subxt("the runtime's metadata", &cause),
        })
    }

    /// An error of a subxt operation that both asks the node and reads metadata.
    pub(crate) fn of_subxt(
        &self,
        what: &str,
        cause: &(dyn std::error::Error + 'static),
    ) -> ChainError {
        let mut next = Some(cause);
        while let Some(error) = next {
            if let Some(rpc) = error.downcast_ref::<subxt::rpcs::Error>() {
                return self.rpc.error(what, rpc);
            }
            next = error.source();
        }
        ChainError::incompatible(what, cause)
    }
}

/// Whether it was the node's answer that failed, and not what it says. These errors hold their cause as text only.
fn asks_the_node(error: &OnlineClientAtBlockError) -> bool {
    matches!(
        error,
        OnlineClientAtBlockError::CannotGetCurrentBlock { .. }
            | OnlineClientAtBlockError::CannotGetBlockHash { .. }
            | OnlineClientAtBlockError::CannotGetBlockHeader { .. }
            | OnlineClientAtBlockError::CannotGetSpecVersion { .. }
            | OnlineClientAtBlockError::CannotGetMetadata { .. }
    )
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// Version of the node.
    pub version: String,
    /// Name of its chain.
    pub chain: String,
    /// Nodes it is connected to.
    pub peers: usize,
    /// Whether it is still fetching old blocks.
    pub syncing: bool,
}

async fn check_name(rpc: &Rpc) -> Result<(), ChainError> {
    let ask = || rpc.methods.state_get_runtime_version(None);
    let version = rpc.request("state_getRuntimeVersion", ask).await?;
    let found = version
        .other
        .get("specName")
        .and_then(|name| name.as_str())
        .unwrap_or_default();
    if found != SPEC_NAME {
        return Err(ChainError::WrongChain {
            url: rpc.url.to_string(),
            found: found.to_owned(),
            expected: SPEC_NAME,
        });
    }
    Ok(())
}

fn check_genesis(rpc: &Rpc, found: H256, expected: H256) -> Result<(), ChainError> {
    if found != expected {
        let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
        return Err(ChainError::WrongGenesis {
            url: rpc.url.to_string(),
            found,
            expected,
        });
    }
    Ok(())
}

/// The key of a map whose hasher is blake2_128_concat.
fn storage_key(pallet: &str, item: &str, key: &impl Encode) -> Vec<u8> {
    let key = key.encode();
    [
        &plain_key(pallet, item)[..],
        &sp_crypto_hashing::blake2_128(&key),
        &key,
    ]
    .concat()
}

/// The key of a value.
fn plain_key(pallet: &str, item: &str) -> Vec<u8> {
    use sp_crypto_hashing::twox_128;
    [twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_key_is_the_known_one() {
        let key = storage_key("System", "Account", &[0u8; 32]);
        assert_eq!(
            hex::encode(&key[..32]),
            "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
        );
        assert_eq!(key.len(), 32 + 16 + 32);
    }
}
