//! A job from submission to its end, pure.

use super::*;
use crate::{submission::tests::valid, Assignment, EndReason, Refused, Reserve, UNIT};

const COST: Balance = UNIT + UNIT * 25 / 1_000;

fn job(escrow: Balance) -> JobState<u64> {
    JobState::open(escrow, 1, 100)
}

fn assign(job: &mut JobState<u64>) {
    let to = Assignment {
        provider: 7,
        price_per_segment: UNIT,
        collateral: 10,
    };
    job.claim(to, 1, 20).unwrap();
}

fn accepted(escrow: Balance) -> JobState<u64> {
    let mut job = job(escrow);
    assign(&mut job);
    job.accept(&7, 2).unwrap();
    job
}

/// Runs `check` with terms at block `now` under a pipeline of two.
fn at<R>(now: BlockNumber, check: impl FnOnce(&Terms<'_>) -> R) -> R {
    let mut params = Params::default();
    params.segments.pipeline_limit = 2;
    check(&Terms {
        spec: &valid().spec,
        params: &params,
        now,
    })
}

fn outcome(job: &mut JobState<u64>, now: BlockNumber) -> Option<Outcome<u64>> {
    at(now, |terms| job.step(terms)).map(|step| step.outcome)
}

fn full() -> Reserve {
    Reserve {
        price: UNIT,
        fee: UNIT * 25 / 1_000,
    }
}

#[test]
fn acceptance_starts_the_first_segment_from_its_own_reserve() {
    let mut job = accepted(2 * COST);
    let started = Outcome::Started {
        segment: SegmentIndex(0),
        provider: 7,
        reserve: full(),
    };
    assert_eq!(outcome(&mut job, 2), Some(started));
    assert_eq!(job.ledger.escrow, COST);
    assert_eq!(outcome(&mut job, 2), None);
}

#[test]
fn the_pipeline_fills_and_drains() {
    let mut job = accepted(3 * COST);
    outcome(&mut job, 2);
    job.commit(&7, SegmentIndex(0)).unwrap();
    assert!(matches!(
        outcome(&mut job, 3),
        Some(Outcome::Started { .. })
    ));
    job.commit(&7, SegmentIndex(1)).unwrap();
    assert_eq!(outcome(&mut job, 4), None, "two are pending");
    assert_eq!(job.finalise(SegmentIndex(1), full()), Err(Refused::NotNext));
    job.finalise(SegmentIndex(0), full()).unwrap();
    assert_eq!(
        job.finalise(SegmentIndex(0), full()),
        Err(Refused::NotCommitted)
    );
    let last = Reserve {
        price: UNIT / 2,
        fee: UNIT * 25 / 2_000,
    };
    let started = Outcome::Started {
        segment: SegmentIndex(2),
        provider: 7,
        reserve: last,
    };
    assert_eq!(outcome(&mut job, 5), Some(started));
    job.commit(&7, SegmentIndex(2)).unwrap();
    assert_eq!(outcome(&mut job, 6), None, "windows still run");
    job.finalise(SegmentIndex(1), full()).unwrap();
    assert_eq!(outcome(&mut job, 7), None);
    job.finalise(SegmentIndex(2), last).unwrap();
    let step = at(8, |terms| job.step(terms)).unwrap();
    assert_eq!(step.freed.map(|by| by.collateral), Some(10));
    let refund = 3 * COST - 2 * COST - last.total();
    assert_eq!(
        step.outcome,
        Outcome::Ended {
            reason: EndReason::Completed,
            refund
        }
    );
    assert_eq!(job.ledger.paid, 2 * UNIT + UNIT / 2);
}

#[test]
fn an_empty_escrow_pauses_and_a_top_up_resumes() {
    let mut job = accepted(COST);
    outcome(&mut job, 2);
    job.commit(&7, SegmentIndex(0)).unwrap();
    assert_eq!(outcome(&mut job, 3), Some(Outcome::Paused { until: 103 }));
    assert_eq!(outcome(&mut job, 4), None);
    job.ledger.escrow += COST;
    assert!(matches!(
        outcome(&mut job, 5),
        Some(Outcome::Started { .. })
    ));
}

#[test]
fn a_pause_that_lasts_too_long_frees_the_provider_after_the_windows() {
    let mut job = accepted(COST);
    outcome(&mut job, 2);
    job.commit(&7, SegmentIndex(0)).unwrap();
    outcome(&mut job, 3);
    assert_eq!(job.expire(104), Ok(None));
    assert_eq!(outcome(&mut job, 104), None, "a window still runs");
    job.finalise(SegmentIndex(0), full()).unwrap();
    let ended = Outcome::Ended {
        reason: EndReason::EscrowExhausted,
        refund: 0,
    };
    assert_eq!(outcome(&mut job, 105), Some(ended));
}

#[test]
fn a_late_segment_returns_its_reserve_and_the_job_opens_again() {
    let mut job = accepted(2 * COST);
    outcome(&mut job, 2);
    job.commit(&7, SegmentIndex(0)).unwrap();
    outcome(&mut job, 3);
    job.miss_deadline(SegmentIndex(1), full()).unwrap();
    assert_eq!(job.ledger.escrow, COST);
    assert_eq!(outcome(&mut job, 4), None, "segment 0 keeps its window");
    job.finalise(SegmentIndex(0), full()).unwrap();
    let step = at(5, |terms| job.step(terms)).unwrap();
    assert!(step.freed.is_some());
    assert!(matches!(step.outcome, Outcome::Opened { .. }));
    assert_eq!(job.progress.next_segment(), SegmentIndex(1));
}

#[test]
fn a_job_without_means_reopens_as_paused() {
    let mut job = job(COST);
    assign(&mut job);
    job.decline(&7, 3).unwrap();
    job.ledger.escrow = 1;
    assert!(matches!(outcome(&mut job, 4), Some(Outcome::Paused { .. })));
    job.ledger.escrow = COST;
    assert!(matches!(outcome(&mut job, 5), Some(Outcome::Opened { .. })));
}

#[test]
fn the_last_decline_ends_the_job() {
    let mut job = job(COST);
    for other in 100..100 + u64::from(MAX_EXCLUDED) - 1 {
        job.excluded.try_push(other).unwrap();
    }
    assign(&mut job);
    job.decline(&7, 3).unwrap();
    let ended = Outcome::Ended {
        reason: EndReason::Declined,
        refund: COST,
    };
    assert_eq!(outcome(&mut job, 4), Some(ended));
}

#[test]
fn a_cancelled_open_job_refunds_at_once() {
    let mut job = job(COST);
    let end = Outcome::Ended {
        reason: EndReason::Cancelled,
        refund: COST,
    };
    assert_eq!(job.cancel(3), Ok(Some(end.into())));
    assert_eq!((job.ledger.escrow, job.ledger.refunded), (0, COST));
    assert_eq!(job.cancel(4), Err(Refused::Ending));
    assert_eq!(job.top_up(1, 4), Err(Refused::Ending));
    assert_eq!(outcome(&mut job, 4), None);
}

#[test]
fn a_top_up_may_not_exceed_what_is_left_to_pay() {
    let params = Params::default();
    let spec = valid().spec;
    let whole = 2 * COST + UNIT / 2 + UNIT * 25 / 2_000;
    assert_eq!(job(COST).top_up_limit(&spec, &params), whole - COST);
    let mut job = accepted(COST);
    outcome(&mut job, 2);
    assert_eq!(job.top_up_limit(&spec, &params), whole - COST);
}
