//! Open games and convictions, as disputes ask for them.

use assay_protocol::{EndReason, JobId, JobStatus, SegmentIndex, SegmentStatus};
use frame_support::{assert_err, assert_noop, assert_ok, traits::fungible::InspectHold};

use crate::{mock::*, Challenged, Error, Event, HoldReason, OpenGames, Segments, Standstills};

const FIRST: SegmentIndex = SegmentIndex(0);

/// A hold for what a conviction takes.
fn elsewhere() -> RuntimeHoldReason {
    elsewhere::HoldReason::Slash.into()
}

fn deadline(segment: u32) -> u32 {
    match Segments::<Test>::get(JOB, SegmentIndex(segment)) {
        Some(SegmentStatus::Training { deadline, .. }) => deadline,
        other => panic!("not in training: {other:?}"),
    }
}

#[test]
fn a_commitment_has_its_facts() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_err!(Jobs::commitment(JOB, FIRST), Error::<Test>::NotCommitted);
        assert_err!(Jobs::commitment(JobId(9), FIRST), Error::<Test>::UnknownJob);
        assert_ok!(commit(0));
        assert_ok!(commit(1));
        let first = Jobs::commitment(JOB, FIRST).unwrap();
        let second = Jobs::commitment(JOB, SegmentIndex(1)).unwrap();
        assert_eq!(first.start, first.spec.start_state);
        assert_eq!(second.start, commitment(JOB, FIRST).final_state);
        assert_eq!(second.trace, commitment(JOB, SegmentIndex(1)).trace);
        assert_eq!((first.provider, first.price), (PROVIDER, PRICE));
        assert_eq!(first.window_end, now() + 5);
    });
}

#[test]
fn a_segment_with_a_game_does_not_finalise() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_ok!(commit(0));
        Jobs::open_game(JOB, FIRST);
        Jobs::open_game(JOB, FIRST);
        run(6);
        assert_noop!(finalise(0), Error::<Test>::GamesOpen);
        Jobs::close_game(JOB, FIRST);
        assert_eq!(Jobs::open_games(JOB, &PROVIDER), 1);
        assert_eq!(Jobs::open_games(JOB, &2), 0, "not another provider's");
        run(1);
        assert_noop!(finalise(0), Error::<Test>::GamesOpen);
        Jobs::close_game(JOB, FIRST);
        run(1);
        assert_eq!(state().progress.finalised, 1);
    });
}

#[test]
fn a_deadline_stands_from_the_first_game_to_the_last() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_ok!(commit(0));
        let before = deadline(1);
        pass(2);
        Jobs::open_game(JOB, FIRST);
        pass(3);
        Jobs::open_game(JOB, FIRST);
        Jobs::close_game(JOB, FIRST);
        pass(4);
        assert_eq!(deadline(1), before);
        Jobs::close_game(JOB, FIRST);
        assert_eq!(deadline(1), before + 7);
        assert_eq!(Standstills::<Test>::iter().count(), 0);
        run(before + 7 - now());
        assert!(matches!(status(), JobStatus::Running { .. }));
        run(1);
        assert!(matches!(status(), JobStatus::Open { .. }), "by the agenda");
    });
}

#[test]
fn a_conviction_takes_all_and_leaves_the_earlier_segments() {
    TestExt::new()
        .with(|p| p.segments.pipeline_limit = 3)
        .execute_with(|| {
            start(job_of(4));
            (0..2).for_each(|segment| commit(segment).unwrap());
            let all = held(HoldReason::Collateral, PROVIDER);
            Jobs::open_game(JOB, FIRST);
            Jobs::open_game(JOB, SegmentIndex(1));
            events();
            let conviction = Jobs::convict(JOB, SegmentIndex(1), &elsewhere()).unwrap();
            assert_eq!(
                (conviction.provider, conviction.collateral),
                (PROVIDER, all)
            );
            assert_eq!(conviction.void, 1..3);
            assert_eq!(held(HoldReason::Collateral, PROVIDER), 0);
            assert_eq!(Balances::balance_on_hold(&elsewhere(), &PROVIDER), all);
            assert_eq!(
                events(),
                vec![Event::Voided {
                    job: JOB,
                    from: SegmentIndex(1),
                    provider: PROVIDER
                }]
            );
            assert_eq!(Segments::<Test>::iter().count(), 1);
            assert_eq!(OpenGames::<Test>::iter().count(), 1);
            assert_eq!(state().ledger.escrow, 3 * COST);
            assert_err!(
                Jobs::convict(JOB, SegmentIndex(1), &elsewhere()),
                Error::<Test>::NotCommitted
            );
            let second = Jobs::convict(JOB, FIRST, &elsewhere()).unwrap();
            assert_eq!(second.collateral, 0);
            assert!(matches!(status(), JobStatus::Open { .. }));
        });
}

#[test]
fn a_cancelled_job_waits_for_its_games() {
    TestExt::new().execute_with(|| {
        start(job_of(4));
        assert_ok!(commit(0));
        Jobs::open_game(JOB, FIRST);
        assert_ok!(Jobs::cancel(signed(BUYER), JOB));
        run(2 * DEADLINE);
        let training = Some(SegmentIndex(1));
        assert!(matches!(status(), JobStatus::Settling { training: now, .. } if now == training));
        assert_noop!(finalise(0), Error::<Test>::GamesOpen);
        assert_ok!(commit(1));
        Jobs::close_game(JOB, FIRST);
        let earned = free(PROVIDER);
        let collateral = held(HoldReason::Collateral, PROVIDER);
        run(5);
        assert!(matches!(status(), JobStatus::Ended { .. }));
        assert_eq!(free(PROVIDER) - earned, 2 * PRICE + collateral);
    });
}

#[test]
fn a_job_whose_pause_has_run_out_waits_for_its_games() {
    TestExt::new().execute_with(|| {
        start(job_funded_for(2, 1));
        assert_ok!(commit(0));
        Jobs::open_game(JOB, FIRST);
        run(9);
        assert!(matches!(status(), JobStatus::Settling { .. }));
        assert_noop!(finalise(0), Error::<Test>::GamesOpen);
        Jobs::close_game(JOB, FIRST);
        run(1);
        let exhausted = EndReason::EscrowExhausted;
        assert!(matches!(status(), JobStatus::Ended { reason, .. } if reason == exhausted));
    });
}

#[test]
fn the_convicted_does_not_claim_the_job_again() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_ok!(commit(0));
        assert_ok!(Jobs::convict(JOB, FIRST, &elsewhere()));
        assert_noop!(Jobs::claim(signed(OPERATOR), JOB), Error::<Test>::Excluded);
        assert_ok!(Jobs::claim(signed(operator(PROVIDERS[1])), JOB));
    });
}
