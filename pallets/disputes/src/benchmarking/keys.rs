//! Signatures that a benchmark can make.

use sp_io::crypto::{ecdsa_generate, ecdsa_sign};
use sp_runtime::{
    app_crypto::ecdsa, traits::IdentifyAccount, AccountId32, KeyTypeId, MultiSignature, MultiSigner,
};

/// Signatures by a key that the benchmark has.
pub trait Signing<AccountId>: Sized {
    /// The key's account.
    fn account() -> AccountId;

    /// The key's signature; `None` if there is no keystore.
    fn sign(message: &[u8]) -> Option<Self>;
}

const KEY_TYPE: KeyTypeId = KeyTypeId(*b"bnch");

/// Verification takes the same for all three kinds of key, to some hundredths.
impl Signing<AccountId32> for MultiSignature {
    fn account() -> AccountId32 {
        MultiSigner::from(key()).into_account()
    }

    fn sign(message: &[u8]) -> Option<Self> {
        ecdsa_sign(KEY_TYPE, &key(), message).map(Self::from)
    }
}

fn key() -> ecdsa::Public {
    ecdsa_generate(KEY_TYPE, Some(b"//Operator".to_vec()))
}

#[cfg(test)]
impl Signing<u64> for sp_runtime::testing::TestSignature {
    fn account() -> u64 {
        1_000
    }

    fn sign(message: &[u8]) -> Option<Self> {
        Some(Self(Self::account(), message.to_vec()))
    }
}
