//! Registering and changing a provider.

use assay_protocol::{Capabilities, ProviderStatus, Url};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event, HoldReason, Operators, Providers as Stored, Registry};

#[test]
fn a_registered_provider_has_its_stake_on_hold() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        let provider = Stored::<Test>::get(OWNER).unwrap();
        assert_eq!(
            (provider.status, provider.active_jobs),
            (ProviderStatus::Active, 0)
        );
        assert_eq!(
            Balances::balance_on_hold(&HoldReason::Stake.into(), &OWNER),
            STAKE
        );
        assert_eq!(Providers::owner_of(&OPERATOR), Some(OWNER));
        System::assert_last_event(
            Event::Registered {
                owner: OWNER,
                operator: OPERATOR,
                stake: STAKE,
            }
            .into(),
        );
    });
}

#[test]
fn an_owner_has_one_provider_and_a_key_one_owner() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        assert_noop!(register(OWNER, 12), Error::<Test>::AlreadyRegistered);
        assert_noop!(register(OTHER, OPERATOR), Error::<Test>::OperatorTaken);
        assert_ok!(register(OTHER, OTHER));
        assert_noop!(
            Providers::set_operator(RuntimeOrigin::signed(OTHER), OPERATOR),
            Error::<Test>::OperatorTaken
        );
    });
}

#[test]
fn what_is_offered_is_checked() {
    TestExt::new().execute_with(|| {
        let call = |endpoint: Url, capabilities: Capabilities, stake| {
            Providers::register(
                RuntimeOrigin::signed(OWNER),
                OPERATOR,
                endpoint,
                capabilities,
                stake,
            )
        };
        assert_noop!(
            call(Url::default(), capabilities(), STAKE),
            Error::<Test>::InvalidEndpoint
        );
        let nothing = Capabilities {
            memory_bytes: 0,
            ..capabilities()
        };
        assert_noop!(
            call(endpoint(), nothing, STAKE),
            Error::<Test>::InvalidCapabilities
        );
        let idle = Capabilities {
            max_jobs: 0,
            ..capabilities()
        };
        assert_noop!(
            call(endpoint(), idle, STAKE),
            Error::<Test>::InvalidCapabilities
        );
        assert_noop!(
            call(endpoint(), capabilities(), STAKE - 1),
            Error::<Test>::StakeTooSmall
        );
        assert_noop!(
            call(endpoint(), capabilities(), 10 * STAKE),
            TokenError::FundsUnavailable
        );
        assert_noop!(
            call(endpoint(), capabilities(), u128::MAX),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn an_update_replaces_the_offer() {
    TestExt::new().execute_with(|| {
        let larger = Capabilities {
            memory_bytes: 1 << 40,
            ..capabilities()
        };
        let call = |owner| Providers::update(RuntimeOrigin::signed(owner), endpoint(), larger);
        assert_noop!(call(OWNER), Error::<Test>::NotRegistered);
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(call(OWNER));
        assert_eq!(Stored::<Test>::get(OWNER).unwrap().capabilities, larger);
        let bad = Providers::update(RuntimeOrigin::signed(OWNER), Url::default(), larger);
        assert_noop!(bad, Error::<Test>::InvalidEndpoint);
        assert_noop!(call(OPERATOR), Error::<Test>::NotRegistered);
    });
}

#[test]
fn a_replaced_key_signs_no_more_and_is_free_again() {
    TestExt::new().execute_with(|| {
        assert_noop!(
            Providers::set_operator(RuntimeOrigin::signed(OWNER), 12),
            Error::<Test>::NotRegistered
        );
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(Providers::set_operator(RuntimeOrigin::signed(OWNER), 12));
        assert_eq!(Providers::owner_of(&OPERATOR), None);
        assert_eq!(Providers::owner_of(&12), Some(OWNER));
        assert_ok!(register(OTHER, OPERATOR));
        assert_eq!(Operators::<Test>::iter().count(), 2);
    });
}

#[test]
fn stake_is_added_to_the_hold() {
    TestExt::new().execute_with(|| {
        let add = |amount| Providers::add_stake(RuntimeOrigin::signed(OWNER), amount);
        assert_noop!(add(1), Error::<Test>::NotRegistered);
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(add(STAKE));
        assert_eq!(Stored::<Test>::get(OWNER).unwrap().stake, 2 * STAKE);
        assert_noop!(add(10 * STAKE), TokenError::FundsUnavailable);
    });
}
