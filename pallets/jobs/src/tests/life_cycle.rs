//! Whole lives of jobs.

use assay_protocol::{EndReason, JobStatus, SegmentIndex};
use frame_support::assert_ok;
use pallet_assay_providers::Registry;

use crate::{mock::*, Event, HoldReason, Records, Segments};

#[test]
fn a_job_is_trained_paid_and_completed() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        assert_eq!(held(HoldReason::Escrow, BUYER), 3 * COST);
        assert_eq!(held(HoldReason::Collateral, PROVIDER), collateral(3));
        for segment in 0..3 {
            assert_ok!(commit(segment));
            run(6);
        }
        let ended = JobStatus::Ended {
            reason: EndReason::Completed,
            at: now() - 1,
        };
        assert_eq!(status(), ended);
        assert_eq!(free(FEES), ENDOWMENT + 3 * FEE);
        assert_eq!(held(HoldReason::Escrow, BUYER), 0);
        assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
        assert_eq!(
            free(PROVIDER),
            ENDOWMENT - params().stake.min_stake + 3 * PRICE
        );
        assert_eq!(free(BUYER), ENDOWMENT - 3 * COST - params().deposit(3));
        let counters = Providers::provider(&PROVIDER).unwrap().counters;
        assert_eq!((counters.segments_paid, counters.jobs_finished), (3, 1));
        assert_eq!((counters.earned, counters.fees), (3 * PRICE, 3 * FEE));
    });
}

#[test]
fn a_life_is_told_by_events() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        let program_root = Records::<Test>::get(JOB).unwrap().program_root;
        let submitted = Event::Submitted {
            job: JOB,
            buyer: BUYER,
            program_root,
            escrow: COST,
        };
        assert_eq!(events(), [submitted]);
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        let claimed = Event::Claimed {
            job: JOB,
            provider: PROVIDER,
            price_per_segment: PRICE,
            accept_by: 11,
        };
        assert_eq!(events(), [claimed]);
        assert_ok!(Jobs::accept(signed(OPERATOR), JOB));
        let segment = SegmentIndex(0);
        let accepted = Event::Accepted {
            job: JOB,
            provider: PROVIDER,
        };
        let started = Event::SegmentStarted {
            job: JOB,
            segment,
            provider: PROVIDER,
            deadline: 1 + DEADLINE,
        };
        assert_eq!(events(), [accepted, started]);
        assert_ok!(commit(0));
        let roots = commitment(JOB, segment);
        let committed = Event::SegmentCommitted {
            job: JOB,
            segment,
            trace: roots.trace,
            final_state: roots.final_state,
            window_end: 6,
        };
        assert_eq!(events(), [committed]);
        run(5);
        let paid = Event::SegmentPaid {
            job: JOB,
            segment,
            provider: PROVIDER,
            price: PRICE,
            fee: FEE,
        };
        let freed = Event::ProviderFreed {
            job: JOB,
            provider: PROVIDER,
            collateral: collateral(1),
        };
        let ended = Event::Ended {
            job: JOB,
            reason: EndReason::Completed,
            refund: 0,
        };
        assert_eq!(events(), [paid, freed, ended]);
    });
}

#[test]
fn a_shorter_last_segment_costs_its_share() {
    TestExt::new().execute_with(|| {
        let mut submission = job_of(2);
        submission.spec.schedule.total_steps.0 = 5;
        submission.escrow = COST + COST / 4;
        start(submission);
        assert_ok!(commit(0));
        assert_ok!(commit(1));
        run(5);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        ));
        assert_eq!(
            free(PROVIDER),
            ENDOWMENT - params().stake.min_stake + PRICE + PRICE / 4
        );
        assert_eq!(Segments::<Test>::iter_prefix(JOB).count(), 2);
    });
}

#[test]
fn another_provider_goes_on_from_the_newest_final_state() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        assert_ok!(commit(0));
        run(DEADLINE + 1);
        assert!(matches!(status(), JobStatus::Open { .. }));
        assert_eq!(state().progress.finalised, 1);
        let second = operator(PROVIDERS[1]);
        assert_ok!(Jobs::claim(signed(second), JOB));
        assert_ok!(Jobs::accept(signed(second), JOB));
        for segment in [SegmentIndex(1), SegmentIndex(2)] {
            let roots = Box::new(commitment(JOB, segment));
            assert_ok!(Jobs::commit_segment(signed(second), JOB, segment, roots));
        }
        run(5);
        assert!(matches!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        ));
        assert_eq!(free(FEES), ENDOWMENT + 3 * FEE);
        let earned = |owner| Providers::provider(&owner).unwrap().counters.earned;
        assert_eq!(
            (earned(PROVIDERS[0]), earned(PROVIDERS[1])),
            (PRICE, 2 * PRICE)
        );
    });
}

#[test]
fn a_buyer_may_train_its_own_job() {
    TestExt::new().execute_with(|| {
        assert_ok!(Jobs::submit(signed(PROVIDER), Box::new(job_of(1))));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(Jobs::accept(signed(OPERATOR), JOB));
        assert_ok!(commit(0));
        run(5);
        let spent = params().stake.min_stake + FEE + params().deposit(1);
        assert_eq!(free(PROVIDER), ENDOWMENT - spent);
    });
}
