//! The clock calls as general transactions.

use assay_protocol::{JobId, SegmentIndex};
use frame_support::{
    assert_ok,
    pallet_prelude::{
        InvalidTransaction, TransactionSource, TransactionValidityError, ValidTransaction,
    },
    traits::{Authorize, UnfilteredDispatchable},
};
use frame_system::RawOrigin;
use sp_runtime::StateVersion;

use crate::{mock::*, Call};

const SEGMENT: SegmentIndex = SegmentIndex(0);

fn validate(call: &Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
    let before = sp_io::storage::root(StateVersion::V1);
    let answer = call.authorize(TransactionSource::External).unwrap();
    assert_eq!(
        sp_io::storage::root(StateVersion::V1),
        before,
        "nothing changes"
    );
    answer.map(|(valid, _)| valid)
}

fn stale() -> Result<ValidTransaction, TransactionValidityError> {
    Err(InvalidTransaction::Stale.into())
}

/// The call is valid, succeeds, and is valid no longer.
fn due_once(call: Call<Test>) {
    let valid = validate(&call).unwrap();
    assert!(valid.propagate && valid.provides.len() == 1);
    assert_ok!(call
        .clone()
        .dispatch_bypass_filter(RawOrigin::Authorized.into()));
    assert_eq!(validate(&call), stale());
}

#[test]
fn a_clock_call_is_valid_exactly_while_it_is_due() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let finalise = Call::finalise_segment {
            job: JOB,
            segment: SEGMENT,
        };
        let clean_up = Call::clean_up { job: JOB };
        assert_eq!(validate(&finalise), stale());
        assert_ok!(commit(0));
        pass(4);
        assert_eq!(validate(&finalise), stale());
        pass(1);
        due_once(finalise);
        assert_eq!(validate(&clean_up), stale());
        pass(30);
        due_once(clean_up);
        assert_eq!(validate(&Call::time_out { job: JOB }), stale());
    });
}

#[test]
fn a_late_segment_is_timed_out_by_nobody_in_particular() {
    TestExt::new().execute_with(|| {
        start(job_of(1));
        let call = Call::time_out { job: JOB };
        pass(DEADLINE);
        assert_eq!(validate(&call), stale());
        pass(1);
        due_once(call);
    });
}

#[test]
fn other_calls_are_no_general_transactions() {
    TestExt::new().execute_with(|| {
        let call = Call::<Test>::cancel { job: JobId(0) };
        assert!(call.authorize(TransactionSource::External).is_none());
    });
}
