//! Equivocations, from what a validator has signed twice to the offence, by the extrinsics with which nodes report them.

use super::{
    chain_time::block_with,
    digest_of_the_first_validator_in,
    staking::{bob_is_disabled, on_genesis},
};
use crate::{
    Babe, BlockNumber, Executive, Grandpa, Hash, Header, Historical, Runtime, RuntimeCall,
    RuntimeOrigin, System, UncheckedExtrinsic,
};
use finality_grandpa::{Message, Prevote};
use frame_support::{assert_err_ignore_postinfo, traits::KeyOwnerProofSystem};
use sp_consensus_babe::digests::CompatibleDigestItem;
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
    },
    DigestItem, DispatchError,
};
use sp_session::MembershipProof;

type TwoBlocks = sp_consensus_babe::EquivocationProof<Header>;
type TwoVotes = sp_consensus_grandpa::EquivocationProof<Hash, BlockNumber>;

/// Two blocks of the present slot, sealed with a validator's key, and the proof that the key is a validator's.
pub(super) fn two_blocks(key: Sr25519Keyring) -> (TwoBlocks, MembershipProof) {
    let number = System::block_number();
    let sealed = |root: u8| {
        let mut header = Header {
            parent_hash: System::parent_hash(),
            number,
            state_root: Hash::repeat_byte(root),
            extrinsics_root: Hash::zero(),
            digest: digest_of_the_first_validator_in(number),
        };
        let seal = key.sign(header.hash().as_ref());
        header.digest.push(DigestItem::babe_seal(seal.into()));
        header
    };
    let offender = sp_consensus_babe::AuthorityId::from(key.public());
    let owner = Historical::prove((sp_consensus_babe::KEY_TYPE, offender.clone()));
    let proof = TwoBlocks {
        offender,
        slot: u64::from(number).into(),
        first_header: sealed(1),
        second_header: sealed(2),
    };
    (proof, owner.expect("a validator's key"))
}

/// Two votes of one round, signed with a validator's key, and the proof that the key is a validator's.
fn two_votes(key: Ed25519Keyring) -> (TwoVotes, MembershipProof) {
    let (round, set) = (1, Grandpa::current_set_id());
    let signed = |root: u8| {
        let vote = Prevote {
            target_hash: Hash::repeat_byte(root),
            target_number: System::block_number(),
        };
        let message = Message::Prevote(vote.clone());
        let payload = sp_consensus_grandpa::localized_payload(round, set, &message);
        (vote, key.sign(&payload).into())
    };
    let offender = sp_consensus_grandpa::AuthorityId::from(key.public());
    let owner = Historical::prove((sp_consensus_grandpa::KEY_TYPE, offender.clone()));
    let votes = finality_grandpa::Equivocation {
        round_number: round,
        identity: offender,
        first: signed(1),
        second: signed(2),
    };
    let votes = sp_consensus_grandpa::Equivocation::Prevote(votes);
    (TwoVotes::new(set, votes), owner.expect("a validator's key"))
}

fn report_of_blocks((proof, key_owner_proof): (TwoBlocks, MembershipProof)) -> RuntimeCall {
    let equivocation_proof = Box::new(proof);
    pallet_babe::Call::report_equivocation_unsigned {
        equivocation_proof,
        key_owner_proof,
    }
    .into()
}

fn report_of_votes((proof, key_owner_proof): (TwoVotes, MembershipProof)) -> RuntimeCall {
    let equivocation_proof = Box::new(proof);
    pallet_grandpa::Call::report_equivocation_unsigned {
        equivocation_proof,
        key_owner_proof,
    }
    .into()
}

/// What the pool of a node says of an extrinsic.
fn pooled(source: TransactionSource, call: &RuntimeCall) -> TransactionValidity {
    let extrinsic = UncheckedExtrinsic::new_bare(call.clone());
    Executive::validate_transaction(source, extrinsic, System::parent_hash())
}

/// Its own node's report takes Bob out of work; nobody else's is taken, and no second one.
fn disables_bob_once(report: &RuntimeCall) {
    assert!(!bob_is_disabled());
    let outside = pooled(TransactionSource::External, report);
    assert_eq!(outside, Err(InvalidTransaction::Call.into()));
    let own = pooled(TransactionSource::Local, report).expect("a true report");
    assert!(!own.propagate);
    let block = vec![UncheckedExtrinsic::new_bare(report.clone())];
    block_with(Some(u64::from(System::block_number())), block);
    assert!(bob_is_disabled());
    let again = pooled(TransactionSource::Local, report);
    let stale = TransactionValidityError::from(InvalidTransaction::Stale);
    assert_eq!(again, Err(stale));
}

#[test]
fn reports_fit_into_blocks_of_all_paces() {
    for slot_ms in [500, 1_000, 2_000, 3_000, 6_000, 12_000] {
        on_genesis("local_testnet", || {
            pallet_assay_timing::Chosen::<Runtime>::mutate(|timing| timing.slot_ms = slot_ms);
            for report in [
                report_of_blocks(two_blocks(Sr25519Keyring::Bob)),
                report_of_votes(two_votes(Ed25519Keyring::Bob)),
            ] {
                let taken = pooled(TransactionSource::Local, &report);
                assert!(taken.is_ok(), "{slot_ms} ms: {taken:?}");
            }
        });
    }
}

#[test]
fn two_blocks_in_a_slot_are_one_offence() {
    on_genesis("local_testnet", || {
        disables_bob_once(&report_of_blocks(two_blocks(Sr25519Keyring::Bob)));
    });
}

#[test]
fn two_votes_in_a_round_are_one_offence() {
    on_genesis("local_testnet", || {
        disables_bob_once(&report_of_votes(two_votes(Ed25519Keyring::Bob)));
    });
}

#[test]
fn nobody_is_accused_of_what_another_signed_or_of_one_thing_twice() {
    on_genesis("local_testnet", || {
        let report = |proof, owner| {
            let nobody = RuntimeOrigin::none();
            let reported = Babe::report_equivocation_unsigned(nobody, Box::new(proof), owner);
            reported.unwrap_err().error
        };
        let untrue: DispatchError = pallet_babe::Error::<Runtime>::InvalidEquivocationProof.into();
        let (alices, _) = two_blocks(Sr25519Keyring::Alice);
        let (bobs, owner) = two_blocks(Sr25519Keyring::Bob);
        let framed = TwoBlocks {
            offender: bobs.offender.clone(),
            ..alices
        };
        assert_eq!(report(framed, owner.clone()), untrue);
        let once = TwoBlocks {
            second_header: bobs.first_header.clone(),
            ..bobs
        };
        assert_eq!(report(once, owner), untrue);
        let (votes, _) = two_votes(Ed25519Keyring::Bob);
        let (_, alices) = two_votes(Ed25519Keyring::Alice);
        assert_err_ignore_postinfo!(
            Grandpa::report_equivocation_unsigned(RuntimeOrigin::none(), Box::new(votes), alices),
            pallet_grandpa::Error::<Runtime>::InvalidKeyOwnershipProof
        );
        assert!(!bob_is_disabled());
    });
}
