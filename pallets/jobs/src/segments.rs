//! Committing and paying segments.

use assay_protocol::{JobId, SegmentCommitment, SegmentIndex, SegmentStatus};
use frame_support::pallet_prelude::DispatchResult;
use pallet_assay_providers::{Deed, Registry};

use crate::{
    escrow,
    job::Job,
    types::{Due, HostKeccak},
    Config, Error, Event, Pallet, Segments,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_commit_segment(
        operator: T::AccountId,
        id: JobId,
        segment: SegmentIndex,
        commitment: SegmentCommitment,
    ) -> DispatchResult {
        let provider = Self::provider_of(&operator)?;
        let mut job = Job::<T>::load(id)?;
        job.state
            .commit(&provider, segment)
            .map_err(Error::<T>::from)?;
        let intervals = job.record.spec.schedule.intervals_of(segment);
        commitment
            .verify::<HostKeccak>(intervals)
            .map_err(Error::<T>::from)?;

        let SegmentCommitment {
            trace, final_state, ..
        } = commitment;
        let window = job.params.segments.challenge_window;
        let window_end = job.now.saturating_add(window);
        let status = Self::segment_at(id, segment, job.now).ok_or(Error::<T>::NotTraining)?;
        let status = status
            .commit(job.now, window, trace, final_state)
            .map_err(Error::<T>::from)?;
        Segments::<T>::insert(id, segment, status);
        Self::schedule(window_end, Due::Finalise(id, segment));
        Self::deposit_event(Event::SegmentCommitted {
            job: id,
            segment,
            trace,
            final_state,
            window_end,
        });
        job.settle(None)
    }

    pub(crate) fn do_finalise_segment(id: JobId, segment: SegmentIndex) -> DispatchResult {
        let mut job = Job::<T>::load(id)?;
        let status = Segments::<T>::get(id, segment).ok_or(Error::<T>::NotCommitted)?;
        let status = status.finalise(job.now).map_err(Error::<T>::from)?;
        Self::ensure_undisputed(id, segment)?;
        if let SegmentStatus::Final { provider, paid, .. } = status.clone() {
            job.state
                .finalise(segment, paid)
                .map_err(Error::<T>::from)?;
            escrow::pay::<T>(&job.record.buyer, &provider, paid)?;
            T::Providers::note(&provider, Deed::Paid(paid));
            Self::deposit_event(Event::SegmentPaid {
                job: id,
                segment,
                provider,
                price: paid.price,
                fee: paid.fee,
            });
        }
        Segments::<T>::insert(id, segment, status);
        Self::finalise_if_overdue(id, segment.next(), job.now);
        job.settle(None)
    }
}
