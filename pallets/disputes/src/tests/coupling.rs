//! What games and convictions do to jobs and providers, whatever becomes of the job meanwhile.

use assay_protocol::{AfterSettling, EndReason, JobStatus, SegmentIndex, SegmentStatus};
use frame_support::{assert_noop, assert_ok};
use pallet_assay_jobs::{Error as JobError, HoldReason as JobHold};
use pallet_assay_providers::{Error as ProviderError, Registry};

use crate::{mock::*, HoldReason, SlashId};

fn slashed() -> u128 {
    held(HoldReason::Slash, PROVIDER)
}

fn job_time_out() -> frame_support::dispatch::DispatchResultWithPostInfo {
    Jobs::time_out(signed(STRANGER), JOB)
}

/// The deadline of the segment in training, as a client sees it.
fn deadline(segment: u32) -> u32 {
    let page = Jobs::segments_page(JOB, SegmentIndex(segment), 1);
    match page.items[0].status {
        SegmentStatus::Training { deadline, .. } => deadline,
        ref other => panic!("not in training: {other:?}"),
    }
}

#[test]
fn a_segment_in_training_is_ended_by_a_conviction() {
    TestExt::new().execute_with(|| {
        committed(3, 1);
        convict(opened(CHALLENGER, 0, 0));
        assert_noop!(commit(1), JobError::<Test>::NotTraining);
        assert!(pallet_assay_jobs::Segments::<Test>::iter().next().is_none());
    });
}

#[test]
fn the_job_is_finished_by_another_provider() {
    TestExt::new().execute_with(|| {
        committed(2, 2);
        convict(opened(CHALLENGER, 1, 0));
        assert!(matches!(status(), JobStatus::Settling { .. }));
        run(WINDOW);
        assert_eq!(state().progress.finalised, 1, "the first segment is paid");
        assert!(matches!(status(), JobStatus::Open { .. }));
        let earned = free(PROVIDERS[1]);
        take(PROVIDERS[1], JOB);
        assert_ok!(commit_by(PROVIDERS[1], JOB, 1));
        run(WINDOW);
        assert_eq!(free(PROVIDERS[1]) - earned, PRICE);
        let completed = EndReason::Completed;
        assert!(matches!(status(), JobStatus::Ended { reason, .. } if reason == completed));
    });
}

#[test]
fn a_cancelled_job_still_convicts() {
    TestExt::new().execute_with(|| {
        committed(3, 1);
        let id = opened(CHALLENGER, 0, 0);
        assert_ok!(Jobs::cancel(signed(BUYER), JOB));
        convict(id);
        assert_eq!(slashed(), collateral(3));
        assert_eq!(held(JobHold::Escrow, BUYER), 0, "all is refunded");
        let cancelled = EndReason::Cancelled;
        assert!(matches!(status(), JobStatus::Ended { reason, .. } if reason == cancelled));
        let counters = Providers::provider(&PROVIDER).unwrap().counters;
        assert_eq!(counters.jobs_finished, 0);
    });
}

#[test]
fn a_paused_job_still_convicts() {
    TestExt::new().execute_with(|| {
        let mut job = job_of(3);
        job.escrow = COST;
        start(job);
        assert_ok!(commit(0));
        assert!(matches!(status(), JobStatus::Paused { by: Some(_), .. }));
        let id = opened(CHALLENGER, 0, 0);
        convict(id);
        assert_eq!(slashed(), collateral(3));
        assert!(
            matches!(status(), JobStatus::Open { .. }),
            "one segment is covered again"
        );
    });
}

#[test]
fn a_job_whose_pause_has_run_out_still_convicts_and_ends() {
    TestExt::new().execute_with(|| {
        let mut job = job_of(3);
        job.escrow = COST;
        start(job);
        assert_ok!(commit(0));
        pass(8);
        let id = opened(CHALLENGER, 0, 0);
        pass(1);
        assert_ok!(job_time_out());
        assert!(matches!(
            status(),
            JobStatus::Settling {
                then: AfterSettling::End(_),
                ..
            }
        ));
        convict(id);
        assert_eq!(slashed(), collateral(3));
        assert!(matches!(status(), JobStatus::Ended { .. }));
        assert_eq!(held(JobHold::Escrow, BUYER), 0);
    });
}

#[test]
fn a_late_provider_is_convicted_of_what_it_committed_before() {
    TestExt::new()
        .with(|p| {
            p.segments.challenge_window = 20;
            p.stake.unbonding_delay = 100;
        })
        .execute_with(|| {
            committed(3, 1);
            pass(DEADLINE + 1);
            assert_ok!(job_time_out());
            let left = held(JobHold::Collateral, PROVIDER);
            assert!(left > 0 && left < collateral(3));
            convict(opened(CHALLENGER, 0, 0));
            assert_eq!(slashed(), left);
            assert!(matches!(status(), JobStatus::Open { .. }));
        });
}

#[test]
fn a_job_of_which_everything_is_committed_is_convicted() {
    TestExt::new().execute_with(|| {
        committed(3, 3);
        assert!(matches!(status(), JobStatus::Waiting { .. }));
        convict(opened(CHALLENGER, 0, 0));
        assert_eq!(state().progress.committed, 0);
        assert_eq!(state().ledger.escrow, 3 * COST);
        assert!(matches!(status(), JobStatus::Open { .. }));
    });
}

