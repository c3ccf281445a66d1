//! Referenda through whole blocks: what token holders may change, and what no vote can.

use super::{
    chain_time::{block, blocks_until},
    on_preset,
};
use crate::{
    config::governance::{origins::Origin, Tracks, TreasuryAccount},
    identity::UNIT,
    presets, AccountId, Balances, ConvictionVoting, OriginCaller, Preimage, Protocol, Referenda,
    Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin, System, TechnicalCommittee, Timing,
    Treasury, Whitelist,
};
use assay_protocol::{Params, PerMille};
use codec::Encode;
use frame_support::{
    assert_noop, assert_ok,
    dispatch::RawOrigin,
    traits::{schedule::DispatchTime, StorePreimage},
};
use pallet_assay_protocol::ProtocolParams;
use pallet_conviction_voting::{AccountVote, Conviction, Vote};
use pallet_referenda::{ReferendumInfo, ReferendumInfoFor, TracksInfo};
use sp_keyring::Sr25519Keyring;
use sp_runtime::{traits::Hash, DispatchError};

fn account(key: Sr25519Keyring) -> AccountId {
    key.to_account_id()
}

fn signed(key: Sr25519Keyring) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

/// Runs `test` on a chain before its first block.
fn on_genesis(test: impl FnOnce()) {
    on_preset("development", || {
        System::set_block_number(0);
        block(Some(0));
        test();
    });
}

/// Alice proposes that `call` be dispatched by `origin` and pays the deposit; everybody votes. The referendum's number.
fn propose(origin: impl Into<OriginCaller>, call: RuntimeCall, aye: bool) -> u32 {
    let number = pallet_referenda::ReferendumCount::<Runtime>::get();
    let proposal = Preimage::bound(call).unwrap();
    let alice = || signed(Sr25519Keyring::Alice);
    let enactment = DispatchTime::After(0);
    assert_ok!(Referenda::submit(
        alice(),
        Box::new(origin.into()),
        proposal,
        enactment
    ));
    assert_ok!(Referenda::place_decision_deposit(alice(), number));
    for key in Sr25519Keyring::well_known() {
        let vote = AccountVote::Standard {
            vote: Vote {
                aye,
                conviction: Conviction::Locked6x,
            },
            balance: presets::ENDOWMENT / 10 * 9,
        };
        assert_ok!(ConvictionVoting::vote(signed(key), number, vote));
    }
    number
}

fn is_decided(number: u32) -> bool {
    !matches!(
        ReferendumInfoFor::<Runtime>::get(number),
        Some(ReferendumInfo::Ongoing(_))
    )
}

fn set_params(params: Params) -> RuntimeCall {
    pallet_assay_protocol::Call::set_params {
        params: Box::new(params),
    }
    .into()
}

/// How many spends have been approved.
fn spends() -> u32 {
    pallet_treasury::SpendCount::<Runtime>::get()
}

/// What enacted calls have returned in this block. Referenda schedule their own alarms as well; those have no name.
fn dispatched() -> Vec<Result<(), DispatchError>> {
    let events = System::read_events_no_consensus();
    events
        .filter_map(|record| match record.event {
            RuntimeEvent::Scheduler(pallet_scheduler::Event::Dispatched {
                id: Some(_),
                result,
                ..
            }) => Some(result),
            _ => None,
        })
        .collect()
}

#[test]
fn a_referendum_changes_a_parameter() {
    on_genesis(|| {
        let mut params = Params::development();
        params.money.protocol_fee = PerMille(60);
        let number = propose(Origin::ParameterAdmin, set_params(params), true);
        blocks_until(200, || is_decided(number));
        assert!(matches!(
            ReferendumInfoFor::<Runtime>::get(number),
            Some(ReferendumInfo::Approved(..))
        ));
        blocks_until(200, || Protocol::current().1 == params);
    });
}

#[test]
fn parameters_that_break_a_relation_cannot_be_voted_in() {
    on_genesis(|| {
        let mut params = Params::development();
        params.segments.retention = 0;
        assert!(params.check_bounds().is_err());
        propose(Origin::ParameterAdmin, set_params(params), true);
        blocks_until(200, || !dispatched().is_empty());
        assert!(matches!(dispatched()[..], [Err(DispatchError::Module(_))]));
        assert_eq!(Protocol::current().1, Params::development());
    });
}

