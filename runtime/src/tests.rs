//! The parts fit together: presets build a working state, and the numbers of `identity` and `config` hold.

mod accounts;
mod chain_time;
mod election;
mod equivocation;
mod governance;
mod staking;

use crate::{
    config::system::{BlockWeights, NORMAL_SHARE},
    config::{governance::TreasuryAccount, staking::FeePotAccount},
    identity, presets, AccountId, AllPalletsWithSystem, Balances, Block, Protocol, Runtime,
    RuntimeGenesisConfig, Session, SessionKeys, System, Timing, TransactionPayment,
    MAX_BLOCK_LENGTH,
};
use assay_protocol::Params;
use frame_support::{
    dispatch::{DispatchClass, DispatchInfo},
    genesis_builder_helper::build_state,
    traits::{Get, IntegrityTest, KeyOwnerProofSystem},
    weights::{constants::ExtrinsicBaseWeight, Weight},
};
use pallet_assay_protocol::ProtocolParams;
use sp_genesis_builder::PresetId;
use sp_keyring::Sr25519Keyring;
use sp_runtime::traits::OpaqueKeys;

/// Runs `test` on the genesis of a preset.
fn on_preset(name: &str, test: impl FnOnce()) {
    sp_io::TestExternalities::default().execute_with(|| {
        let patch = presets::get_preset(&name.into()).expect("the preset exists");
        let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
        json_merge(&mut config, serde_json::from_slice(&patch).unwrap());
        build_state::<RuntimeGenesisConfig>(serde_json::to_vec(&config).unwrap()).unwrap();
        System::set_block_number(1);
        test();
    });
}

fn json_merge(into: &mut serde_json::Value, patch: serde_json::Value) {
    match (into, patch) {
        (serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
            for (key, value) in patch {
                json_merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, patch) => *into = patch,
    }
}

#[test]
fn every_preset_builds_and_is_of_its_validators() {
    let four = [
        Sr25519Keyring::AliceStash,
        Sr25519Keyring::BobStash,
        Sr25519Keyring::CharlieStash,
        Sr25519Keyring::DaveStash,
    ];
    let (fast, main) = (
        pallet_assay_timing::Timing::DEVELOPMENT,
        pallet_assay_timing::Timing::MAIN,
    );
    let presets = [
        (
            presets::DEVELOPMENT,
            &four[..1],
            fast,
            Params::development(),
        ),
        (
            presets::LOCAL_TESTNET,
            &four[..],
            fast,
            Params::development(),
        ),
        (presets::TESTNET, &four[..], main, Params::main()),
    ];
    assert_eq!(
        presets::preset_names(),
        presets.each_ref().map(|(name, ..)| PresetId::from(*name))
    );
    for (name, validators, timing, params) in presets {
        on_preset(name, || {
            let mut expected: Vec<AccountId> =
                validators.iter().map(|key| key.to_account_id()).collect();
            let mut found = Session::validators();
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "{name}");
            assert_eq!(
                pallet_babe::Authorities::<Runtime>::get().len(),
                validators.len(),
                "{name}"
            );
            assert_eq!(
                pallet_grandpa::Authorities::<Runtime>::get().len(),
                validators.len(),
                "{name}"
            );
            assert!(pallet_session::historical::Pallet::<Runtime>::prove((
                sp_consensus_babe::KEY_TYPE,
                sp_consensus_babe::AuthorityId::from(Sr25519Keyring::Alice.public()),
            ))
            .is_some());
            assert_eq!(Timing::timing(), timing);
            assert_eq!(Protocol::current().1, params);
        });
    }
    assert!(presets::get_preset(&"mainnet".into()).is_none());
}

#[test]
fn endowments_are_the_issuance() {
    on_preset("development", || {
        let accounts = Sr25519Keyring::well_known().count() as u128;
        // These exist from the start, so that nothing is too small for them.
        let pots = [TreasuryAccount::get(), FeePotAccount::get()];
        for pot in &pots {
            let least = identity::EXISTENTIAL_DEPOSIT;
            assert_eq!(Balances::free_balance(pot), least);
        }
        assert_eq!(
            Balances::total_issuance(),
            accounts * presets::ENDOWMENT + 2 * identity::EXISTENTIAL_DEPOSIT
        );
        assert_eq!(
            Balances::free_balance(Sr25519Keyring::Bob.to_account_id()),
            presets::ENDOWMENT
        );
    });
}

#[test]
fn pallets_agree_with_their_configuration() {
    // At the pace of each chain, as a state tells it.
    for name in presets::preset_names() {
        on_preset(name.as_ref(), AllPalletsWithSystem::integrity_test);
    }
}

#[test]
fn a_block_is_a_third_of_a_slot_and_calls_have_60_percent_of_it() {
    on_preset("development", || {
        let weights: frame_system::limits::BlockWeights = BlockWeights::get();
        assert_eq!(weights.max_block.ref_time(), 333_000_000_000);
        let normal = weights.get(DispatchClass::Normal).max_total.unwrap();
        assert_eq!(normal.ref_time(), 199_800_000_000);
        let lengths: frame_system::limits::BlockLength =
            <Runtime as frame_system::Config>::BlockLength::get();
        assert_eq!(
            *lengths.max.get(DispatchClass::Operational),
            MAX_BLOCK_LENGTH
        );
        assert_eq!(
            *lengths.max.get(DispatchClass::Normal),
            MAX_BLOCK_LENGTH / 5 * 3
        );
        weights.validate().unwrap();
        let longest = DispatchClass::all()
            .iter()
            .map(|class| *lengths.max.get(*class))
            .max();
        assert_eq!(
            longest,
            Some(MAX_BLOCK_LENGTH),
            "a node proposes blocks of up to this length"
        );
    });
}

