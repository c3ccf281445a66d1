//! A wallet that signs many transfers fast, with tips.

use assay_client::{calls, Account, ChainClient, Key, SignedTransaction};
use assay_protocol::Balance;
use codec::{Compact, Encode};

/// The runtime's version as its constant has it: names, numbers, APIs, the transactions' version, the state's.
type Version = (String, String, u32, u32, u32, Vec<([u8; 8], u32)>, u32, u8);

/// A wallet that signs one transfer again and again.
pub struct Wallet {
    key: Key,
    call: Vec<u8>,
    /// What a signature covers beside what is sent: runtime and chain.
    implicit: Vec<u8>,
}

impl Wallet {
    /// A wallet of a key that sends an amount to an account.
    pub async fn new(chain: &ChainClient, key: Key, to: Account, amount: Balance) -> Self {
        let transfer = calls::transfer(to, amount);
        let sample = chain.sign_with_nonce(&transfer, &key, 0).await.unwrap();
        // The call stands last: two indices and its arguments.
        let start = sample.bytes.len() - 2 - transfer.arguments().len();
        let version: Version = chain.constant("System", "Version").await.unwrap();
        let genesis = chain.genesis();
        // Immortal, so that its birth is genesis; no hash of the metadata.
        let implicit = (version.3, version.6, genesis, genesis, None::<[u8; 32]>).encode();
        Self {
            key,
            call: sample.bytes[start..].to_vec(),
            implicit,
        }
    }

    pub fn account(&self) -> Account {
        self.key.account()
    }

    /// The transfer with this nonce and tip.
    pub fn transfer(&self, nonce: u32, tip: Balance) -> SignedTransaction {
        let immortal = 0u8;
        let no_metadata_hash = 0u8;
        let explicit = (immortal, Compact(nonce), Compact(tip), no_metadata_hash).encode();
        let covered = [&self.call[..], &explicit, &self.implicit].concat();
        assert!(covered.len() <= 256, "a longer one would be hashed");
        let signed_v4 = 0x84u8;
        let by_id = 0u8;
        let head = (signed_v4, by_id, self.account(), self.key.sign(&covered)).encode();
        let body = [&head[..], &explicit, &self.call].concat();
        SignedTransaction {
            bytes: body.encode(),
            account: self.account(),
            nonce: nonce.into(),
            birth: 0,
            expires: u32::MAX,
        }
    }
}