#[test]
fn what_most_are_against_does_not_happen() {
    on_genesis(|| {
        let mut params = Params::development();
        params.money.protocol_fee = PerMille(60);
        let number = propose(Origin::ParameterAdmin, set_params(params), false);
        let most = Timing::timing().scaled(15 * 14_400);
        blocks_until(most, || is_decided(number));
        assert!(matches!(
            ReferendumInfoFor::<Runtime>::get(number),
            Some(ReferendumInfo::Rejected(..))
        ));
        assert_eq!(Protocol::current().1, Params::development());
    });
}

#[test]
fn an_origin_does_no_more_than_it_is_for() {
    on_genesis(|| {
        let root_only = RuntimeCall::from(frame_system::Call::set_storage { items: vec![] });
        propose(Origin::ParameterAdmin, root_only, true);
        blocks_until(200, || !dispatched().is_empty());
        assert_eq!(dispatched(), [Err(DispatchError::BadOrigin)]);
    });
}

#[test]
fn the_committee_whitelists_what_a_quick_referendum_dispatches_with_root() {
    on_genesis(|| {
        let call = RuntimeCall::from(frame_system::Call::set_storage {
            items: vec![(b"mended".to_vec(), b"yes".to_vec())],
        });
        let hash = <Runtime as frame_system::Config>::Hashing::hash_of(&call);
        assert_noop!(
            Whitelist::whitelist_call(signed(Sr25519Keyring::Alice), hash),
            DispatchError::BadOrigin
        );
        let whitelist =
            RuntimeCall::from(pallet_whitelist::Call::whitelist_call { call_hash: hash });
        let length = whitelist.encoded_size() as u32;
        // One of one member: the motion is carried at once.
        assert_ok!(TechnicalCommittee::propose(
            signed(Sr25519Keyring::Alice),
            1,
            Box::new(whitelist),
            length
        ));
        let dispatch = pallet_whitelist::Call::dispatch_whitelisted_call_with_preimage {
            call: Box::new(call),
        };
        propose(Origin::WhitelistedCaller, dispatch.into(), true);
        blocks_until(60, || sp_io::storage::get(b"mended").is_some());
    });
}

#[test]
fn the_treasury_pays_what_a_referendum_spends_and_a_small_one_no_more_than_it_may() {
    on_genesis(|| {
        let treasury = TreasuryAccount::get();
        assert_ok!(Balances::force_set_balance(
            RuntimeOrigin::root(),
            treasury.into(),
            1_000_000 * UNIT
        ));
        let spend = |amount| pallet_treasury::Call::spend {
            asset_kind: Box::new(()),
            amount,
            beneficiary: Box::new(account(Sr25519Keyring::Ferdie)),
            valid_from: None,
        };
        propose(Origin::SmallSpender, spend(20_000 * UNIT).into(), true);
        propose(Origin::SmallSpender, spend(5_000 * UNIT).into(), true);
        blocks_until(300, || spends() == 1);
        assert_ok!(Treasury::payout(signed(Sr25519Keyring::Charlie), 0));
        assert_eq!(
            Balances::free_balance(account(Sr25519Keyring::Ferdie)),
            presets::ENDOWMENT + 5_000 * UNIT
        );
    });
}

#[test]
fn tracks_are_sorted_and_the_slowest_is_roots() {
    on_genesis(|| {
        assert_ok!(Tracks::check_integrity());
        let tracks: Vec<_> = Tracks::tracks().map(|track| track.into_owned()).collect();
        let root = &tracks[0].info;
        for track in &tracks[1..] {
            assert!(track.info.confirm_period <= root.confirm_period);
            assert!(track.info.decision_period <= root.decision_period);
            assert!(track.info.min_enactment_period <= root.min_enactment_period);
        }
        let root = OriginCaller::system(RawOrigin::Root);
        assert_eq!(Tracks::track_for(&root), Ok(0));
        let signed = OriginCaller::system(RawOrigin::Signed(account(Sr25519Keyring::Alice)));
        assert_eq!(Tracks::track_for(&signed), Err(()));
    });
}
