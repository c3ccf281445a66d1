//! Who sends a call, and how it is signed.

use assay_runtime::{
    AccountId, Hash, Runtime, RuntimeCall, SignedPayload, TxExtension, UncheckedExtrinsic,
};
use codec::Encode;
use frame_metadata_hash_extension::CheckMetadataHash;
use sp_keyring::Sr25519Keyring;
use sp_runtime::generic::Era;
use sp_version::RuntimeVersion;

/// A call with whoever sends it.
#[derive(Clone, Debug)]
pub enum Sender {
    /// The account of a well-known key.
    Signed(Sr25519Keyring, RuntimeCall),
    /// A general transaction, which the call itself authorises.
    Anybody(RuntimeCall),
}

impl Sender {
    /// What is called.
    pub fn call(&self) -> &RuntimeCall {
        match self {
            Self::Signed(_, call) | Self::Anybody(call) => call,
        }
    }
}

/// What a signature says of the chain that it is for.
pub(crate) struct Signing {
    pub(crate) version: RuntimeVersion,
    pub(crate) genesis: Hash,
    pub(crate) nonce: u32,
    /// Digest of the metadata, if the chain is to check it.
    pub(crate) metadata: Option<[u8; 32]>,
}

impl Signing {
    /// An extrinsic that never expires.
    pub(crate) fn sign(&self, who: Sr25519Keyring, call: RuntimeCall) -> UncheckedExtrinsic {
        let implicit = (
            (),
            (),
            self.version.spec_version,
            self.version.transaction_version,
            self.genesis,
            self.genesis,
            (),
            (),
            (),
            self.metadata,
            (),
        );
        let extension = extension(self.nonce, self.metadata);
        let payload = SignedPayload::from_raw(call, extension, implicit);
        let signature = payload.using_encoded(|bytes| who.sign(bytes));
        let (call, extension, _) = payload.deconstruct();
        UncheckedExtrinsic::new_signed(call, account(who).into(), signature.into(), extension)
    }
}

/// A call that nobody signs.
pub(crate) fn general(call: RuntimeCall) -> UncheckedExtrinsic {
    UncheckedExtrinsic::new_transaction(call, extension(0, None))
}

/// Of an extrinsic that never expires and pays no tip.
fn extension(nonce: u32, metadata: Option<[u8; 32]>) -> TxExtension {
    let check_metadata = match metadata {
        Some(hash) => CheckMetadataHash::new_with_custom_hash(hash),
        None => CheckMetadataHash::new(false),
    };
    (
        frame_system::AuthorizeCall::new(),
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckMortality::from(Era::Immortal),
        frame_system::CheckNonce::from(nonce),
        frame_system::CheckWeight::new(),
        pallet_transaction_payment::ChargeTransactionPayment::<Runtime>::from(0),
        check_metadata,
        frame_system::WeightReclaim::new(),
    )
}

/// The account of a well-known key.
pub fn account(key: Sr25519Keyring) -> AccountId {
    key.to_account_id()
}
