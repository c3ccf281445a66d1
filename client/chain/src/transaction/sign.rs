//! Making a signed transaction of a call.

use subxt::config::DefaultExtrinsicParamsBuilder;

use super::{SignedTransaction, DEPTH, LIFETIME};
use crate::{client::AtBlock, Call, ChainClient, ChainError, Head, Heads, Key};

impl ChainClient {
    /// Signs a call with the account's next nonce, counting what is in the node's pool. It stays valid for 48 to 64 blocks.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime lacks the call or takes other arguments.
    pub async fn sign(&self, call: &Call, key: &Key) -> Result<SignedTransaction, ChainError> {
        let account = key.account();
        let name = "system_accountNextIndex";
        let nonce = self
            .rpc
            .request(name, || async {
                self.rpc
                    .methods
                    .system_account_next_index(&account.into())
                    .await
            })
            .await?;
        self.sign_with_nonce(call, key, nonce).await
    }

    /// Signs a call with a nonce.
    ///
    /// # Errors
    /// As [`sign`](Self::sign).
    pub async fn sign_with_nonce(
        &self,
        call: &Call,
        key: &Key,
        nonce: u64,
    ) -> Result<SignedTransaction, ChainError> {
        let heads = self.fetch_heads().await?;
        let birth = self.birth(&heads).await?;
        let at = self.at(heads.best).await?;
        checked_bytes(&at, call)?;
        let params = DefaultExtrinsicParamsBuilder::new()
            .nonce(nonce)
            .mortal_from_unchecked(u64::from(LIFETIME), u64::from(birth.number), birth.hash)
            .build();
        let wrong = |cause| ChainError::incompatible(call.label(), cause);
        let mut signable = at
            .transactions()
            .create_v4_signable_offline(call, params)
            .map_err(wrong)?;
        let signed = signable.sign(key.signer()).map_err(wrong)?;
        let expires = birth.number.saturating_add(LIFETIME - 1);
        Ok(SignedTransaction {
            bytes: signed.into_encoded(),
            account: key.account(),
            nonce,
            birth: birth.number,
            expires,
        })
    }

    /// The block from which a new transaction is valid: final, unless finality is far behind.
    async fn birth(&self, heads: &Heads) -> Result<Head, ChainError> {
        let oldest = heads.best.number.saturating_sub(DEPTH);
        if heads.finalised.number >= oldest {
            return Ok(heads.finalised);
        }
        let hash = self.block_hash(oldest).await?.unwrap_or(heads.best.hash);
        Ok(Head {
            number: oldest,
            hash,
        })
    }
}

/// A call's bytes, after decoding its arguments by the runtime's types, so that a difference shows before anything is signed.
pub(crate) fn checked_bytes(at: &AtBlock, call: &Call) -> Result<Vec<u8>, ChainError> {
    let wrong = |cause| ChainError::incompatible(call.label(), cause);
    let transactions = at.transactions();
    let data = transactions.call_data(call).map_err(wrong)?;
    transactions.from_call_data_bytes(&data).map_err(wrong)?;
    Ok(data)
}
