//! Setting, keeping and dropping versions.

use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchError;

use crate::{mock::*, Error, Event, Params, ParamsVersion, ProtocolParams, Versions};

/// The main chain's, for shorter work, with that window.
fn with_window(challenge_window: u32) -> Params {
    let mut params = Params::default();
    params.segments.challenge_window = challenge_window;
    params.limits.max_seconds_per_segment = 24;
    params.limits.max_seconds_per_interval = 3;
    params.disputes.move_allowance = 4;
    params
}

fn set(params: Params) {
    assert_ok!(Protocol::set_params(
        RuntimeOrigin::root(),
        Box::new(params)
    ));
}

#[test]
fn the_chain_starts_with_the_parameters_of_genesis() {
    execute_with(Params::development(), || {
        assert_eq!(
            Protocol::current(),
            (ParamsVersion(0), Params::development())
        );
        assert_eq!(Protocol::at(ParamsVersion(0)), Some(Params::development()));
        assert_eq!(Protocol::at(ParamsVersion(1)), None);
    });
}

#[test]
#[should_panic(expected = "money.late_slash")]
fn a_chain_does_not_start_with_contradictory_parameters() {
    let mut params = Params::default();
    params.money.late_slash.0 = 0;
    execute_with(params, || ());
}

#[test]
fn empty_storage_reads_as_the_main_chain() {
    sp_io::TestExternalities::default().execute_with(|| {
        assert_eq!(Protocol::current(), (ParamsVersion(0), Params::default()));
        let (version, _) = Protocol::pin();
        assert_eq!(Protocol::at(version), Some(Params::default()));
    });
}

#[test]
fn only_the_admin_sets_parameters() {
    execute_with(Params::default(), || {
        let call = Protocol::set_params(RuntimeOrigin::signed(1), Box::default());
        assert_noop!(call, DispatchError::BadOrigin);
    });
}

#[test]
fn invalid_parameters_change_nothing() {
    execute_with(Params::default(), || {
        let call = Protocol::set_params(RuntimeOrigin::root(), Box::new(with_window(0)));
        assert_noop!(call, Error::<Test>::ChallengeWindow);
        let mut params = Params::default();
        params.stake.unbonding_delay = params.segments.challenge_window;
        let call = Protocol::set_params(RuntimeOrigin::root(), Box::new(params));
        assert_noop!(call, Error::<Test>::UnbondingDelay);
    });
}

#[test]
fn windows_that_are_too_short_on_this_chain_change_nothing() {
    execute_with(Params::default(), || {
        let mut params = with_window(5);
        params.limits.max_seconds_per_segment = 30;
        assert_ok!(Protocol::set_params(
            RuntimeOrigin::root(),
            Box::new(params)
        ));
        params.limits.max_seconds_per_segment = 31;
        let call = Protocol::set_params(RuntimeOrigin::root(), Box::new(params));
        assert_noop!(call, Error::<Test>::WindowTooShort);
    });
}

#[test]
fn what_was_in_force_before_a_rule_stays() {
    execute_with(Params::default(), || {
        let mut params = Params::default();
        params.segments.challenge_window = params.disputes.move_allowance + 1;
        assert!(params.validate(Protocol::block_time()).is_err());
        Versions::<Test>::mutate(ParamsVersion(0), |record| {
            record.as_mut().unwrap().params = params;
        });
        assert_eq!(Protocol::current().1, params);
    });
}

#[test]
fn a_new_version_replaces_one_that_nobody_needs() {
    execute_with(Params::default(), || {
        set(with_window(7));
        assert_eq!(Protocol::current(), (ParamsVersion(1), with_window(7)));
        assert_eq!(Protocol::at(ParamsVersion(0)), None);
        System::assert_last_event(
            Event::ParamsSet {
                version: ParamsVersion(1),
            }
            .into(),
        );
    });
}

#[test]
fn a_pinned_version_stays_until_its_last_pin_is_gone() {
    execute_with(with_window(5), || {
        let (version, params) = Protocol::pin();
        Protocol::pin();
        set(with_window(7));
        set(with_window(9));
        assert_eq!(Protocol::at(version), Some(params));
        Protocol::unpin(version);
        assert_eq!(Protocol::at(version), Some(params));
        Protocol::unpin(version);
        assert_eq!(Protocol::at(version), None);
        assert_eq!(Versions::<Test>::iter().count(), 1);
    });
}

#[test]
fn unpinning_the_current_version_keeps_it() {
    execute_with(with_window(5), || {
        let (version, _) = Protocol::pin();
        Protocol::unpin(version);
        assert_eq!(Protocol::at(version), Some(with_window(5)));
    });
}
