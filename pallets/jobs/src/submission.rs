//! What a buyer does: submit, top up, cancel.

use assay_protocol::{Balance, JobId, JobRecord, JobState, JobSubmission};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    escrow,
    job::Job,
    types::{Due, HostKeccak},
    Config, Error, Event, NextJob, Pallet, Records, States,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_submit(buyer: T::AccountId, submission: JobSubmission) -> DispatchResult {
        let (params_version, params) = T::Protocol::pin();
        submission.check(&params).map_err(Error::<T>::from)?;
        let JobSubmission { spec, escrow } = submission;
        let deposit = params.deposit(spec.schedule.segments());
        escrow::lock::<T>(&buyer, escrow)?;
        escrow::lock_deposit::<T>(&buyer, deposit)?;

        let job = NextJob::<T>::get();
        NextJob::<T>::put(job.next());
        let now = T::ChainTime::current_block_number();
        let until = now.saturating_add(params.assignment.open_limit);
        let program_root = spec.header.program_root::<HostKeccak>(&spec.node_tree_root);
        let record = JobRecord {
            buyer: buyer.clone(),
            submitted_at: now,
            params_version,
            program_root,
            spec,
        };
        Records::<T>::insert(job, record);
        States::<T>::insert(job, JobState::open(escrow, deposit, until));
        Self::schedule(until.saturating_add(1), Due::TimeOut(job));
        Self::deposit_event(Event::Submitted {
            job,
            buyer,
            program_root,
            escrow,
        });
        Ok(())
    }

    pub(crate) fn do_top_up(buyer: T::AccountId, id: JobId, amount: Balance) -> DispatchResult {
        let mut job = Job::<T>::load_as_buyer(id, &buyer)?;
        ensure!(amount > 0, Error::<T>::TopUpEmpty);
        let limit = job.state.top_up_limit(&job.record.spec, &job.params);
        job.state
            .top_up(amount, job.now)
            .map_err(Error::<T>::from)?;
        ensure!(amount <= limit, Error::<T>::TopUpTooLarge);
        escrow::lock::<T>(&buyer, amount)?;
        Self::deposit_event(Event::ToppedUp { job: id, amount });
        job.settle(None)
    }

    pub(crate) fn do_cancel(buyer: T::AccountId, id: JobId) -> DispatchResult {
        let mut job = Job::<T>::load_as_buyer(id, &buyer)?;
        let first = job.state.cancel(job.now).map_err(Error::<T>::from)?;
        Self::deposit_event(Event::CancelRequested { job: id });
        job.settle(first)
    }
}

impl<T: Config> Job<T> {
    fn load_as_buyer(id: JobId, buyer: &T::AccountId) -> Result<Self, Error<T>> {
        let job = Self::load(id)?;
        ensure!(job.record.buyer == *buyer, Error::<T>::NotBuyer);
        Ok(job)
    }
}
