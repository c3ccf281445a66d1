//! Calls that anyone may make while they are due: signed, or as general transactions, which nobody pays for.

use assay_protocol::{JobId, SegmentIndex};
use codec::Encode;
use frame_support::{
    pallet_prelude::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityWithRefund,
        ValidTransaction,
    },
    storage::with_transaction,
    weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{traits::BadOrigin, DispatchError, DispatchResult, TransactionOutcome};

use crate::{Config, Pallet};

/// Prefix of every tag here.
const PREFIX: &str = "AssayJobs";
/// Blocks for which a pool keeps a call that is due; somebody may be faster.
const LONGEVITY: u64 = 64;

/// Passes an account, or a general transaction that its call has authorised.
///
/// # Errors
/// [`BadOrigin`] for any other origin.
pub fn ensure_anyone<Origin, AccountId>(origin: Origin) -> Result<(), BadOrigin>
where
    Origin: Into<Result<RawOrigin<AccountId>, Origin>>,
{
    match origin.into() {
        Ok(RawOrigin::Signed(_) | RawOrigin::Authorized) => Ok(()),
        _ => Err(BadOrigin),
    }
}

/// Valid exactly while `attempt` succeeds; whatever it changes is rolled back. `tag` names what is due, so that a pool
/// keeps one such call.
///
/// # Errors
/// [`InvalidTransaction::Stale`] if it does not succeed.
pub fn while_due(
    prefix: &'static str,
    tag: impl Encode,
    attempt: impl FnOnce() -> Result<(), DispatchError>,
) -> TransactionValidityWithRefund {
    let tried: DispatchResult = with_transaction(|| TransactionOutcome::Rollback(attempt()));
    tried.map_err(|_| InvalidTransaction::Stale)?;
    let valid = ValidTransaction::with_tag_prefix(prefix)
        .priority(TransactionPriority::MAX / 2)
        .and_provides(tag)
        .longevity(LONGEVITY)
        .propagate(true)
        .build()?;
    Ok((valid, Weight::zero()))
}

impl<T: Config> Pallet<T> {
    pub(crate) fn authorize_finalise(
        _: TransactionSource,
        job: &JobId,
        segment: &SegmentIndex,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("finalise", job, segment), || {
            Self::do_finalise_segment(*job, *segment)
        })
    }

    pub(crate) fn authorize_time_out(
        _: TransactionSource,
        job: &JobId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("time out", job), || {
            Self::do_time_out(*job).map(drop)
        })
    }

    pub(crate) fn authorize_clean_up(
        _: TransactionSource,
        job: &JobId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("clean up", job), || {
            Self::do_clean_up(*job).map(drop)
        })
    }
}
