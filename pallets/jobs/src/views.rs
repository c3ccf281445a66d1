//! Read models for the runtime API.

use alloc::vec::Vec;
use assay_protocol::{
    Balance, BlockTime, JobId, JobSubmission, JobView, Page, ProviderView, Quote, ResumePoint,
    SegmentIndex, SegmentView, StateRoot, SubmissionError,
};
use frame_support::traits::{fungible::InspectHold, Get};
use pallet_assay_protocol::ProtocolParams;
use pallet_assay_providers::Registry;
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    types::{RecordOf, SegmentOf, StateOf},
    Config, HoldReason, NextJob, Pallet, Records, Segments, States,
};

/// The most items of a page, whatever is asked for.
pub const MAX_PAGE: u32 = 100;

/// Job numbers looked at for one page, since cleaned-up jobs leave gaps.
const MAX_SCAN: u64 = 1_000;

impl<T: Config> Pallet<T> {
    /// A job, unless it never was or has been cleaned up.
    pub fn job_view(id: JobId) -> Option<JobView<T::AccountId>> {
        let (record, state) = (Records::<T>::get(id)?, States::<T>::get(id)?);
        let params = T::Protocol::at(record.params_version)?;
        Some(JobView {
            id,
            params,
            segments: record.spec.schedule.segments(),
            reserved: reserved::<T>(id, &state),
            resume: resume::<T>(id, &record, &state),
            record,
            state,
        })
    }

    /// Up to `limit` jobs from number `from` on.
    pub fn jobs_page(from: JobId, limit: u32) -> Page<JobView<T::AccountId>> {
        let end = NextJob::<T>::get().0;
        let scan = from.0..end.min(from.0.saturating_add(MAX_SCAN));
        let mut items = Vec::new();
        for id in scan.clone() {
            if items.len() >= page_size(limit) {
                return Page {
                    items,
                    next: Some(id),
                };
            }
            items.extend(Self::job_view(JobId(id)));
        }
        Page {
            items,
            next: (scan.end < end).then_some(scan.end),
        }
    }

    /// Up to `limit` started segments of a job from number `from` on.
    pub fn segments_page(
        job: JobId,
        from: SegmentIndex,
        limit: u32,
    ) -> Page<SegmentView<T::AccountId>> {
        let (Some(record), Some(state)) = (Records::<T>::get(job), States::<T>::get(job)) else {
            return Page::default();
        };
        let now = T::ChainTime::current_block_number();
        let end = started(&state);
        let last = end.min(from.0.saturating_add(limit.min(MAX_PAGE)));
        let items = (from.0..last)
            .map(SegmentIndex)
            .filter_map(|segment| {
                Some(segment_view::<T>(
                    job,
                    segment,
                    &record,
                    Self::segment_at(job, segment, now)?,
                ))
            })
            .collect();
        Page {
            items,
            next: (last < end).then_some(last.into()),
        }
    }

    /// The provider of an owner.
    pub fn provider_view(owner: T::AccountId) -> Option<ProviderView<T::AccountId>> {
        let provider = T::Providers::provider(&owner)?;
        let collateral = T::Currency::balance_on_hold(&HoldReason::Collateral.into(), &owner);
        Some(ProviderView {
            owner,
            provider,
            collateral,
        })
    }

    /// The provider that an operator key signs for.
    pub fn provider_of_operator(operator: T::AccountId) -> Option<ProviderView<T::AccountId>> {
        Self::provider_view(T::Providers::owner_of(&operator)?)
    }

    /// What a job would cost if submitted now.
    pub fn quote(submission: JobSubmission) -> Result<Quote, SubmissionError> {
        let (_, params) = T::Protocol::current();
        assay_protocol::quote(
            &submission,
            &params,
            BlockTime {
                millis: T::BlockMillis::get(),
            },
        )
    }
}

fn page_size(limit: u32) -> usize {
    usize::try_from(limit.min(MAX_PAGE)).unwrap_or(usize::MAX)
}

/// Number of segments that are committed or in training.
fn started<AccountId>(state: &assay_protocol::JobState<AccountId>) -> u32 {
    let training = u32::from(state.status.training().is_some());
    state.progress.committed.saturating_add(training)
}

/// Set aside for the job's segments: bounded by the pipeline.
pub(crate) fn reserved<T: Config>(job: JobId, state: &StateOf<T>) -> Balance {
    (state.progress.finalised..started(state))
        .filter_map(|segment| Segments::<T>::get(job, SegmentIndex(segment)))
        .fold(0, |sum: Balance, status| {
            sum.saturating_add(status.reserved())
        })
}

fn resume<T: Config>(job: JobId, record: &RecordOf<T>, state: &StateOf<T>) -> ResumePoint {
    let segment = state.progress.next_segment();
    let before: Option<StateRoot> = segment
        .previous()
        .and_then(|previous| Segments::<T>::get(job, previous)?.final_state());
    ResumePoint {
        segment,
        state: before.unwrap_or(record.spec.start_state),
    }
}

fn segment_view<T: Config>(
    job: JobId,
    segment: SegmentIndex,
    record: &RecordOf<T>,
    status: SegmentOf<T>,
) -> SegmentView<T::AccountId> {
    let schedule = &record.spec.schedule;
    let (steps, intervals) = (schedule.steps_of(segment), schedule.intervals_of(segment));
    SegmentView {
        job,
        segment,
        steps,
        intervals,
        status,
    }
}
