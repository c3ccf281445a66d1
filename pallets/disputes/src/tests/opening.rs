//! Challenging a commitment.

use assay_game::{Entry, Standing};
use assay_protocol::{IntervalIndex, SegmentIndex};
use frame_support::{assert_noop, assert_ok, pallet_prelude::DispatchError};
use pallet_assay_jobs::Error as JobError;
use sp_runtime::TokenError;

use crate::{mock::*, Error, HoldReason};

#[test]
fn every_challenge_of_a_segment_costs_the_same_bond() {
    TestExt::new().execute_with(|| {
        committed(2, 1);
        let ids = CHALLENGERS.map(|who| opened(who, 0, 1));
        for who in CHALLENGERS {
            assert_eq!(held(HoldReason::Bond, who), bond());
            assert_eq!(held(HoldReason::Deposit, who), params().disputes.deposit);
        }
        let again = opened(CHALLENGER, 0, 1);
        assert!(
            !ids.contains(&again),
            "a second game of the same challenger"
        );
        assert_eq!(held(HoldReason::Bond, CHALLENGER), 2 * bond());
    });
}

#[test]
fn only_a_commitment_within_its_window_is_challenged() {
    TestExt::new().execute_with(|| {
        assert_noop!(challenge(CHALLENGER, 0, 0), JobError::<Test>::UnknownJob);
        start(job_of(2));
        assert_noop!(challenge(CHALLENGER, 0, 0), JobError::<Test>::NotCommitted);
        assert_ok!(commit(0));
        pass(WINDOW - 1);
        assert_ok!(challenge(CHALLENGER, 0, 0));
        pass(1);
        assert_noop!(challenge(CHALLENGER, 0, 0), Error::<Test>::WindowOver);
    });
}

#[test]
fn a_final_segment_is_not_challenged() {
    TestExt::new().execute_with(|| {
        committed(2, 1);
        pass(WINDOW);
        assert_ok!(finalise(0));
        assert_noop!(challenge(CHALLENGER, 0, 0), JobError::<Test>::NotCommitted);
    });
}

#[test]
fn an_interval_must_exist() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_noop!(challenge(CHALLENGER, 0, 2), Error::<Test>::NoSuchInterval);
        let last = Entry::Interval(IntervalIndex(u32::MAX));
        assert_noop!(
            Disputes::open(signed(CHALLENGER), JOB, SegmentIndex(0), last),
            Error::<Test>::NoSuchInterval
        );
    });
}

#[test]
fn a_provider_challenges_others_and_not_itself() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_noop!(challenge(PROVIDER, 0, 0), Error::<Test>::OwnCommitment);
        assert_ok!(challenge(PROVIDERS[1], 0, 0));
    });
}

#[test]
fn whoever_is_made_an_operator_challenges_all_the_same() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_ok!(Providers::set_operator(signed(PROVIDER), CHALLENGER));
        assert_ok!(challenge(CHALLENGER, 0, 0));
    });
}

#[test]
fn a_challenge_needs_bond_and_deposit() {
    let need = bond() + params().disputes.deposit;
    TestExt::new()
        .endow(CHALLENGER, need + EXISTENTIAL - 1)
        .execute_with(|| {
            committed(1, 1);
            assert_noop!(challenge(CHALLENGER, 0, 0), TokenError::FundsUnavailable);
            assert_noop!(
                Disputes::open(RuntimeOrigin::none(), JOB, SegmentIndex(0), interval(0)),
                DispatchError::BadOrigin
            );
        });
}

#[test]
fn the_bond_grows_with_the_price() {
    TestExt::new().execute_with(|| {
        let mut job = job_of(1);
        job.spec.price_per_segment *= 3;
        job.escrow *= 3;
        start(job);
        assert_ok!(commit(0));
        opened(CHALLENGER, 0, 0);
        assert_eq!(held(HoldReason::Bond, CHALLENGER), params().bond(3 * PRICE));
    });
}

#[test]
fn a_game_holds_its_segment_and_does_not_move_its_window() {
    TestExt::new().execute_with(|| {
        committed(2, 1);
        pass(WINDOW - 1);
        let id = opened(CHALLENGER, 0, 1);
        answer(id);
        run(1);
        assert_noop!(finalise(0), JobError::<Test>::GamesOpen);
        assert_noop!(challenge(CHALLENGER, 0, 1), Error::<Test>::WindowOver);
        run(ALLOWANCE + DEFENCE);
        assert_ok!(time_out(id));
        assert_eq!(state().progress.finalised, 0);
        run(1);
        assert_eq!(state().progress.finalised, 1, "by the agenda");
    });
}

#[test]
fn a_segment_finalises_after_its_last_game_and_then_those_behind_it() {
    TestExt::new().execute_with(|| {
        committed(3, 3);
        let first = opened(CHALLENGER, 0, 0);
        let second = opened(CHALLENGERS[1], 0, 1);
        answer(first);
        answer(second);
        run(WINDOW);
        assert_eq!(state().progress.finalised, 0);
        assert_ok!(time_out(first));
        run(1);
        assert_eq!(state().progress.finalised, 0);
        assert_ok!(time_out(second));
        run(3);
        assert_eq!(state().progress.finalised, 3);
    });
}

#[test]
fn the_segment_as_a_whole_is_challenged_where_its_states_are_hidden() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        assert_ok!(Disputes::open(
            signed(CHALLENGER),
            JOB,
            SegmentIndex(0),
            Entry::Segment
        ));
        let standing = Disputes::dispute(last_game()).unwrap().standing;
        assert!(matches!(
            standing,
            Standing::Running {
                interval: None,
                round: 0,
                ..
            }
        ));
    });
}
