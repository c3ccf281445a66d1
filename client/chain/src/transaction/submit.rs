//! Putting a transaction into the node's pool.

use subxt::{rpcs::Error, utils::H256};

use super::{Included, SignedTransaction, Until};
use crate::{Account, Call, ChainClient, ChainError, Key};

/// What the node's pool said to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It is in the pool now.
    Pooled,
    /// It was there already, or for a moment cannot be.
    Known,
    /// Its nonce is used: it is in a block, or another transaction was first.
    Stale,
}

impl ChainClient {
    /// Puts a transaction into the node's pool.
    ///
    /// # Errors
    /// [`ChainError::CannotPay`], [`ChainError::Rejected`], or what the connection says.
    pub async fn submit(&self, transaction: &SignedTransaction) -> Result<Submitted, ChainError> {
        self.put(&transaction.bytes, Some(transaction.account))
            .await
    }

    /// Puts an extrinsic into the node's pool; `payer` is the account that pays for it, if one does.
    pub(super) async fn put(
        &self,
        bytes: &[u8],
        payer: Option<Account>,
    ) -> Result<Submitted, ChainError> {
        let name = "author_submitExtrinsic";
        let send = || self.rpc.methods.author_submit_extrinsic(bytes);
        let judged = |answer: Result<H256, Error>| match answer {
            Ok(_) => Ok(Ok(Submitted::Pooled)),
            Err(Error::User(user)) => {
                let data = user
                    .data
                    .as_ref()
                    .map(|data| data.get())
                    .unwrap_or_default();
                Ok(judge(user.code, &user.message, data, payer))
            }
            Err(error) => Err(error),
        };
        match judged(send().await) {
            Ok(outcome) => outcome,
            // The connection broke: whether it arrived is not known, so it is sent again.
            Err(_) => {
                let again = || async { judged(send().await) };
                self.rpc.request(name, again).await?
            }
        }
    }

    /// Signs a call, sends it and waits for its place. One client sends one transaction at a time, so that two never get
    /// the same nonce.
    ///
    /// # Errors
    /// [`ChainError::Failed`] with the pallet's own words if it is in a block and failed there; as
    /// [`sign`](Self::sign), [`submit`](Self::submit) and [`wait`](Self::wait).
    pub async fn execute(
        &self,
        call: &Call,
        key: &Key,
        until: Until,
    ) -> Result<Included, ChainError> {
        let transaction = {
            let _sending = self.sending.lock().await;
            let transaction = self.sign(call, key).await?;
            tracing::debug!(call = %call.label(), nonce = transaction.nonce, hash = ?transaction.hash(), "sending");
            self.submit(&transaction).await?;
            transaction
        };
        self.wait(&transaction, until, None).await
    }
}

/// The pool's answer by its code: 1010 invalid, 1012 banned for a moment, 1013 there already, 1014 underpriced, 1016 full.
fn judge(
    code: i32,
    message: &str,
    data: &str,
    payer: Option<Account>,
) -> Result<Submitted, ChainError> {
    let text = format!("{message} {data}");
    match (code, payer) {
        (1010, _) if text.contains("outdated") => Ok(Submitted::Stale),
        (1010, Some(account)) if text.contains("pay some fees") => {
            Err(ChainError::CannotPay { account })
        }
        (1012 | 1013, _) => Ok(Submitted::Known),
        _ => Err(ChainError::Rejected {
            cause: text.trim().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pools_answers_are_told_apart() {
        let account = Account([1; 32]);
        let judge = |code, data: &str| judge(code, "Invalid Transaction", data, Some(account));
        assert_eq!(
            judge(1010, "\"Transaction is outdated\"").unwrap(),
            Submitted::Stale
        );
        assert_eq!(judge(1013, "").unwrap(), Submitted::Known);
        assert_eq!(judge(1012, "").unwrap(), Submitted::Known);
        let poor = judge(
            1010,
            "\"Inability to pay some fees (e.g. account balance too low)\"",
        );
        assert!(matches!(poor, Err(ChainError::CannotPay { .. })));
        for (code, data) in [
            (1010, "\"Custom error: 1\""),
            (1014, ""),
            (1016, ""),
            (-32601, ""),
        ] {
            assert!(
                matches!(judge(code, data), Err(ChainError::Rejected { .. })),
                "{code}"
            );
        }
    }
}
