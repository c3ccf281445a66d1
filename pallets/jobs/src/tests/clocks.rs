//! Clocks that run out.

use assay_protocol::{EndReason, JobStatus, SegmentIndex};
use frame_support::{assert_noop, assert_ok, dispatch::Pays};
use pallet_assay_providers::Registry;

use crate::{mock::*, types::Clock, Error, Event, HoldReason, Segments, WeightInfo};

fn late_slash(segments: u32) -> u128 {
    params().money.late_slash.ceil_of(collateral(segments))
}

#[test]
fn silence_after_a_claim_costs_a_slash_and_opens_the_job() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        pass(10);
        assert_noop!(time_out(), Error::<Test>::TooEarly);
        pass(1);
        let post = time_out().unwrap();
        assert_eq!(
            (post.pays_fee, post.actual_weight),
            (Pays::No, Some(<() as WeightInfo>::time_out_acceptance()))
        );
        assert!(matches!(status(), JobStatus::Open { .. }));
        assert_eq!(free(SLASHES), ENDOWMENT + late_slash(1));
        assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
        let counters = Providers::provider(&PROVIDER).unwrap().counters;
        assert_eq!(
            (counters.deadlines_missed, counters.slashed),
            (1, late_slash(1))
        );
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
    });
}

#[test]
fn a_missed_deadline_costs_a_slash_and_returns_the_reserve() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_eq!(state().ledger.escrow, COST);
        pass(DEADLINE + 1);
        events();
        assert_eq!(time_out().unwrap().pays_fee, Pays::No);
        assert_eq!(state().ledger.escrow, 2 * COST);
        assert!(Segments::<Test>::get(JOB, SegmentIndex(0)).is_none());
        assert_eq!(free(SLASHES), ENDOWMENT + late_slash(2));
        let timed_out = Event::TimedOut {
            job: JOB,
            clock: Clock::Segment(SegmentIndex(0)),
        };
        assert!(events().contains(&timed_out));
        assert!(matches!(status(), JobStatus::Open { .. }));
    });
}

#[test]
fn committed_segments_keep_their_windows_and_pay_after_a_missed_deadline() {
    TestExt::new()
        .with(|p| p.segments.challenge_window = 20)
        .execute_with(|| {
            start(job_of(3));
            assert_ok!(commit(0));
            pass(DEADLINE + 1);
            assert_ok!(time_out());
            assert!(matches!(
                status(),
                JobStatus::Settling { training: None, .. }
            ));
            let left = collateral(3) - late_slash(3);
            assert_eq!(held(HoldReason::Collateral, PROVIDER), left);
            assert_noop!(time_out(), Error::<Test>::NoClock);
            assert_noop!(
                Jobs::claim(signed(operator(2)), JOB),
                Error::<Test>::NotOpen
            );
            pass(9);
            assert_ok!(finalise(0));
            assert_eq!(free(FEES), ENDOWMENT + FEE);
            assert!(matches!(status(), JobStatus::Open { .. }));
            assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
            assert_eq!(state().progress.next_segment(), SegmentIndex(1));
        });
}

#[test]
fn an_open_job_that_nobody_takes_ends() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        pass(50);
        assert_noop!(time_out(), Error::<Test>::TooEarly);
        pass(1);
        assert_noop!(Jobs::claim(signed(OPERATOR), JOB), Error::<Test>::TooLate);
        assert_ok!(time_out());
        assert_eq!(
            status(),
            JobStatus::Ended {
                reason: EndReason::NoProvider,
                at: 52
            }
        );
        assert_eq!(held(HoldReason::Escrow, BUYER), 0);
        assert_noop!(time_out(), Error::<Test>::NoClock);
    });
}

#[test]
fn time_out_is_for_everyone_with_a_key() {
    TestExt::new().execute_with(|| {
        assert_noop!(time_out(), Error::<Test>::UnknownJob);
        assert_noop!(
            Jobs::time_out(RuntimeOrigin::none(), JOB),
            sp_runtime::DispatchError::BadOrigin
        );
        assert_eq!(time_out().unwrap_err().post_info.pays_fee, Pays::Yes);
    });
}

#[test]
fn a_job_keeps_the_parameters_it_was_submitted_under() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let mut longer = params();
        longer.segments.challenge_window = 50;
        longer.segments.retention = 50;
        longer.disputes.slash_defer = 50;
        longer.stake.unbonding_delay = 150;
        assert_ok!(Protocol::set_params(
            RuntimeOrigin::root(),
            Box::new(longer)
        ));
        assert_ok!(commit(0));
        pass(5);
        assert_ok!(finalise(0));
    });
}
