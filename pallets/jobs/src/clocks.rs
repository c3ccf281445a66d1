//! Clocks that run out.

use assay_protocol::{JobId, JobStatus, NextStep, SegmentIndex};
use pallet_assay_providers::{Deed, Registry};
use sp_runtime::DispatchError;

use crate::{job::Job, types::Clock, Config, Error, Event, Pallet, Segments};

impl<T: Config> Pallet<T> {
    /// Acts on whichever clock of the job has run out, and says which.
    pub(crate) fn do_time_out(id: JobId) -> Result<Clock, DispatchError> {
        let mut job = Job::<T>::load(id)?;
        let clock = job.running_clock().ok_or(Error::<T>::NoClock)?;
        let first = job.run_out(clock)?;
        Self::deposit_event(Event::TimedOut { job: id, clock });
        job.settle(first)?;
        Ok(clock)
    }
}

impl<T: Config> Job<T> {
    fn running_clock(&self) -> Option<Clock> {
        match self.state.status {
            JobStatus::Open { .. } | JobStatus::Paused { .. } => Some(Clock::Waiting),
            JobStatus::Assigned { .. } => Some(Clock::Acceptance),
            _ => self.state.status.training().map(Clock::Segment),
        }
    }

    fn run_out(&mut self, clock: Clock) -> Result<Option<NextStep<T::AccountId>>, Error<T>> {
        match clock {
            Clock::Waiting => return Ok(self.state.expire(self.now)?),
            Clock::Acceptance => self.state.miss_acceptance(self.now)?,
            Clock::Segment(segment) => self.miss_deadline(segment)?,
        }
        if let Some(assignment) = self.state.status.assignment() {
            T::Providers::note(&assignment.provider, Deed::Late);
        }
        self.slash(self.params.money.late_slash);
        Ok(None)
    }

    /// Removes the late segment; its reserve is escrow again.
    fn miss_deadline(&mut self, segment: SegmentIndex) -> Result<(), Error<T>> {
        let status =
            Pallet::<T>::segment_at(self.id, segment, self.now).ok_or(Error::<T>::NotTraining)?;
        let reserve = status.late(self.now)?;
        Segments::<T>::remove(self.id, segment);
        Ok(self.state.miss_deadline(segment, reserve)?)
    }
}
