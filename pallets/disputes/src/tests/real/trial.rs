//! Commitments, games about them, and where the money goes.

use std::sync::Arc;

use assay_commitment::StateRoot;
use assay_game::{Entry, GameId, Party, Reason, Standing, Verdict};
use assay_protocol::{EndReason, JobStatus};
use codec::Encode;
use frame_support::{
    assert_ok,
    pallet_prelude::{InvalidTransaction, TransactionValidityError},
};
use pallet_assay_jobs::HoldReason as JobHold;

use super::{
    job::{RealJob, SEGMENT},
    player::{argue, contest, Played, Player},
    tale::Tale,
};
use crate::{mock::*, Error, HoldReason, SlashId};

/// The place of a fault that the chain has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tests) enum Found {
    /// In a node's output.
    Node(u32),
    /// In a slot that is not its node's output.
    Slot(u32),
    /// Nowhere: a side has let its time run out.
    Silence,
}

/// What a verdict rests on.
pub(in crate::tests) fn found(verdict: Verdict) -> Found {
    match verdict.reason {
        Reason::Proof { node, .. } => Found::Node(node),
        Reason::Slot { slot, .. } => Found::Slot(slot),
        Reason::TimeOut => Found::Silence,
    }
}

/// What the pool says of a move that the pallet refuses for this.
pub(in crate::tests) fn custom(error: Error<Test>) -> TransactionValidityError {
    InvalidTransaction::Custom(error.encode()[0]).into()
}

/// A job of one segment that the first provider has committed.
fn commit(job: &RealJob, roots: &[StateRoot]) {
    start(job.submission());
    let roots: Vec<_> = roots.iter().map(|root| (*root).into()).collect();
    assert_ok!(commit_roots(PROVIDER, JOB, SEGMENT, &roots));
}

/// Runs a test on a chain on which the first provider has committed these roots for the job's only segment.
pub(in crate::tests) fn on_chain<R>(
    job: &RealJob,
    roots: &[StateRoot],
    test: impl FnOnce() -> R,
) -> R {
    let mut result = None;
    TestExt::new().execute_with(|| {
        commit(job, roots);
        result = Some(test());
    });
    result.expect("the test has run")
}

/// A provider that tells a tale, convicted by an honest verifier that is shown the states at the intervals' ends.
pub(in crate::tests) fn convict(
    job: &'static RealJob,
    tale: Tale,
    defender: impl FnOnce(&Arc<Tale>) -> Player,
) -> Played {
    let [shown, _] = tale.entries();
    convict_by(shown, job, tale, defender)
}

/// The same, by a challenge that begins like this.
pub(in crate::tests) fn convict_by(
    entry: Entry,
    job: &'static RealJob,
    tale: Tale,
    defender: impl FnOnce(&Arc<Tale>) -> Player,
) -> Played {
    let tale = Arc::new(tale);
    on_chain(job, &tale.interval_roots(), || {
        let id = contest(CHALLENGER, entry);
        let challenger = &mut Player::honest_challenger(job);
        let played = argue(id, &mut defender(&tale), challenger);
        assert_convicted(id);
        played
    })
}

/// An honest provider, challenged by a liar that loses.
pub(in crate::tests) fn acquit(
    job: &'static RealJob,
    entry: Entry,
    mut challenger: Player,
) -> Played {
    on_chain(job, &job.interval_roots(), || {
        let id = contest(CHALLENGER, entry);
        let played = argue(id, &mut Player::honest_defender(job), &mut challenger);
        assert_acquitted(id);
        played
    })
}

fn winner(id: GameId) -> Party {
    match Disputes::dispute(id).unwrap().standing {
        Standing::Ended { verdict, .. } => verdict.winner,
        other => panic!("no verdict: {other:?}"),
    }
}

/// The only game so far has convicted the first provider of the job's only segment, and all its money goes where it is
/// due.
pub(in crate::tests) fn assert_convicted(id: GameId) {
    check_everything();
    assert_eq!(winner(id), Party::Challenger);
    assert!(matches!(status(), JobStatus::Open { .. }));
    assert_eq!(state().ledger.escrow, COST, "the reserve is escrow again");
    assert_eq!(held(JobHold::Collateral, PROVIDER), 0);
    assert_eq!(held(HoldReason::Slash, PROVIDER), collateral(1));
    pass(DEFER);
    assert_ok!(settle(SlashId(0)));
    assert_ok!(pull(id));
    let reward = share(collateral(1));
    assert_eq!(wealth(PROVIDER), ENDOWMENT - collateral(1));
    assert_eq!(wealth(CHALLENGER), ENDOWMENT + reward);
    assert_eq!(free(SLASHES), ENDOWMENT + collateral(1) - reward);
}

/// The only game so far has acquitted the first provider: the liar's bond goes where it is due, and the segment is paid.
fn assert_acquitted(id: GameId) {
    check_everything();
    assert_eq!(winner(id), Party::Defender);
    assert_ok!(pull(id));
    assert_eq!(wealth(CHALLENGER), ENDOWMENT - bond());
    assert_eq!(free(SLASHES), ENDOWMENT + bond() - share(bond()));
    run(WINDOW);
    let completed = EndReason::Completed;
    assert!(matches!(status(), JobStatus::Ended { reason, .. } if reason == completed));
    assert_eq!(wealth(PROVIDER), ENDOWMENT + share(bond()) + PRICE);
}
