//! The newest blocks, followed through every break of the connection.

use std::{sync::Arc, time::Duration};

use subxt::utils::H256;
use tokio::{sync::watch, task::AbortHandle};

use crate::{rpc::Rpc, ChainError};

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u32,
    /// Its hash.
    pub hash: H256,
}

/// The newest blocks of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heads {
    /// The newest block of the longest chain.
    pub best: Head,
    /// The newest block that cannot be undone.
    pub finalised: Head,
}

/// How long nothing may come before the node is asked.
const QUIET: Duration = Duration::from_secs(6);

/// The pause after a failed subscription.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows the heads until it is dropped.
#[derive(Clone)]
pub(crate) struct Follower {
    pub(crate) heads: watch::Receiver<Heads>,
    _task: Arc<StopOnDrop>,
}

struct StopOnDrop(AbortHandle);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Follower {
    pub(crate) async fn start(rpc: Rpc) -> Result<Self, ChainError> {
        let (sender, heads) = watch::channel(fetch(&rpc).await?);
        let task = tokio::spawn(follow(rpc, sender));
        Ok(Self {
            heads,
            _task: Arc::new(StopOnDrop(task.abort_handle())),
        })
    }
}

/// The heads as the node tells them now.
pub(crate) async fn fetch(rpc: &Rpc) -> Result<Heads, ChainError> {
    let finalised = rpc
        .request("chain_getFinalizedHead", || {
            rpc.methods.chain_get_finalized_head()
        })
        .await?;
    let finalised = Head {
        number: number_of(rpc, finalised).await?,
        hash: finalised,
    };
    let best = rpc
        .request("chain_getBlockHash", || {
            rpc.methods.chain_get_block_hash(None)
        })
        .await?;
    let best = best.ok_or_else(|| missing("the best block"))?;
    let best = Head {
        number: number_of(rpc, best).await?,
        hash: best,
    };
    // A block may have become final in between.
    let best = if best.number < finalised.number {
        finalised
    } else {
        best
    };
    Ok(Heads { best, finalised })
}

pub(crate) async fn number_of(rpc: &Rpc, hash: H256) -> Result<u32, ChainError> {
    let header = rpc
        .request("chain_getHeader", || {
            rpc.methods.chain_get_header(Some(hash))
        })
        .await?;
    let header = header.ok_or_else(|| missing("a block's header"))?;
    u32::try_from(header.number).map_err(|cause| ChainError::incompatible("a block number", cause))
}

fn missing(what: &str) -> ChainError {
    ChainError::Refused {
        request: what.to_owned(),
        cause: "the node does not have it".to_owned(),
    }
}

async fn follow(rpc: Rpc, sender: watch::Sender<Heads>) {
    while !sender.is_closed() {
        if let Err(error) = follow_once(&rpc, &sender).await {
            tracing::debug!(%error, "the heads are subscribed to again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Follows until a subscription ends. Subscriptions only wake it: heads are asked for, so that none is out of date.
async fn follow_once(rpc: &Rpc, sender: &watch::Sender<Heads>) -> Result<(), ChainError> {
    let name = "chain_subscribeNewHeads";
    let mut best = rpc
        .methods
        .chain_subscribe_new_heads()
        .await
        .map_err(|error| rpc.error(name, &error))?;
    let name = "chain_subscribeFinalizedHeads";
    let mut finalised = rpc
        .methods
        .chain_subscribe_finalized_heads()
        .await
        .map_err(|error| rpc.error(name, &error))?;
    loop {
        let heads = fetch(rpc).await?;
        sender.send_if_modified(|last| std::mem::replace(last, heads) != heads);
        let alive = tokio::select! {
            next = best.next() => matches!(next, Some(Ok(_))),
            next = finalised.next() => matches!(next, Some(Ok(_))),
            () = tokio::time::sleep(QUIET) => true,
        };
        if !alive {
            return Ok(());
        }
    }
}