#[test]
fn when_ordinary_calls_have_filled_their_share_operational_ones_still_fit() {
    use frame_system::CheckWeight;
    const LENGTH: usize = 32 * 1024;
    let fits = |class| {
        let info = DispatchInfo {
            call_weight: Weight::from_parts(1_000_000_000, 0),
            class,
            ..Default::default()
        };
        CheckWeight::<Runtime>::do_validate(&info, LENGTH)
            .and_then(|(_, length)| CheckWeight::<Runtime>::do_prepare(&info, LENGTH, length))
            .is_ok()
    };
    let room = || {
        (
            fits(DispatchClass::Normal),
            fits(DispatchClass::Operational),
        )
    };
    on_preset("development", || {
        assert_eq!(room(), (true, true));
        frame_system::BlockSize::<Runtime>::put(NORMAL_SHARE * MAX_BLOCK_LENGTH);
        assert_eq!(room(), (false, true), "by length");
    });
    on_preset("development", || {
        let normal = BlockWeights::get().get(DispatchClass::Normal).max_total;
        System::register_extra_weight_unchecked(normal.unwrap(), DispatchClass::Normal);
        assert_eq!(room(), (false, true), "by weight");
    });
}

#[test]
fn an_empty_extrinsic_costs_the_base_fee() {
    on_preset("development", || {
        assert_eq!(
            TransactionPayment::weight_to_fee(ExtrinsicBaseWeight::get()),
            identity::BASE_FEE
        );
        assert_eq!(
            TransactionPayment::length_to_fee(100),
            100 * identity::BYTE_FEE
        );
        assert_eq!(TransactionPayment::weight_to_fee(Weight::zero()), 0);
    });
}

#[test]
fn session_keys_are_in_their_final_order() {
    let ids: Vec<[u8; 4]> = SessionKeys::key_ids().iter().map(|id| id.0).collect();
    assert_eq!(ids, [*b"gran", *b"babe", *b"audi"]);
}

#[test]
fn a_fee_is_the_treasurys_and_the_validators_and_a_tip_the_authors_or_burnt() {
    use frame_support::traits::{fungible::Balanced, OnUnbalanced};
    let issue = || <Balances as Balanced<AccountId>>::issue(identity::UNIT);
    let fee_and_tip = || identity::FeesAndTips::on_unbalanceds([issue(), issue()].into_iter());
    on_preset("development", || {
        let before = Balances::total_issuance();
        let treasury = || Balances::free_balance(TreasuryAccount::get());
        let pot = || Balances::free_balance(FeePotAccount::get());
        let had = (treasury(), pot());
        fee_and_tip();
        let share = identity::UNIT / 5;
        assert_eq!(Balances::total_issuance(), before + identity::UNIT);
        assert_eq!((treasury(), pot()), (had.0 + 4 * share, had.1 + share));
        System::initialize(
            &2,
            &Default::default(),
            &digest_of_the_first_validator_in(1),
        );
        let alice = Sr25519Keyring::AliceStash.to_account_id();
        let free = Balances::free_balance(&alice);
        fee_and_tip();
        assert_eq!(Balances::free_balance(alice), free + identity::UNIT);
        assert_eq!((treasury(), pot()), (had.0 + 8 * share, had.1 + 2 * share));
    });
}

#[test]
fn half_of_a_slash_is_the_treasurys_and_half_is_burnt() {
    use frame_support::traits::{fungible::Balanced, OnUnbalanced};
    on_preset("development", || {
        let before = Balances::total_issuance();
        let had = Balances::free_balance(TreasuryAccount::get());
        identity::Slashed::on_unbalanced(<Balances as Balanced<AccountId>>::issue(identity::UNIT));
        let half = identity::UNIT / 2;
        assert_eq!(Balances::total_issuance(), before + half);
        assert_eq!(Balances::free_balance(TreasuryAccount::get()), had + half);
    });
}

/// The digest of a block made in this slot by validator 0.
fn digest_of_the_first_validator_in(slot: u32) -> sp_runtime::Digest {
    use sp_consensus_babe::digests::{CompatibleDigestItem, PreDigest, SecondaryPlainPreDigest};
    let claim = SecondaryPlainPreDigest {
        authority_index: 0,
        slot: u64::from(slot).into(),
    };
    let item = sp_runtime::DigestItem::babe_pre_digest(PreDigest::SecondaryPlain(claim));
    sp_runtime::Digest { logs: vec![item] }
}

#[test]
fn the_market_starts_with_the_development_parameters() {
    use assay_runtime_api::runtime_decl_for_assay_api::AssayApi;
    on_preset("development", || {
        let answer =
            <Runtime as AssayApi<Block, AccountId>>::params(None).expect("one version is in force");
        assert_eq!(answer.params, assay_protocol::Params::development());
        assert_eq!(
            <Runtime as AssayApi<Block, AccountId>>::params(Some(answer.version)),
            Some(answer)
        );
        assert!(<Runtime as AssayApi<Block, AccountId>>::params(Some(
            assay_protocol::ParamsVersion(7)
        ))
        .is_none());
        assert!(<Runtime as AssayApi<Block, AccountId>>::job(assay_protocol::JobId(0)).is_none());
        let alice = Sr25519Keyring::Alice.to_account_id();
        assert!(<Runtime as AssayApi<Block, AccountId>>::provider(alice).is_none());
    });
}
