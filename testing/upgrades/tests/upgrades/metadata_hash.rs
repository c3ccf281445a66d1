//! A signer that knows the chain only by its metadata can have the chain check that it was the right one.

use assay_runtime::{RuntimeCall, WASM_BINARY};
use sp_keyring::Sr25519Keyring::Bob;
use sp_runtime::transaction_validity::InvalidTransaction;

use assay_testing_chain::Chain;

use crate::snapshots;

#[test]
fn a_signature_over_the_metadata_counts() {
    let mut chain = Chain::new(WASM_BINARY.unwrap());
    chain.block(vec![]);
    let call = RuntimeCall::from(frame_system::Call::remark { remark: vec![] });
    let hash = snapshots::metadata_hash();
    let valid = chain.validate(Bob, call.clone(), hash);
    assert!(valid.is_ok(), "{valid:?}");
    let other = hash.map(|byte| byte ^ 1);
    let refused = chain.validate(Bob, call, other);
    assert_eq!(refused, Err(InvalidTransaction::BadProof.into()));
}
