//! The journal on a disk.

use assay_client::{Account, SignedTransaction};
use assay_protocol::{IntervalIndex, JobId, SegmentIndex, StateRoot};

use super::*;
use crate::Intent;

const JOB: JobId = JobId(3);

fn root(byte: u8) -> StateRoot {
    StateRoot([byte; 32])
}

fn open() -> (tempfile::TempDir, Journal) {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open(directory.path(), [1; 32]).unwrap();
    (directory, journal)
}

fn flight(intent: Intent, nonce: u64) -> InFlight {
    let transaction = SignedTransaction {
        bytes: vec![9; 100],
        account: Account([1; 32]),
        nonce,
        birth: 5,
        expires: 68,
    };
    InFlight {
        job: JOB,
        intent,
        transaction,
    }
}

#[test]
fn everything_survives_reopening() {
    let (directory, journal) = open();
    journal.begin(JOB, SegmentIndex(0), root(1)).unwrap();
    journal
        .record(JOB, SegmentIndex(0), IntervalIndex(0), root(2))
        .unwrap();
    journal
        .record(JOB, SegmentIndex(0), IntervalIndex(1), root(3))
        .unwrap();
    journal
        .keep(&flight(Intent::Commit(SegmentIndex(0)), 7))
        .unwrap();
    drop(journal);
    let journal = Journal::open(directory.path(), [1; 32]).unwrap();
    assert_eq!(
        journal.start_of(JOB, SegmentIndex(0)).unwrap(),
        Some(root(1))
    );
    assert_eq!(
        journal.intervals(JOB, SegmentIndex(0)).unwrap(),
        [root(2), root(3)]
    );
    assert_eq!(
        journal.transactions().unwrap(),
        [flight(Intent::Commit(SegmentIndex(0)), 7)]
    );
}

#[test]
fn another_start_forgets_what_came_after() {
    let (_directory, journal) = open();
    for segment in 0..3 {
        journal
            .begin(JOB, SegmentIndex(segment), root(segment as u8))
            .unwrap();
        journal
            .record(JOB, SegmentIndex(segment), IntervalIndex(0), root(9))
            .unwrap();
    }
    journal.begin(JOB, SegmentIndex(1), root(1)).unwrap();
    assert_eq!(
        journal.intervals(JOB, SegmentIndex(2)).unwrap(),
        [root(9)],
        "the same start forgets nothing"
    );
    journal.begin(JOB, SegmentIndex(1), root(77)).unwrap();
    assert_eq!(journal.intervals(JOB, SegmentIndex(0)).unwrap(), [root(9)]);
    assert_eq!(journal.intervals(JOB, SegmentIndex(1)).unwrap(), []);
    assert_eq!(journal.start_of(JOB, SegmentIndex(2)).unwrap(), None);
}

#[test]
fn a_gap_ends_the_intervals() {
    let (_directory, journal) = open();
    journal
        .record(JOB, SegmentIndex(0), IntervalIndex(0), root(1))
        .unwrap();
    journal
        .record(JOB, SegmentIndex(0), IntervalIndex(2), root(3))
        .unwrap();
    assert_eq!(journal.intervals(JOB, SegmentIndex(0)).unwrap(), [root(1)]);
}

#[test]
fn a_state_is_removed_when_nobody_holds_it() {
    let (_directory, journal) = open();
    let other = JobId(4);
    journal.begin(JOB, SegmentIndex(0), root(1)).unwrap();
    journal.begin(other, SegmentIndex(0), root(1)).unwrap();
    for (interval, byte) in [(0, 2), (1, 3)] {
        journal
            .record(JOB, SegmentIndex(0), IntervalIndex(interval), root(byte))
            .unwrap();
    }
    assert_eq!(
        journal.release(JOB, &[root(1), root(3)]).unwrap(),
        [root(2)]
    );
    assert_eq!(
        journal.release(JOB, &[root(3)]).unwrap(),
        [],
        "the other job starts from it"
    );
    assert_eq!(journal.release(other, &[]).unwrap(), [root(1)]);
    assert_eq!(journal.jobs().unwrap(), [JOB].into());
    assert_eq!(journal.release(JOB, &[]).unwrap(), [root(3)]);
}

#[test]
fn one_intent_is_kept_once_and_dropped() {
    let (_directory, journal) = open();
    journal.keep(&flight(Intent::Claim, 1)).unwrap();
    journal.keep(&flight(Intent::Claim, 2)).unwrap();
    journal.keep(&flight(Intent::Accept, 3)).unwrap();
    assert_eq!(journal.transactions().unwrap().len(), 2);
    journal.forget(JOB).unwrap();
    journal.drop_transaction(JOB, Intent::Claim).unwrap();
    assert_eq!(journal.transactions().unwrap(), [flight(Intent::Accept, 3)]);
}

#[test]
fn a_second_worker_and_another_chain_are_refused() {
    let (directory, journal) = open();
    let error = Journal::open(directory.path(), [1; 32]).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    drop(journal);
    let error = Journal::open(directory.path(), [2; 32]).unwrap_err();
    assert!(matches!(error, JournalError::OtherChain { .. }), "{error}");
    assert!(error.to_string().contains("--data-dir"));
}
