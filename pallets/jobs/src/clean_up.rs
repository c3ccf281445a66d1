//! Removing ended jobs.

use assay_protocol::{JobId, JobStatus, SegmentIndex};
use frame_support::ensure;
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::DispatchError;

use crate::{
    escrow, job::Job, types::CleanUp, Config, Error, Event, Pallet, Records, Segments, States,
};

/// Segments removed by one call.
pub(crate) const CHUNK: u32 = 64;

impl<T: Config> Pallet<T> {
    pub(crate) fn do_clean_up(id: JobId) -> Result<CleanUp, DispatchError> {
        let mut job = Job::<T>::load(id)?;
        job.check_retention()?;
        if job.remove_segments() > 0 {
            States::<T>::insert(id, job.state);
            return Ok(CleanUp::Part);
        }
        Records::<T>::remove(id);
        States::<T>::remove(id);
        T::Protocol::unpin(job.record.params_version);
        let deposit = job.state.ledger.deposit;
        escrow::release_deposit::<T>(&job.record.buyer, deposit)?;
        Self::deposit_event(Event::CleanedUp { job: id, deposit });
        Ok(CleanUp::Whole)
    }
}

impl<T: Config> Job<T> {
    fn check_retention(&self) -> Result<(), Error<T>> {
        let JobStatus::Ended { at, .. } = self.state.status else {
            return Err(Error::<T>::NotEnded);
        };
        ensure!(
            self.now >= at.saturating_add(self.params.segments.retention),
            Error::<T>::TooEarly
        );
        Ok(())
    }

    /// Removes the last [`CHUNK`] segments; returns how many are left.
    fn remove_segments(&mut self) -> u32 {
        let before = self.state.progress.finalised;
        let left = before.saturating_sub(CHUNK);
        for segment in left..before {
            Segments::<T>::remove(self.id, SegmentIndex(segment));
        }
        self.state.progress.finalised = left;
        self.state.progress.committed = left;
        left
    }
}
