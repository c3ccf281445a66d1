//! Top-up, pause and cancel.

use assay_protocol::{AfterSettling, EndReason, JobStatus, SegmentIndex};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::TokenError;

use crate::{mock::*, Error, Event, HoldReason};

fn top_up(amount: u128) -> sp_runtime::DispatchResult {
    Jobs::top_up(signed(BUYER), JOB, amount)
}

fn cancel() -> sp_runtime::DispatchResult {
    Jobs::cancel(signed(BUYER), JOB)
}

#[test]
fn a_job_without_escrow_pauses_and_resumes() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(2, 1));
        assert_ok!(commit(0));
        assert!(matches!(
            status(),
            JobStatus::Paused {
                by: Some(_),
                until: 9
            }
        ));
        assert_noop!(commit(1), Error::<Test>::NotTraining);
        assert_ok!(top_up(COST - 1));
        assert!(matches!(
            status(),
            JobStatus::Paused {
                by: Some(_),
                until: 9
            }
        ));
        events();
        assert_ok!(top_up(1));
        assert_eq!(
            events()[0],
            Event::ToppedUp {
                job: JOB,
                amount: 1
            }
        );
        assert!(matches!(
            status(),
            JobStatus::Running {
                segment: SegmentIndex(1),
                ..
            }
        ));
    });
}

#[test]
fn segments_become_final_while_a_job_is_paused() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(2, 1));
        assert_ok!(commit(0));
        run(5);
        assert_eq!(state().progress.finalised, 1);
        assert!(matches!(status(), JobStatus::Paused { .. }));
        assert_ok!(top_up(COST));
        assert_ok!(commit(1));
        run(5);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        ));
    });
}

#[test]
fn a_pause_without_end_frees_the_provider() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(2, 1));
        assert_ok!(commit(0));
        pass(8);
        assert_noop!(time_out(), Error::<Test>::TooEarly);
        pass(1);
        assert_noop!(top_up(COST), Error::<Test>::TooLate);
        assert_ok!(time_out());
        let then = AfterSettling::End(EndReason::EscrowExhausted);
        assert!(
            matches!(status(), JobStatus::Settling { training: None, then: t, .. } if t == then)
        );
        assert_noop!(top_up(COST), Error::<Test>::Ending);
        assert_ok!(finalise(0));
        assert_eq!(
            status(),
            JobStatus::Ended {
                reason: EndReason::EscrowExhausted,
                at: now()
            }
        );
        assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
        assert_eq!(free(SLASHES), ENDOWMENT, "waiting is no fault");
    });
}

#[test]
fn a_job_reopens_as_paused_if_its_escrow_is_short() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(3, 1));
        assert_ok!(top_up(COST / 2));
        assert_ok!(commit(0));
        assert_ok!(top_up(COST / 2));
        pass(DEADLINE + 1);
        assert_ok!(time_out());
        assert_ok!(finalise(0));
        assert!(
            matches!(status(), JobStatus::Open { .. }),
            "the late segment's reserve came back"
        );
    });
}

#[test]
fn only_the_buyer_tops_up_and_not_more_than_is_left_to_pay() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_funded_for(3, 1)));
        assert_noop!(
            Jobs::top_up(signed(STRANGER), JOB, 1),
            Error::<Test>::NotBuyer
        );
        assert_noop!(top_up(0), Error::<Test>::TopUpEmpty);
        assert_noop!(top_up(2 * COST + 1), Error::<Test>::TopUpTooLarge);
        assert_noop!(top_up(u128::MAX), Error::<Test>::TopUpTooLarge);
        assert_ok!(top_up(2 * COST));
        assert_noop!(top_up(1), Error::<Test>::TopUpTooLarge);
        assert_noop!(
            Jobs::top_up(signed(BUYER), JOB.next(), 1),
            Error::<Test>::UnknownJob
        );
    });
}

#[test]
fn a_top_up_needs_the_money() {
    let just_enough = COST + params().deposit(3) + EXISTENTIAL;
    TestExt::new().endow(BUYER, just_enough).execute_with(|| {
        assert_ok!(submit(job_funded_for(3, 1)));
        assert_noop!(top_up(1), TokenError::FundsUnavailable);
    });
}

#[test]
fn an_open_job_is_cancelled_with_a_full_refund() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(3)));
        assert_noop!(Jobs::cancel(signed(STRANGER), JOB), Error::<Test>::NotBuyer);
        assert_ok!(cancel());
        assert_eq!(free(BUYER), ENDOWMENT - params().deposit(3));
        assert_eq!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Cancelled,
                at: 1
            }
        );
        assert_noop!(cancel(), Error::<Test>::Ending);
        assert_noop!(top_up(1), Error::<Test>::Ending);
    });
}

#[test]
fn cancelling_a_running_job_pays_the_segments_already_started() {
    TestExt::new().execute_with(|| {
        start(job_of(4));
        assert_ok!(commit(0));
        assert_ok!(cancel());
        assert!(matches!(
            status(),
            JobStatus::Settling {
                training: Some(SegmentIndex(1)),
                ..
            }
        ));
        assert_noop!(cancel(), Error::<Test>::Ending);
        assert_ok!(commit(1));
        events();
        run(5);
        assert!(events().contains(&Event::Ended {
            job: JOB,
            reason: EndReason::Cancelled,
            refund: 2 * COST
        }));
        assert_eq!(
            free(PROVIDER),
            ENDOWMENT - params().stake.min_stake + 2 * PRICE
        );
        assert_eq!(held(HoldReason::Escrow, BUYER), 0);
    });
}

#[test]
fn a_segment_that_is_late_after_cancel_is_not_paid() {
    TestExt::new().execute_with(|| {
        start(job_of(4));
        assert_ok!(cancel());
        run(DEADLINE + 1);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Cancelled,
                ..
            }
        ));
        assert_eq!(free(BUYER), ENDOWMENT - params().deposit(4));
        assert!(free(SLASHES) > ENDOWMENT);
    });
}

#[test]
fn cancel_overrides_a_reopening() {
    TestExt::new()
        .with(|p| p.segments.challenge_window = 20)
        .execute_with(|| {
            start(job_of(3));
            assert_ok!(commit(0));
            pass(DEADLINE + 1);
            assert_ok!(time_out());
            assert_ok!(cancel());
            pass(9);
            assert_ok!(finalise(0));
            assert_eq!(
                status(),
                JobStatus::Ended {
                    reason: EndReason::Cancelled,
                    at: now()
                }
            );
            assert_eq!(free(BUYER), ENDOWMENT - params().deposit(3) - COST);
        });
}

#[test]
fn a_paused_job_is_cancelled_after_its_windows() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(2, 1));
        assert_ok!(commit(0));
        assert_ok!(cancel());
        assert!(matches!(
            status(),
            JobStatus::Settling { training: None, .. }
        ));
        run(5);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Cancelled,
                ..
            }
        ));
    });
}
