//! A job taken out of storage, changed, and put back.

use assay_protocol::{
    Assignment, BlockNumber, BlockTime, EndReason, JobId, NextStep, Outcome, Params, PerMille,
    Reserve, SegmentIndex, SegmentStatus, Terms,
};
use frame_support::{pallet_prelude::DispatchResult, traits::Get};
use pallet_assay_protocol::ProtocolParams;
use pallet_assay_providers::{Deed, Registry};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    escrow,
    types::{Due, RecordOf, StateOf},
    Config, Error, Event, Pallet, Records, Segments, States,
};

/// A stored job with the parameters and the time that its transitions need.
pub(crate) struct Job<T: Config> {
    pub(crate) id: JobId,
    pub(crate) record: RecordOf<T>,
    pub(crate) state: StateOf<T>,
    pub(crate) params: Params,
    pub(crate) now: BlockNumber,
}

impl<T: Config> Job<T> {
    pub(crate) fn load(id: JobId) -> Result<Self, Error<T>> {
        let record = Records::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
        let state = States::<T>::get(id).ok_or(Error::<T>::UnknownJob)?;
        let params = T::Protocol::at(record.params_version).ok_or(Error::<T>::UnknownParams)?;
        Ok(Self {
            id,
            record,
            state,
            params,
            now: T::ChainTime::current_block_number(),
        })
    }

    /// Stores the job after taking `first` and every step that follows of itself.
    pub(crate) fn settle(mut self, first: Option<NextStep<T::AccountId>>) -> DispatchResult {
        let mut next = first.or_else(|| self.step());
        while let Some(step) = next {
            self.apply(step)?;
            next = self.step();
        }
        States::<T>::insert(self.id, self.state);
        Ok(())
    }

    fn step(&mut self) -> Option<NextStep<T::AccountId>> {
        let terms = Terms {
            spec: &self.record.spec,
            params: &self.params,
            now: self.now,
        };
        self.state.step(&terms)
    }

    fn apply(&mut self, step: NextStep<T::AccountId>) -> DispatchResult {
        if let Some(assignment) = step.freed {
            self.free(assignment, &step.outcome)?;
        }
        match step.outcome {
            Outcome::Started {
                segment,
                provider,
                reserve,
            } => self.start(segment, provider, reserve),
            Outcome::Paused { until } => {
                self.expire_after(until);
                self.emit(Event::Paused {
                    job: self.id,
                    until,
                });
            }
            Outcome::Opened { until } => {
                self.expire_after(until);
                self.emit(Event::Opened {
                    job: self.id,
                    until,
                });
            }
            Outcome::Ended { reason, refund } => {
                escrow::refund::<T>(&self.record.buyer, refund)?;
                self.emit(Event::Ended {
                    job: self.id,
                    reason,
                    refund,
                });
            }
        }
        Ok(())
    }

    fn start(&self, segment: SegmentIndex, provider: T::AccountId, reserve: Reserve) {
        let time = BlockTime {
            millis: T::BlockMillis::get(),
        };
        let length = self
            .params
            .deadline_blocks(self.record.spec.seconds_per_segment, time);
        let deadline = self.now.saturating_add(length);
        let status = SegmentStatus::Training {
            provider: provider.clone(),
            since: self.now,
            deadline,
            reserve,
        };
        Segments::<T>::insert(self.id, segment, status);
        self.expire_after(deadline);
        self.emit(Event::SegmentStarted {
            job: self.id,
            segment,
            provider,
            deadline,
        });
    }

    /// Returns what is left of the collateral and lets the provider go.
    fn free(
        &self,
        assignment: Assignment<T::AccountId>,
        outcome: &Outcome<T::AccountId>,
    ) -> DispatchResult {
        let Assignment {
            provider,
            collateral,
            ..
        } = assignment;
        escrow::release_collateral::<T>(&provider, collateral)?;
        T::Providers::leave_job(&provider);
        let ended =
            matches!(outcome, Outcome::Ended { reason, .. } if *reason != EndReason::Declined);
        // Who has been convicted has finished nothing.
        if ended && collateral > 0 {
            T::Providers::note(&provider, Deed::Finished);
        }
        self.emit(Event::ProviderFreed {
            job: self.id,
            provider,
            collateral,
        });
        Ok(())
    }

    /// Slashes a share of the assigned provider's collateral.
    pub(crate) fn slash(&mut self, share: PerMille) {
        let Some(assignment) = self.state.status.assignment_mut() else {
            return;
        };
        let amount = assignment.slash(share);
        let provider = assignment.provider.clone();
        escrow::slash_collateral::<T>(&provider, amount);
        T::Providers::note(&provider, Deed::Slashed(amount));
        self.emit(Event::Slashed {
            job: self.id,
            provider,
            amount,
        });
    }

    /// Puts the job on the agenda of the first block after `last`.
    pub(crate) fn expire_after(&self, last: BlockNumber) {
        Pallet::<T>::schedule(last.saturating_add(1), Due::TimeOut(self.id));
    }

    pub(crate) fn emit(&self, event: Event<T>) {
        Pallet::<T>::deposit_event(event);
    }
}
