//! Committing and paying segments.

use assay_protocol::{JobStatus, SegmentIndex, SegmentStatus, StateRoot, TreeNode};
use frame_support::{
    assert_noop, assert_ok,
    dispatch::Pays,
    traits::fungible::{InspectFreeze, MutateFreeze},
    BoundedVec,
};

use crate::{mock::*, Error, HoldReason, Segments};

fn commit_with(
    edit: impl FnOnce(&mut assay_protocol::SegmentCommitment),
) -> sp_runtime::DispatchResult {
    let mut roots = commitment(JOB, SegmentIndex(0));
    edit(&mut roots);
    Jobs::commit_segment(signed(OPERATOR), JOB, SegmentIndex(0), Box::new(roots))
}

#[test]
fn a_commitment_must_prove_its_last_leaf() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let other = StateRoot([9; 32]);
        assert_noop!(
            commit_with(|c| c.final_state = other),
            Error::<Test>::TraceMismatch
        );
        assert_noop!(
            commit_with(|c| c.trace.0[0] ^= 1),
            Error::<Test>::TraceMismatch
        );
        assert_noop!(
            commit_with(|c| c.path[0].0[0] ^= 1),
            Error::<Test>::TraceMismatch
        );
        assert_noop!(
            commit_with(|c| c.path = BoundedVec::new()),
            Error::<Test>::PathLength
        );
        let long = |c: &mut assay_protocol::SegmentCommitment| {
            c.path.try_push(TreeNode::default()).unwrap()
        };
        assert_noop!(commit_with(long), Error::<Test>::PathLength);
        assert_ok!(commit(0));
    });
}

#[test]
fn one_interval_is_not_a_segment_of_two() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let one =
            assay_protocol::SegmentCommitment::new::<assay_commitment::Sha3>(&[StateRoot([1; 32])]);
        assert_noop!(
            commit_with(|c| *c = one.unwrap()),
            Error::<Test>::PathLength
        );
    });
}

#[test]
fn garbage_beside_the_last_leaf_is_refused() {
    TestExt::new().execute_with(|| {
        let mut submission = job_of(1);
        submission.spec.schedule.total_steps.0 = 3;
        submission.spec.schedule.steps_per_segment = 3;
        submission.spec.schedule.steps_per_interval = 1;
        start(submission);
        assert_noop!(
            commit_with(|c| c.path[0] = TreeNode([9; 32])),
            Error::<Test>::PathPadding
        );
        assert_ok!(commit(0));
    });
}

#[test]
fn only_the_segment_in_training_is_committed_and_once() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        assert_noop!(commit(1), Error::<Test>::NotTraining);
        assert_noop!(commit(u32::MAX), Error::<Test>::NotTraining);
        assert_ok!(commit(0));
        assert_noop!(commit(0), Error::<Test>::NotTraining);
        assert_ok!(commit(1));
    });
}

#[test]
fn nobody_else_commits() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let roots = || Box::new(commitment(JOB, SegmentIndex(0)));
        let as_who = |who| Jobs::commit_segment(signed(who), JOB, SegmentIndex(0), roots());
        assert_noop!(as_who(operator(2)), Error::<Test>::NotYours);
        assert_noop!(as_who(PROVIDER), Error::<Test>::NotOperator);
        assert_noop!(as_who(BUYER), Error::<Test>::NotOperator);
    });
}

#[test]
fn a_late_commitment_is_refused_whether_or_not_anyone_called_time() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        pass(DEADLINE + 1);
        assert_noop!(commit(0), Error::<Test>::TooLate);
    });
}

#[test]
fn the_last_block_of_the_deadline_counts() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        pass(DEADLINE);
        assert_noop!(time_out(), Error::<Test>::TooEarly);
        assert_ok!(commit(0));
    });
}

#[test]
fn the_pipeline_is_limited() {
    TestExt::new().execute_with(|| {
        start(job_of(4));
        assert_ok!(commit(0));
        assert_ok!(commit(1));
        assert!(matches!(status(), JobStatus::Waiting { .. }));
        assert_noop!(commit(2), Error::<Test>::NotTraining);
        pass(5);
        assert_ok!(finalise(0));
        assert!(matches!(
            status(),
            JobStatus::Running {
                segment: SegmentIndex(2),
                ..
            }
        ));
    });
}

#[test]
fn segments_finalise_in_order_and_after_their_windows() {
    TestExt::new().execute_with(|| {
        start(job_of(3));
        assert_noop!(finalise(0), Error::<Test>::NotCommitted);
        assert_ok!(commit(0));
        pass(1);
        assert_ok!(commit(1));
        pass(3);
        assert_noop!(finalise(0), Error::<Test>::TooEarly);
        pass(1);
        assert_noop!(finalise(1), Error::<Test>::TooEarly);
        pass(1);
        assert_noop!(finalise(1), Error::<Test>::NotNext);
        assert_ok!(finalise(0));
        assert_noop!(finalise(0), Error::<Test>::NotCommitted);
        assert_ok!(finalise(1));
        assert_noop!(finalise(7), Error::<Test>::NotCommitted);
    });
}

#[test]
fn finalising_is_free_when_it_succeeds() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        assert_ok!(commit(0));
        pass(5);
        assert_eq!(finalise(0).unwrap().pays_fee, Pays::No);
        assert_eq!(finalise(0).unwrap_err().post_info.pays_fee, Pays::Yes);
    });
}

#[test]
fn a_segment_is_paid_from_its_own_reserve() {
    TestExt::new().execute_with(|| {
        start(job_of(2));
        assert_eq!(state().ledger.escrow, COST);
        assert_ok!(commit(0));
        assert_eq!(state().ledger.escrow, 0);
        assert_eq!(held(HoldReason::Escrow, BUYER), 2 * COST);
        run(5);
        assert_eq!(held(HoldReason::Escrow, BUYER), COST);
        assert_eq!((state().ledger.paid, state().ledger.fees), (PRICE, FEE));
        let stored = Segments::<Test>::get(JOB, SegmentIndex(0)).unwrap();
        assert!(matches!(stored, SegmentStatus::Final { at: 6, .. }));
    });
}

#[test]
fn a_buyer_cannot_freeze_what_it_owes() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        assert_ok!(commit(0));
        assert_ok!(Balances::set_freeze(&(), &BUYER, ENDOWMENT));
        assert_eq!(Balances::balance_frozen(&(), &BUYER), ENDOWMENT);
        pass(5);
        assert_ok!(finalise(0));
        assert_eq!(free(FEES), ENDOWMENT + FEE);
    });
}