#[test]
fn deadlines_stand_still_while_a_game_is_open() {
    TestExt::new().execute_with(|| {
        committed(2, 1);
        let before = deadline(1);
        pass(2);
        let id = opened(CHALLENGER, 0, 1);
        answer(id);
        pass(ALLOWANCE + DEFENCE + 1);
        assert_eq!(deadline(1), before + ALLOWANCE + DEFENCE + 1);
        run(DEADLINE);
        assert_noop!(job_time_out(), JobError::<Test>::TooEarly);
        assert_ok!(time_out(id));
        let moved = before + ALLOWANCE + DEFENCE + 1 + DEADLINE;
        assert_eq!(deadline(1), moved);
        pass(moved - now());
        assert_noop!(job_time_out(), JobError::<Test>::TooEarly);
        run(1);
        assert!(
            matches!(status(), JobStatus::Open { .. }),
            "late, by the agenda"
        );
    });
}

#[test]
fn a_segment_is_committed_while_a_game_is_open() {
    TestExt::new().execute_with(|| {
        committed(3, 1);
        let id = opened(CHALLENGER, 0, 1);
        answer(id);
        pass(DEADLINE + 5);
        assert_ok!(commit(1));
        assert_eq!(deadline(2), now() + DEADLINE);
        pass(4);
        assert_eq!(deadline(2), now() + DEADLINE, "it began while time stood");
        assert_ok!(time_out(id));
    });
}

#[test]
fn what_is_late_already_stays_late() {
    TestExt::new()
        .with(|p| {
            p.segments.challenge_window = 20;
            p.stake.unbonding_delay = 100;
        })
        .execute_with(|| {
            committed(2, 1);
            pass(DEADLINE + 1);
            opened(CHALLENGER, 0, 1);
            assert_noop!(commit(1), JobError::<Test>::TooLate);
            assert_ok!(job_time_out());
        });
}

#[test]
fn a_provider_does_not_leave_with_games_or_slashes() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        let unregister = || Providers::unregister(signed(PROVIDER));
        assert_noop!(unregister(), ProviderError::<Test>::HasJobs);
        convict(id);
        assert_ok!(unregister());
        pass(params().stake.unbonding_delay);
        let withdraw = || Providers::withdraw(signed(PROVIDER));
        assert_noop!(withdraw(), ProviderError::<Test>::HasSlashes);
        assert_ok!(settle(SlashId(0)));
        assert_ok!(withdraw());
        assert_eq!(
            held(HoldReason::Slash, PROVIDER),
            share(collateral(1)),
            "the winner's share stays"
        );
        assert_ok!(pull(id));
    });
}

#[test]
fn a_slash_counts_when_it_is_settled() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        convict(opened(CHALLENGER, 0, 0));
        let slashed = || Providers::provider(&PROVIDER).unwrap().counters.slashed;
        assert_eq!(slashed(), 0);
        pass(DEFER);
        assert_ok!(settle(SlashId(0)));
        assert_eq!(slashed(), collateral(1));
    });
}

#[test]
fn a_convicted_provider_does_not_have_the_job_again() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        convict(opened(CHALLENGER, 0, 0));
        assert_noop!(
            Jobs::claim(signed(OPERATOR), JOB),
            JobError::<Test>::Excluded
        );
        take(PROVIDERS[1], JOB);
        assert_ok!(commit_by(PROVIDERS[1], JOB, 0));
        convict(opened(CHALLENGER, 0, 0));
        for provider in &PROVIDERS[..2] {
            let slashed = held(HoldReason::Slash, *provider);
            assert_eq!(slashed, collateral(1), "each assignment has its own");
        }
        pass(DEFER);
        assert_ok!(settle(SlashId(0)));
        assert_ok!(settle(SlashId(1)));
    });
}

#[test]
fn a_job_topped_up_before_the_verdict_still_convicts() {
    TestExt::new().execute_with(|| {
        let mut job = job_of(3);
        job.escrow = COST;
        start(job);
        assert_ok!(commit(0));
        let id = opened(CHALLENGER, 0, 0);
        assert_ok!(Jobs::top_up(signed(BUYER), JOB, 2 * COST));
        assert!(matches!(status(), JobStatus::Running { .. }));
        convict(id);
        assert_eq!(slashed(), collateral(3));
        assert!(matches!(status(), JobStatus::Open { .. }));
        assert_eq!(state().ledger.escrow, 3 * COST, "no reserve is left");
    });
}

#[test]
fn a_job_does_not_end_before_its_games() {
    TestExt::new().execute_with(|| {
        committed(1, 1);
        let id = opened(CHALLENGER, 0, 0);
        answer(id);
        pass(WINDOW + RETENTION);
        assert_noop!(finalise(0), JobError::<Test>::GamesOpen);
        assert_noop!(
            Jobs::clean_up(signed(STRANGER), JOB),
            JobError::<Test>::NotEnded
        );
        assert_ok!(time_out(id));
        assert_ok!(finalise(0));
        assert!(matches!(status(), JobStatus::Ended { .. }));
    });
}
