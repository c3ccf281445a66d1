//! Transactions: signed once, sent as often as needed, and followed into a block.

use std::time::Duration;

use codec::{Decode, Encode};
use subxt::{
    config::DefaultExtrinsicParamsBuilder, error::DispatchError, events::Phase, rpcs::Error,
    utils::H256,
};

use crate::{client::AtBlock, Account, At, Call, ChainClient, ChainError, Head, Heads, Key};

/// Blocks for which a transaction is valid.
const LIFETIME: u32 = 64;

/// How far behind the best block a transaction's lifetime begins at most: a fork shorter than this keeps it valid.
const DEPTH: u32 = 16;

/// Blocks after which a transaction that is in none is sent again: the node may have lost its pool.
const RESEND: u32 = 4;

/// A signed transaction. It can be kept and sent again: its nonce lets it into the chain at most once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedTransaction {
    /// The whole extrinsic.
    pub bytes: Vec<u8>,
    /// Who signed it.
    pub account: Account,
    /// The account's nonce.
    pub nonce: u64,
    /// The block from which it is valid.
    pub birth: u32,
    /// The last block in which it is valid.
    pub expires: u32,
}

impl SignedTransaction {
    /// Its hash.
    pub fn hash(&self) -> H256 {
        H256(sp_crypto_hashing::blake2_256(&self.bytes))
    }
}

/// How sure a transaction's place must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// In a block of the longest chain, which may be undone.
    InBestBlock,
    /// In a block that cannot be undone.
    Finalised,
}

impl Until {
    const fn name(self) -> &'static str {
        match self {
            Self::InBestBlock => "best",
            Self::Finalised => "final",
        }
    }
}

/// A transaction in a block, where it succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// The block.
    pub block: Head,
    /// Its place in the block.
    pub index: u32,
    /// What it made happen.
    pub events: Vec<Event>,
}

/// Something that happened on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The pallet.
    pub pallet: String,
    /// The event's name.
    pub name: String,
    /// Its fields, SCALE-encoded one after the other.
    pub fields: Vec<u8>,
}

