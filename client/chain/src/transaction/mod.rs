//! Transactions: signed once, sent as often as needed, and followed into a block.

mod follow;
mod general;
mod outcome;
mod search;
mod sign;
mod submit;

pub use general::GeneralTransaction;
pub use outcome::{Event, Included};
pub(crate) use sign::checked_bytes;
pub use submit::Submitted;

use codec::{Decode, Encode};
use subxt::utils::H256;

use crate::Account;

/// Blocks for which a transaction is valid.
const LIFETIME: u32 = 64;

/// How far behind the best block a transaction's lifetime begins at most: a fork shorter than this keeps it valid.
const DEPTH: u32 = 16;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
