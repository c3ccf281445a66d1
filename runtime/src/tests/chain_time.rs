//! Chain time through whole blocks: what an author's node tells, and the clocks that go by it.

use super::{digest_of_the_first_validator_in, on_preset};
use crate::{
    Executive, Header, InherentDataExt, Runtime, RuntimeCall, System, Timestamp, Timing,
    UncheckedExtrinsic,
};
use frame_support::inherent::{InherentData, ProvideInherent};
use pallet_assay_timing::{inherent::INHERENT_IDENTIFIER, MAX_FINALITY_LAG};
use sp_runtime::{
    traits::BlockNumberProvider,
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidityError},
};

/// Begins the next block, in the slot of its number, and returns its author's inherents.
fn begin(finalised: Option<u64>) -> Vec<UncheckedExtrinsic> {
    let number = System::block_number() + 1;
    Executive::initialize_block(&Header {
        parent_hash: System::parent_hash(),
        number,
        state_root: Default::default(),
        extrinsics_root: Default::default(),
        digest: digest_of_the_first_validator_in(number),
    });
    let mut data = InherentData::new();
    let millis = u64::from(number) * Timing::timing().slot_ms;
    data.put_data(Timestamp::INHERENT_IDENTIFIER, &millis)
        .unwrap();
    if let Some(finalised) = finalised {
        data.put_data(INHERENT_IDENTIFIER, &finalised).unwrap();
    }
    data.create_extrinsics()
}

/// Makes the next block with its author's inherents alone.
pub(super) fn block(finalised: Option<u64>) {
    block_with(finalised, Vec::new());
}

/// Makes the next block with its author's inherents and these extrinsics.
pub(super) fn block_with(finalised: Option<u64>, extrinsics: Vec<UncheckedExtrinsic>) {
    for extrinsic in begin(finalised).into_iter().chain(extrinsics) {
        Executive::apply_extrinsic(extrinsic)
            .expect("it belongs into the block")
            .expect("it succeeds");
    }
    Executive::finalize_block();
}

/// Makes blocks, all of them final at once, until `done` or so many have been made.
pub(super) fn blocks_until(most: u32, mut done: impl FnMut() -> bool) {
    for _ in 0..most {
        if done() {
            return;
        }
        block(Some(u64::from(System::block_number())));
    }
    assert!(done(), "not within {most} blocks");
}

fn hint(number: u32) -> RuntimeCall {
    pallet_assay_timing::Call::note_finalised { number }.into()
}

/// Runs `test` on a chain before its first block.
fn on_genesis(test: impl FnOnce()) {
    on_preset("development", || {
        System::set_block_number(0);
        test();
    });
}

#[test]
fn an_authors_block_carries_its_hint() {
    on_genesis(|| {
        block(Some(0));
        let calls: Vec<RuntimeCall> = begin(Some(7))
            .into_iter()
            .map(|inherent| inherent.function)
            .collect();
        assert_eq!(calls.len(), 2);
        assert_eq!(calls[0], hint(1), "the parent at most");
        assert!(matches!(calls[1], RuntimeCall::Timestamp(_)));
    });
    on_genesis(|| assert_eq!(begin(None).len(), 1, "a node that says nothing"));
}

#[test]
fn the_markets_clocks_stand_while_finality_does() {
    type JobsTime = <Runtime as pallet_assay_jobs::Config>::ChainTime;
    type ProvidersTime = <Runtime as pallet_assay_providers::Config>::ChainTime;
    on_genesis(|| {
        while System::block_number() < 70 {
            block(Some(5));
            let expected = System::block_number().min(5 + MAX_FINALITY_LAG);
            assert_eq!(JobsTime::current_block_number(), expected);
            assert_eq!(ProvidersTime::current_block_number(), expected);
        }
        assert_eq!(Timing::stalled_since(), Some(56));
        for _ in 0..10 {
            block(Some(u64::MAX));
        }
        assert_eq!(Timing::stalled_since(), None);
        assert_eq!(
            (System::block_number(), JobsTime::current_block_number()),
            (80, 60)
        );
    });
}

#[test]
fn a_block_with_a_second_or_a_false_hint_is_invalid() {
    let wrong = [[0, 0], [1, 0]];
    for hints in wrong {
        on_genesis(|| {
            begin(None);
            let outcomes = hints.map(|number| {
                Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(hint(number)))
            });
            assert!(outcomes.contains(&Err(TransactionValidityError::Invalid(
                InvalidTransaction::BadMandatory
            ))));
        });
    }
}

#[test]
fn the_pool_takes_hints_from_nobody() {
    on_genesis(|| {
        block(Some(0));
        for source in [
            TransactionSource::External,
            TransactionSource::Local,
            TransactionSource::InBlock,
        ] {
            let forged = UncheckedExtrinsic::new_bare(hint(1));
            let parent = System::parent_hash();
            assert!(Executive::validate_transaction(source, forged, parent).is_err());
        }
    });
}
