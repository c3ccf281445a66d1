//! Submissions, honest and hostile.

use assay_commitment::{Keccak, Sha3};
use assay_protocol::{JobStatus, JobSubmission, ParamsVersion, StepCount, Url};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::TokenError;

use crate::{mock::*, Error, HoldReason, NextJob, Records};

#[test]
fn a_job_is_recorded_with_the_root_the_chain_computes() {
    TestExt::new().execute_with(|| {
        assert_ok!(submit(job_of(2)));
        let record = Records::<Test>::get(JOB).unwrap();
        let spec = job_of(2).spec;
        let root = Sha3::hash(&[&[4], &spec.header.encode_fixed(), &spec.node_tree_root.0]);
        assert_eq!(record.program_root.0, root);
        assert_eq!(
            (record.buyer, record.submitted_at, record.params_version),
            (BUYER, 1, ParamsVersion(0))
        );
        assert_eq!(record.spec, spec);
        assert_eq!(status(), JobStatus::Open { until: 51 });
        assert_eq!(held(HoldReason::Escrow, BUYER), 2 * COST);
        assert_eq!(held(HoldReason::Deposit, BUYER), params().deposit(2));
        assert_eq!(NextJob::<Test>::get(), JOB.next());
    });
}

/// A change to one field.
type Edit = fn(&mut JobSubmission);

#[test]
fn each_field_is_judged_and_nothing_is_stored() {
    use Error as E;
    let cases: [(Edit, Error<Test>); 29] = [
        (|s| s.spec.header.version = 0, E::NumericsVersion),
        (|s| s.spec.header.flags = 1, E::Flags),
        (|s| s.spec.header.nodes = 4, E::Nodes),
        (|s| s.spec.header.slots = 0, E::Slots),
        (|s| s.spec.header.constants = u32::MAX, E::Constants),
        (|s| s.spec.header.constants = 0, E::ConstantsRoot),
        (|s| s.spec.header.inputs = 16, E::Datasets),
        (|s| s.spec.dataset_rows = 0, E::DatasetRows),
        (|s| s.spec.batch_size = 101, E::BatchSize),
        (
            |s| s.spec.schedule.total_steps = StepCount(u64::MAX),
            E::TotalSteps,
        ),
        (
            |s| s.spec.schedule.steps_per_segment = 0,
            E::StepsPerSegment,
        ),
        (
            |s| s.spec.schedule.steps_per_interval = 0,
            E::StepsPerInterval,
        ),
        (
            |s| s.spec.schedule.steps_per_interval = 5,
            E::IntervalLongerThanSegment,
        ),
        (
            |s| s.spec.schedule.total_steps = StepCount(1 << 32),
            E::TooManySegments,
        ),
        (
            |s| {
                s.spec.schedule.total_steps = StepCount(1 << 32);
                s.spec.schedule.steps_per_segment = u32::MAX;
            },
            E::TooManyIntervals,
        ),
        (|s| s.spec.seconds_per_segment = 3, E::IntervalTooLong),
        (|s| s.spec.work.flops_per_step = 0, E::Work),
        (|s| s.spec.work.memory_bytes = 0, E::WorkMemory),
        (|s| s.spec.work.memory_bytes = u64::MAX, E::RequiredMemory),
        (|s| s.spec.work.bytes_per_step = u64::MAX, E::SecondsTooFew),
        (|s| s.spec.seconds_per_segment = u32::MAX, E::SecondsTooMany),
        (|s| s.spec.price_per_segment = 1, E::PriceTooLow),
        (|s| s.spec.price_per_segment = u128::MAX, E::PriceTooHigh),
        (|s| s.spec.blobs = BoundedVec::new(), E::NoBlobs),
        (|s| s.spec.blobs[0] = Url::default(), E::BlobLocation),
        (|s| s.spec.max_pause = 21, E::MaxPause),
        (|s| s.escrow = COST - 1, E::EscrowTooSmall),
        (|s| s.escrow = 2 * COST + 1, E::EscrowTooLarge),
        (|s| s.escrow = u128::MAX, E::EscrowTooLarge),
    ];
    TestExt::new().execute_with(|| {
        for (edit, error) in cases {
            let mut submission = job_of(2);
            edit(&mut submission);
            assert_noop!(submit(submission), error);
        }
    });
}

#[test]
fn a_job_needs_escrow_deposit_and_what_keeps_the_account() {
    let enough = COST + params().deposit(1) + EXISTENTIAL;
    TestExt::new().endow(BUYER, enough - 1).execute_with(|| {
        assert_noop!(submit(job_of(1)), TokenError::FundsUnavailable);
    });
    TestExt::new().endow(BUYER, enough).execute_with(|| {
        assert_ok!(submit(job_of(1)));
    });
}

#[test]
fn the_highest_price_overflows_nothing() {
    TestExt::new().endow(BUYER, 1 << 100).execute_with(|| {
        let mut submission = job_of(4_096);
        submission.spec.price_per_segment = 1 << 80;
        assert_noop!(submit(submission.clone()), Error::<Test>::EscrowTooSmall);
        submission.escrow = 4_096 * ((1 << 80) + (1u128 << 80) / 40);
        assert_ok!(submit(submission));
        assert_noop!(
            Jobs::claim(signed(OPERATOR), JOB),
            TokenError::FundsUnavailable
        );
    });
}

#[test]
fn lists_longer_than_their_bounds_do_not_decode() {
    let good = job_of(1).encode();
    assert!(JobSubmission::decode(&mut &good[..]).is_ok());
    let spec = job_of(1).spec;
    let before = (spec.header, spec.node_tree_root, spec.start_state).encode();
    let mut long = before.clone();
    long.extend(vec![[4u8; 32]; 17].encode());
    long.extend(&good[before.len() + 33..]);
    assert!(JobSubmission::decode(&mut &long[..]).is_err());
}

#[test]
fn only_an_account_submits() {
    TestExt::new().execute_with(|| {
        let call = Jobs::submit(RuntimeOrigin::root(), Box::new(job_of(1)));
        assert_noop!(call, sp_runtime::DispatchError::BadOrigin);
    });
}
