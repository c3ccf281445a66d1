//! The pallet's invariants.

#![cfg(any(feature = "std", feature = "try-runtime"))]

use alloc::collections::BTreeMap;
use assay_protocol::{
    Balance, JobId, JobStatus, ParamsVersion, Reserve, SegmentIndex, SegmentStatus,
};
use frame_support::{ensure, traits::fungible::InspectHold};
use pallet_assay_protocol::ProtocolParams;
use pallet_assay_providers::Registry;
use sp_runtime::TryRuntimeError;

use crate::{
    types::{RecordOf, StateOf},
    views, Config, HoldReason, NextJob, OpenGames, Pallet, Records, Segments, Standstills, States,
};

/// What an account's jobs say is on hold.
#[derive(Default)]
struct Expected {
    escrow: Balance,
    deposit: Balance,
    collateral: Balance,
    active_jobs: u32,
}

impl<T: Config> Pallet<T> {
    /// Holds of every account equal what its jobs say, parameters have a pin for each job, and every job's segments fit its state.
    pub fn do_try_state() -> Result<(), TryRuntimeError> {
        let mut accounts: BTreeMap<_, _> = frame_system::Account::<T>::iter_keys()
            .map(|who| (who, Expected::default()))
            .collect();
        let mut pins = BTreeMap::<ParamsVersion, u64>::new();
        for (id, record) in Records::<T>::iter() {
            ensure!(
                id < NextJob::<T>::get(),
                "jobs: a number has not been given out"
            );
            let state = States::<T>::get(id).ok_or("jobs: a record without a state")?;
            try_job::<T>(id, &record, &state)?;
            add_expected::<T>(&mut accounts, id, &record, &state);
            let pins = pins.entry(record.params_version).or_default();
            *pins = pins.saturating_add(1);
        }
        ensure!(
            T::Protocol::pins() == pins,
            "jobs: a version's pins are not its jobs"
        );
        ensure!(
            States::<T>::iter_keys().all(Records::<T>::contains_key),
            "jobs: a state without a record"
        );
        ensure!(
            Segments::<T>::iter_keys().all(|(job, _)| Records::<T>::contains_key(job)),
            "jobs: a segment without a job"
        );
        try_games::<T>()?;
        accounts
            .iter()
            .try_for_each(|(who, expected)| try_holds::<T>(who, expected))
    }
}

fn add_expected<T: Config>(
    accounts: &mut BTreeMap<T::AccountId, Expected>,
    id: JobId,
    record: &RecordOf<T>,
    state: &StateOf<T>,
) {
    let buyer = accounts.entry(record.buyer.clone()).or_default();
    let escrow = state
        .ledger
        .escrow
        .saturating_add(views::reserved::<T>(id, state));
    buyer.escrow = buyer.escrow.saturating_add(escrow);
    buyer.deposit = buyer.deposit.saturating_add(state.ledger.deposit);
    if let Some(assignment) = state.status.assignment() {
        let provider = accounts.entry(assignment.provider.clone()).or_default();
        provider.collateral = provider.collateral.saturating_add(assignment.collateral);
        provider.active_jobs = provider.active_jobs.saturating_add(1);
    }
}

fn try_holds<T: Config>(who: &T::AccountId, expected: &Expected) -> Result<(), TryRuntimeError> {
    let held = |reason: HoldReason| T::Currency::balance_on_hold(&reason.into(), who);
    ensure!(
        held(HoldReason::Escrow) == expected.escrow,
        "jobs: escrow on hold is not what jobs say"
    );
    ensure!(
        held(HoldReason::Deposit) == expected.deposit,
        "jobs: deposits on hold are not what jobs say"
    );
    ensure!(
        held(HoldReason::Collateral) == expected.collateral,
        "jobs: collateral on hold is not what jobs say"
    );
    let active = T::Providers::provider(who).map_or(0, |provider| provider.active_jobs);
    ensure!(
        active == expected.active_jobs,
        "jobs: a provider's number of jobs is wrong"
    );
    Ok(())
}

fn try_job<T: Config>(
    id: JobId,
    record: &RecordOf<T>,
    state: &StateOf<T>,
) -> Result<(), TryRuntimeError> {
    let params =
        T::Protocol::at(record.params_version).ok_or("jobs: a job's parameters are gone")?;
    let progress = state.progress;
    ensure!(
        progress.finalised <= progress.committed
            && progress.committed <= record.spec.schedule.segments(),
        "jobs: progress is out of order"
    );
    ensure!(
        progress.pending() <= params.segments.pipeline_limit,
        "jobs: a pipeline is too full"
    );
    if let Some(training) = state.status.training() {
        ensure!(
            training == progress.next_segment(),
            "jobs: the wrong segment trains"
        );
    }
    if matches!(state.status, JobStatus::Open { .. }) {
        let price = record.spec.price_per_segment;
        let next = Reserve::of(&record.spec, progress.next_segment(), price, &params);
        ensure!(
            progress.pending() == 0,
            "jobs: an open job has segments that are not final"
        );
        ensure!(
            state.ledger.escrow >= next.total(),
            "jobs: an open job cannot pay its next segment"
        );
    }
    if matches!(state.status, JobStatus::Ended { .. }) {
        ensure!(
            progress.pending() == 0,
            "jobs: an ended job has segments that are not final"
        );
        ensure!(state.ledger.escrow == 0, "jobs: an ended job keeps escrow");
    }
    try_segments::<T>(id, state)
}

/// Games are on committed segments, and a job's standstill counts those on its segments.
fn try_games<T: Config>() -> Result<(), TryRuntimeError> {
    let mut jobs = BTreeMap::<JobId, u32>::new();
    for (job, segment, games) in OpenGames::<T>::iter() {
        let committed = matches!(
            Segments::<T>::get(job, segment),
            Some(SegmentStatus::Committed { .. })
        );
        ensure!(committed && games > 0, "jobs: a game on no commitment");
        let sum = jobs.entry(job).or_default();
        *sum = sum.saturating_add(games);
    }
    let stills: BTreeMap<_, _> = Standstills::<T>::iter()
        .map(|(job, still)| (job, still.games))
        .collect();
    ensure!(stills == jobs, "jobs: a standstill counts other games");
    Ok(())
}

/// Final ones first, then committed ones, then the one in training, and nothing else.
fn try_segments<T: Config>(id: JobId, state: &StateOf<T>) -> Result<(), TryRuntimeError> {
    let mut count: u32 = 0;
    for (SegmentIndex(index), status) in Segments::<T>::iter_prefix(id) {
        let fits = match status {
            SegmentStatus::Final { .. } => index < state.progress.finalised,
            SegmentStatus::Committed { .. } => {
                (state.progress.finalised..state.progress.committed).contains(&index)
            }
            SegmentStatus::Training { .. } => state.status.training() == Some(SegmentIndex(index)),
        };
        ensure!(fits, "jobs: a segment does not fit its job's progress");
        count = count.saturating_add(1);
    }
    let training = u32::from(state.status.training().is_some());
    ensure!(
        count == state.progress.committed.saturating_add(training),
        "jobs: a segment is missing"
    );
    Ok(())
}
