//! Single decisions.

use assay_protocol::{Assignment, BlockNumber, DeclineReason, SegmentIndex, StateRoot, UNIT};
use assay_worker::{
    decide::{decide, Decision, Have, Preparation, Room, Seen},
    Intent,
};

use super::{
    chain::{Chain, Transaction},
    spec, trained, US,
};

/// A decision about a job that is at the same state at both blocks.
fn decided(chain: &Chain, now: BlockNumber, have: &Have) -> Decision {
    let view = chain.view();
    decide(
        &Seen {
            us: &US,
            now,
            best: &view,
            finalised: &view,
            committed: &chain.committed(),
        },
        have,
    )
}

fn prepared(preparation: Preparation) -> Have {
    Have {
        preparation,
        ..Have::default()
    }
}

fn transaction(id: u32, intent: Intent) -> Transaction {
    Transaction {
        id,
        intent,
        root: StateRoot::default(),
        expires: 99,
    }
}

/// A chain on which the worker has accepted the job.
fn accepted() -> Chain {
    let mut chain = Chain::new();
    for (id, intent) in [(1, Intent::Claim), (2, Intent::Accept)] {
        chain.apply(&transaction(id, intent));
    }
    chain
}

#[test]
fn a_faulty_job_is_claimed_and_declined_so_that_its_buyer_learns_why() {
    let mut chain = Chain::new();
    let have = prepared(Preparation::Hopeless(DeclineReason::ProgramInvalid));
    assert_eq!(decided(&chain, 2, &have).send, Some(Intent::Claim));
    chain.apply(&transaction(1, Intent::Claim));
    assert_eq!(
        decided(&chain, 3, &have).send,
        Some(Intent::decline(DeclineReason::ProgramInvalid))
    );
    chain.apply(&transaction(
        2,
        Intent::decline(DeclineReason::ProgramInvalid),
    ));
    assert_eq!(decided(&chain, 4, &have).send, None, "never claimed again");
}

#[test]
fn a_job_beyond_this_machine_is_not_claimed() {
    let have = prepared(Preparation::Hopeless(DeclineReason::NoCapacity));
    assert_eq!(decided(&Chain::new(), 2, &have).send, None);
    let full = Have {
        room: Room::Full,
        ..prepared(Preparation::Ready)
    };
    assert_eq!(decided(&Chain::new(), 2, &full).send, None);
}

#[test]
fn missing_data_is_waited_for_until_the_last_call() {
    let mut chain = Chain::new();
    let have = prepared(Preparation::Unavailable(DeclineReason::DataUnavailable));
    assert!(decided(&chain, 2, &have).prepare);
    assert_eq!(decided(&chain, 2, &have).send, None);
    let to = Assignment {
        provider: US,
        price_per_segment: UNIT,
        collateral: 1,
    };
    chain.state.status = chain.state.status.clone().claim(to, 1, 20).unwrap();
    assert_eq!(decided(&chain, 10, &have).send, None);
    assert_eq!(
        decided(&chain, 17, &have).send,
        Some(Intent::decline(DeclineReason::DataUnavailable))
    );
    assert_eq!(
        decided(&chain, 21, &have).send,
        None,
        "too late for any answer"
    );
}

#[test]
fn a_due_segment_is_finalised_only_if_the_chain_forgot_it() {
    let mut chain = accepted();
    let root = trained(spec().start_state, SegmentIndex(0));
    chain.apply(&Transaction {
        root,
        ..transaction(3, Intent::Commit(SegmentIndex(0)))
    });
    let have = prepared(Preparation::Ready);
    let window_end = chain.now + 4;
    assert_eq!(decided(&chain, window_end, &have).send, None);
    assert_eq!(
        decided(&chain, window_end + 3, &have).send,
        Some(Intent::Finalise(SegmentIndex(0)))
    );
    let in_flight = Have {
        in_flight: [Intent::Finalise(SegmentIndex(0))].into(),
        ..have
    };
    assert_eq!(decided(&chain, window_end + 3, &in_flight).send, None);
}

#[test]
fn the_next_segment_is_trained_ahead_only_if_its_reserve_is_sure() {
    let mut chain = accepted();
    let have = prepared(Preparation::Ready);
    let goal = decided(&chain, 3, &have).train.unwrap();
    assert_eq!(
        (goal.first, goal.last, goal.start),
        (SegmentIndex(0), SegmentIndex(1), spec().start_state)
    );
    chain.state.ledger.escrow = UNIT / 2;
    assert_eq!(
        decided(&chain, 3, &have).train.unwrap().last,
        SegmentIndex(0)
    );
}
