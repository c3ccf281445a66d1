//! Leaving.

use assay_protocol::{Params, ProviderStatus, Requirements};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};

use crate::{mock::*, Error, Event, Operators, Providers as Stored, Registry};

fn unregister(owner: u64) -> sp_runtime::DispatchResult {
    Providers::unregister(RuntimeOrigin::signed(owner))
}

fn withdraw(owner: u64) -> sp_runtime::DispatchResult {
    Providers::withdraw(RuntimeOrigin::signed(owner))
}

#[test]
fn the_stake_returns_after_the_delay_and_not_before() {
    TestExt::new().execute_with(|| {
        assert_noop!(unregister(OWNER), Error::<Test>::NotRegistered);
        assert_ok!(register(OWNER, OPERATOR));
        assert_noop!(withdraw(OWNER), Error::<Test>::NotUnbonding);
        assert_ok!(unregister(OWNER));
        let until = 1 + Params::default().stake.unbonding_delay;
        System::assert_last_event(
            Event::UnbondingStarted {
                owner: OWNER,
                until,
            }
            .into(),
        );
        System::set_block_number(until - 1);
        assert_noop!(withdraw(OWNER), Error::<Test>::StillUnbonding);
        assert_noop!(withdraw(OPERATOR), Error::<Test>::NotRegistered);
        System::set_block_number(until);
        assert_ok!(withdraw(OWNER));
        assert_eq!(Balances::balance(&OWNER), 10 * STAKE);
        assert!(Stored::<Test>::get(OWNER).is_none() && Operators::<Test>::get(OPERATOR).is_none());
        assert_ok!(register(OWNER, OPERATOR));
    });
}

#[test]
fn a_provider_with_jobs_does_not_leave() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(Providers::take_job(
            &OWNER,
            &Requirements::default(),
            &Params::default()
        ));
        assert_noop!(unregister(OWNER), Error::<Test>::HasJobs);
        Providers::leave_job(&OWNER);
        assert_ok!(unregister(OWNER));
    });
}

#[test]
fn an_unbonding_provider_takes_no_jobs_and_no_changes() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(unregister(OWNER));
        let provider = Stored::<Test>::get(OWNER).unwrap();
        assert!(matches!(provider.status, ProviderStatus::Unbonding { .. }));
        assert_noop!(unregister(OWNER), Error::<Test>::Unbonding);
        assert_noop!(
            Providers::add_stake(RuntimeOrigin::signed(OWNER), 1),
            Error::<Test>::Unbonding
        );
        assert_noop!(
            Providers::update(RuntimeOrigin::signed(OWNER), endpoint(), capabilities()),
            Error::<Test>::Unbonding
        );
        assert_noop!(
            Providers::take_job(&OWNER, &Requirements::default(), &Params::default()),
            Error::<Test>::Unbonding
        );
        assert_ok!(Providers::set_operator(RuntimeOrigin::signed(OWNER), 12));
    });
}

#[test]
fn nobody_leaves_while_a_slash_is_held() {
    TestExt::new().execute_with(|| {
        assert_ok!(register(OWNER, OPERATOR));
        assert_ok!(unregister(OWNER));
        System::set_block_number(1 + Params::default().stake.unbonding_delay);
        Providers::hold_slash(&OWNER);
        Providers::hold_slash(&OWNER);
        Providers::settle_slash(&OWNER);
        assert_noop!(withdraw(OWNER), Error::<Test>::HasSlashes);
        Providers::settle_slash(&OWNER);
        assert_ok!(withdraw(OWNER));
    });
}
