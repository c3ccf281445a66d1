//! Following a transaction into a block.

use std::time::Duration;

use super::{search::Search, Included, SignedTransaction, Until, DEPTH};
use crate::{At, ChainClient, ChainError, Head, Heads};

/// Blocks after which a transaction that is in none is sent again: the node may have lost its pool.
const RESEND: u32 = 4;

impl ChainClient {
    /// Follows a transaction into a block, through forks, broken connections and a node that loses its pool, by looking
    /// for its bytes in the blocks of its lifetime.
    ///
    /// # Errors
    /// [`ChainError::Failed`] if it failed in its block, [`ChainError::Expired`] or [`ChainError::Outrun`] if it can be in
    /// none any more, [`ChainError::Late`] after `limit` if one is given. Failures of the connection are waited out.
    pub async fn wait(
        &self,
        transaction: &SignedTransaction,
        until: Until,
        limit: Option<Duration>,
    ) -> Result<Included, ChainError> {
        let following = self.follow(transaction, until);
        let Some(limit) = limit else {
            return following.await;
        };
        match tokio::time::timeout(limit, following).await {
            Ok(done) => done,
            Err(_) => Err(ChainError::Late {
                until: until.name(),
                limit,
            }),
        }
    }

    async fn follow(
        &self,
        transaction: &SignedTransaction,
        until: Until,
    ) -> Result<Included, ChainError> {
        let mut search = Search::new(transaction);
        let mut heads = self.heads();
        loop {
            let now = *heads.borrow_and_update();
            match self.look(transaction, &mut search, until, &now).await {
                Ok(Some(included)) => return Ok(included),
                Ok(None) => {}
                Err(error @ (ChainError::Unreachable { .. } | ChainError::Refused { .. })) => {
                    tracing::debug!(%error, "looking for the transaction again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
                Err(error) => return Err(error),
            }
            if heads.changed().await.is_err() {
                return Err(ChainError::Expired {
                    expires: transaction.expires,
                });
            }
        }
    }

    /// Looks at the blocks that came since the last look.
    async fn look(
        &self,
        transaction: &SignedTransaction,
        search: &mut Search,
        until: Until,
        heads: &Heads,
    ) -> Result<Option<Included>, ChainError> {
        if let Some(found) = search.found {
            if self.block_hash(found.0.number).await? != Some(found.0.hash) {
                *search = Search::new(transaction);
            }
        }
        if search.found.is_none() {
            self.scan(transaction, search, heads).await?;
        }
        match search.found {
            Some((block, index))
                if until == Until::InBestBlock || heads.finalised.number >= block.number =>
            {
                Ok(Some(self.outcome(block, index).await?))
            }
            Some(_) => Ok(None),
            None => self.missing(transaction, search, heads).await,
        }
    }

    async fn scan(
        &self,
        transaction: &SignedTransaction,
        search: &mut Search,
        heads: &Heads,
    ) -> Result<(), ChainError> {
        // A fork may have replaced the last blocks that were looked at.
        let from = search
            .next
            .min(heads.best.number.saturating_sub(DEPTH))
            .max(transaction.birth);
        for number in from..=heads.best.number.min(transaction.expires) {
            let Some(hash) = self.block_hash(number).await? else {
                break;
            };
            if search.seen(number, hash) {
                continue;
            }
            let ask = || self.rpc.methods.chain_get_block(Some(hash));
            let Some(details) = self.rpc.request("chain_getBlock", ask).await? else {
                break;
            };
            let place = details
                .block
                .extrinsics
                .iter()
                .position(|extrinsic| extrinsic.0 == transaction.bytes);
            if let Some(index) = place {
                search.found = Some((
                    Head { number, hash },
                    u32::try_from(index).unwrap_or(u32::MAX),
                ));
                return Ok(());
            }
            search.note(number, hash);
        }
        Ok(())
    }

    /// Judges a transaction that is in no block: gone for good, or to be sent again.
    async fn missing(
        &self,
        transaction: &SignedTransaction,
        search: &mut Search,
        heads: &Heads,
    ) -> Result<Option<Included>, ChainError> {
        // Only blocks that were all looked at tell that it is in none of them.
        let looked = search.next > heads.finalised.number.min(transaction.expires);
        if looked && heads.finalised.number >= transaction.expires {
            return Err(ChainError::Expired {
                expires: transaction.expires,
            });
        }
        if heads.best.number < search.resend_at || heads.best.number > transaction.expires {
            return Ok(None);
        }
        search.resend_at = heads.best.number.saturating_add(RESEND);
        let info = self
            .account(&transaction.account, At::Block(heads.finalised.hash))
            .await?;
        if looked && u64::from(info.nonce) > transaction.nonce {
            return Err(ChainError::Outrun);
        }
        self.submit(transaction).await?;
        Ok(None)
    }
}
