//! How a job finds its provider: the first eligible one that claims it at the posted price.
//!
//! Nothing outside this file knows how the price and the provider of an [`Assignment`] came about.

use assay_protocol::{Assignment, DeclineReason, Fault, JobId};
use frame_support::pallet_prelude::DispatchResult;
use pallet_assay_providers::{Deed, Registry};

use crate::{escrow, job::Job, Config, Error, Event, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_claim(operator: T::AccountId, id: JobId) -> DispatchResult {
        let provider = Self::provider_of(&operator)?;
        let mut job = Job::<T>::load(id)?;
        let price_per_segment = job.record.spec.price_per_segment;
        let collateral = job
            .params
            .collateral(price_per_segment, job.record.spec.schedule.segments());
        let accept_by = job.now.saturating_add(job.params.assignment.accept_window);
        let to = Assignment {
            provider: provider.clone(),
            price_per_segment,
            collateral,
        };
        job.state
            .claim(to, job.now, accept_by)
            .map_err(Error::<T>::from)?;
        T::Providers::take_job(&provider, &job.record.spec.requirements, &job.params)?;
        escrow::lock_collateral::<T>(&provider, collateral)?;
        job.expire_after(accept_by);
        Self::deposit_event(Event::Claimed {
            job: id,
            provider,
            price_per_segment,
            accept_by,
        });
        job.settle(None)
    }

    pub(crate) fn do_accept(operator: T::AccountId, id: JobId) -> DispatchResult {
        let provider = Self::provider_of(&operator)?;
        let mut job = Job::<T>::load(id)?;
        job.state
            .accept(&provider, job.now)
            .map_err(Error::<T>::from)?;
        Self::deposit_event(Event::Accepted { job: id, provider });
        job.settle(None)
    }

    pub(crate) fn do_decline(
        operator: T::AccountId,
        id: JobId,
        reason: DeclineReason,
    ) -> DispatchResult {
        let provider = Self::provider_of(&operator)?;
        let mut job = Job::<T>::load(id)?;
        job.state
            .decline(&provider, job.now)
            .map_err(Error::<T>::from)?;
        if reason.fault() == Fault::Provider {
            job.slash(job.params.money.decline_slash);
        }
        T::Providers::note(&provider, Deed::Declined);
        Self::deposit_event(Event::Declined {
            job: id,
            provider,
            reason,
        });
        job.settle(None)
    }

    /// The owner of the provider that an operator key signs for.
    pub(crate) fn provider_of(operator: &T::AccountId) -> Result<T::AccountId, Error<T>> {
        T::Providers::owner_of(operator).ok_or(Error::<T>::NotOperator)
    }
}