impl Included {
    /// The first fields of the first event of this name.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if there is none or its fields are of other types.
    pub fn event<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        let label = || format!("the event {pallet}.{name}");
        let event = self
            .events
            .iter()
            .find(|event| event.pallet == pallet && event.name == name);
        let event = event
            .ok_or_else(|| ChainError::incompatible(label(), "the transaction emitted none"))?;
        T::decode(&mut &event.fields[..]).map_err(|cause| ChainError::incompatible(label(), cause))
    }

    /// The fee paid.
    ///
    /// # Errors
    /// As [`event`](Self::event).
    pub fn fee(&self) -> Result<u128, ChainError> {
        let (_, fee, _): (Account, u128, u128) =
            self.event("TransactionPayment", "TransactionFeePaid")?;
        Ok(fee)
    }
}

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
        check_arguments(&at, call)?;
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

    /// Puts a transaction into the node's pool.
    ///
    /// # Errors
    /// [`ChainError::CannotPay`], [`ChainError::Rejected`], or what the connection says.
    pub async fn submit(&self, transaction: &SignedTransaction) -> Result<Submitted, ChainError> {
        let name = "author_submitExtrinsic";
        let sent = async {
            Ok(self
                .rpc
                .methods
                .author_submit_extrinsic(&transaction.bytes)
                .await)
        };
        let judged = |answer: Result<H256, Error>| match answer {
            Ok(_) => Ok(Ok(Submitted::Pooled)),
            Err(Error::User(user)) => {
                let data = user
                    .data
                    .as_ref()
                    .map(|data| data.get())
                    .unwrap_or_default();
                Ok(judge(user.code, &user.message, data, transaction.account))
            }
            Err(error) => Err(error),
        };
        let first: Result<Result<H256, Error>, Error> = sent.await;
        match first.and_then(judged) {
            Ok(outcome) => outcome,
            // The connection broke: whether it arrived is not known, so it is sent again.
            Err(_) => {
                let again = || async {
                    judged(
                        self.rpc
                            .methods
                            .author_submit_extrinsic(&transaction.bytes)
                            .await,
                    )
                };
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

    /// The events of a transaction, or the error it failed with.
    async fn outcome(&self, block: Head, index: u32) -> Result<Included, ChainError> {
        let at = self.at(block).await?;
        let events = at
            .events()
            .fetch()
            .await
            .map_err(|cause| self.of_subxt("the block's events", &cause))?;
        let mut own = Vec::new();
        for event in events.iter() {
            let event =
                event.map_err(|cause| ChainError::incompatible("the block's events", cause))?;
            if event.phase() != Phase::ApplyExtrinsic(index) {
                continue;
            }
            if (event.pallet_name(), event.event_name()) == ("System", "ExtrinsicFailed") {
                return Err(failure(&at, event.field_bytes()));
            }
            let (pallet, name) = (
                event.pallet_name().to_owned(),
                event.event_name().to_owned(),
            );
            own.push(Event {
                pallet,
                name,
                fields: event.field_bytes().to_vec(),
            });
        }
        Ok(Included {
            block,
            index,
            events: own,
        })
    }
}

/// Where a transaction has been looked for.
struct Search {
    /// The first block not looked at.
    next: u32,
    /// The last blocks looked at.
    recent: Vec<(u32, H256)>,
    found: Option<(Head, u32)>,
    resend_at: u32,
}

impl Search {
    fn new(transaction: &SignedTransaction) -> Self {
        Self {
            next: transaction.birth,
            recent: Vec::new(),
            found: None,
            resend_at: 0,
        }
    }

    fn seen(&self, number: u32, hash: H256) -> bool {
        self.recent.contains(&(number, hash))
    }

    fn note(&mut self, number: u32, hash: H256) {
        self.recent
            .retain(|(at, _)| *at != number && at.saturating_add(2 * DEPTH) > number);
        self.recent.push((number, hash));
        self.next = number.saturating_add(1);
    }
}

/// Decodes a call's arguments by the runtime's types, so that a difference shows before anything is signed.
fn check_arguments(at: &AtBlock, call: &Call) -> Result<(), ChainError> {
    let wrong = |cause| ChainError::incompatible(call.label(), cause);
    let transactions = at.transactions();
    let data = transactions.call_data(call).map_err(wrong)?;
    transactions
        .from_call_data_bytes(&data)
        .map(drop)
        .map_err(wrong)
}

/// The pool's answer by its code: 1010 invalid, 1012 banned for a moment, 1013 there already, 1014 underpriced, 1016 full.
fn judge(code: i32, message: &str, data: &str, account: Account) -> Result<Submitted, ChainError> {
    let text = format!("{message} {data}");
    match code {
        1010 if text.contains("outdated") => Ok(Submitted::Stale),
        1010 if text.contains("pay some fees") => Err(ChainError::CannotPay { account }),
        1012 | 1013 => Ok(Submitted::Known),
        _ => Err(ChainError::Rejected {
            cause: text.trim().to_owned(),
        }),
    }
}

/// The error of a failed transaction in the pallet's own words.
fn failure(at: &AtBlock, fields: &[u8]) -> ChainError {
    let plain = |name: String| ChainError::Failed {
        pallet: "System".to_owned(),
        docs: name.clone(),
        name,
    };
    match DispatchError::decode_from(fields, at.metadata()) {
        Ok(DispatchError::Module(error)) => match error.details() {
            Ok(details) => ChainError::Failed {
                pallet: details.pallet.name().to_owned(),
                name: details.variant.name.clone(),
                docs: details.variant.docs.join(" ").trim().to_owned(),
            },
            Err(cause) => plain(cause.to_string()),
        },
        Ok(error) => plain(error.to_string()),
        Err(cause) => ChainError::incompatible("System.ExtrinsicFailed", cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pools_answers_are_told_apart() {
        let account = Account([1; 32]);
        let judge = |code, data: &str| judge(code, "Invalid Transaction", data, account);
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

    #[test]
    fn a_kept_transaction_is_the_same_again() {
        let transaction = SignedTransaction {
            bytes: vec![1, 2, 3],
            account: Account([7; 32]),
            nonce: 9,
            birth: 10,
            expires: 73,
        };
        let kept = SignedTransaction::decode(&mut &transaction.encode()[..]).unwrap();
        assert_eq!(kept, transaction);
        assert_eq!(kept.hash(), transaction.hash());
    }

    #[test]
    fn a_replaced_block_is_looked_at_again() {
        let transaction = SignedTransaction {
            bytes: vec![],
            account: Account([0; 32]),
            nonce: 0,
            birth: 5,
            expires: 68,
        };
        let mut search = Search::new(&transaction);
        search.note(5, H256([1; 32]));
        search.note(6, H256([2; 32]));
        assert!(search.seen(6, H256([2; 32])));
        assert!(!search.seen(6, H256([3; 32])));
        search.note(6, H256([3; 32]));
        assert!(!search.seen(6, H256([2; 32])));
        assert_eq!(search.next, 7);
    }
}
