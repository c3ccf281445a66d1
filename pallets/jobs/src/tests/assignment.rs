//! Claiming, accepting and declining.

use assay_protocol::{DeclineReason, EndReason, JobStatus, MAX_EXCLUDED};
use frame_support::{assert_noop, assert_ok};
use pallet_assay_providers::{Error as ProvidersError, Registry};
use sp_runtime::TokenError;

use crate::{mock::*, Error, HoldReason, States};

fn decline(owner: u64, reason: DeclineReason) -> sp_runtime::DispatchResult {
    Jobs::decline(signed(operator(owner)), JOB, reason)
}

#[test]
fn only_an_operator_key_claims() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_noop!(
            Jobs::claim(signed(PROVIDER), JOB),
            Error::<Test>::NotOperator
        );
        assert_noop!(
            Jobs::claim(signed(STRANGER), JOB),
            Error::<Test>::NotOperator
        );
        assert_noop!(
            Jobs::claim(RuntimeOrigin::root(), JOB),
            sp_runtime::DispatchError::BadOrigin
        );
        assert_noop!(
            Jobs::claim(signed(OPERATOR), JOB.next()),
            Error::<Test>::UnknownJob
        );
    });
}

#[test]
fn the_first_claim_wins() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_noop!(
            Jobs::claim(signed(operator(2)), JOB),
            Error::<Test>::NotOpen
        );
        assert_noop!(
            Jobs::accept(signed(operator(2)), JOB),
            Error::<Test>::NotYours
        );
        assert_noop!(
            decline(2, DeclineReason::NoCapacity),
            Error::<Test>::NotYours
        );
        assert_noop!(
            Jobs::accept(signed(STRANGER), JOB),
            Error::<Test>::NotOperator
        );
    });
}

#[test]
fn an_ineligible_provider_does_not_claim() {
    TestExt::new().execute_with(|| {
        let mut submission = job_of(1);
        submission.spec.requirements.memory_bytes = 1 << 40;
        assert_ok!(submit(submission));
        assert_noop!(
            Jobs::claim(signed(OPERATOR), JOB),
            ProvidersError::<Test>::MemoryTooSmall
        );
    });
}

#[test]
fn a_provider_takes_no_more_jobs_than_it_offers() {
    TestExt::new().execute_with(|| {
        for _ in 0..3 {
            assert_ok!(submit(job_of(1)));
        }
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB.next()));
        let third = JOB.next().next();
        assert_noop!(
            Jobs::claim(signed(OPERATOR), third),
            ProvidersError::<Test>::TooManyJobs
        );
    });
}

#[test]
fn a_cheap_job_asks_for_collateral_all_the_same() {
    TestExt::new().execute_with(|| {
        let mut submission = job_of(1);
        submission.spec.price_per_segment = params().money.min_price_per_segment;
        submission.escrow = Jobs::quote(submission.clone()).unwrap().full_escrow;
        assert_ok!(submit(submission));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_eq!(
            held(HoldReason::Collateral, PROVIDER),
            params().money.min_collateral
        );
    });
}

#[test]
fn a_claim_without_collateral_is_refused() {
    let poor = params().stake.min_stake + EXISTENTIAL + collateral(1) - 1;
    TestExt::new().endow(PROVIDER, poor).execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_noop!(
            Jobs::claim(signed(OPERATOR), JOB),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn a_provider_with_a_job_cannot_unbond() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let unregister = || Providers::unregister(signed(PROVIDER));
        assert_noop!(unregister(), ProvidersError::<Test>::HasJobs);
        assert_ok!(commit(0));
        assert_noop!(unregister(), ProvidersError::<Test>::HasJobs);
        run(5);
        assert_ok!(unregister());
    });
}

#[test]
fn a_replaced_operator_key_loses_its_jobs() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        assert_ok!(Providers::set_operator(signed(PROVIDER), 77));
        assert_noop!(commit(0), Error::<Test>::NotOperator);
        let roots = Box::new(commitment(JOB, assay_protocol::SegmentIndex(0)));
        assert_ok!(Jobs::commit_segment(
            signed(77),
            JOB,
            assay_protocol::SegmentIndex(0),
            roots
        ));
    });
}

#[test]
fn declining_for_the_buyers_fault_costs_nothing_and_opens_the_job() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(decline(PROVIDER, DeclineReason::ProgramInvalid));
        assert_eq!(free(PROVIDER), ENDOWMENT - params().stake.min_stake);
        assert_eq!(status(), JobStatus::Open { until: 51 });
        assert_eq!(Providers::provider(&PROVIDER).unwrap().active_jobs, 0);
        assert_noop!(Jobs::claim(signed(OPERATOR), JOB), Error::<Test>::Excluded);
        assert_ok!(Jobs::claim(signed(operator(2)), JOB));
    });
}

#[test]
fn declining_for_its_own_reasons_costs_a_provider_a_little() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(decline(PROVIDER, DeclineReason::NoCapacity));
        let slash = params().money.decline_slash.ceil_of(collateral(1));
        assert!(slash > 0);
        assert_eq!(free(SLASHES), ENDOWMENT + slash);
        assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
        assert_eq!(free(PROVIDER), ENDOWMENT - params().stake.min_stake - slash);
    });
}

#[test]
fn an_accepted_job_is_not_declined() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        assert_noop!(
            decline(PROVIDER, DeclineReason::NoCapacity),
            Error::<Test>::NotAssigned
        );
        assert_noop!(
            Jobs::accept(signed(OPERATOR), JOB),
            Error::<Test>::NotAssigned
        );
    });
}

#[test]
fn answers_come_within_the_accept_window() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        pass(11);
        assert_noop!(Jobs::accept(signed(OPERATOR), JOB), Error::<Test>::TooLate);
        assert_noop!(
            decline(PROVIDER, DeclineReason::NoCapacity),
            Error::<Test>::TooLate
        );
    });
}

#[test]
fn a_job_that_everybody_declines_ends() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        States::<Test>::mutate(JOB, |state| {
            let state = state.as_mut().unwrap();
            (1_000..999 + u64::from(MAX_EXCLUDED))
                .for_each(|who| state.excluded.try_push(who).unwrap());
        });
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(decline(PROVIDER, DeclineReason::DataUnavailable));
        assert_eq!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Declined,
                at: 1
            }
        );
        assert_eq!(held(HoldReason::Escrow, BUYER), 0);
        assert_eq!(
            Providers::provider(&PROVIDER)
                .unwrap()
                .counters
                .jobs_finished,
            0
        );
    });
}

#[test]
fn a_cancelled_assignment_frees_the_provider_unharmed() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(1)));
        assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
        assert_ok!(Jobs::cancel(signed(BUYER), JOB));
        assert_eq!(
            status(),
            JobStatus::Ended {
                reason: EndReason::Cancelled,
                at: 1
            }
        );
        assert_eq!(free(PROVIDER), ENDOWMENT - params().stake.min_stake);
        assert_noop!(
            Jobs::accept(signed(OPERATOR), JOB),
            Error::<Test>::NotAssigned
        );
    });
}
