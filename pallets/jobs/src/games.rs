//! What disputes ask of jobs: the facts of a commitment, and what an open game and a conviction do.
//!
//! A segment does not finalise while a game on it is open, and the deadlines of a job's segments stand still while a
//! game on any of them is. A conviction voids the segment and all later ones; the provider's whole collateral for the
//! job moves under another hold.

use assay_protocol::{
    Balance, BlockNumber, Conviction, JobId, JobSpec, Params, SegmentIndex, SegmentStatus,
    StateRoot, TraceRoot,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::{traits::BlockNumberProvider, DispatchError};

use crate::{
    escrow,
    job::Job,
    types::{Due, SegmentOf, Standstill},
    Config, Error, Event, OpenGames, Pallet, Segments, Standstills, States,
};

/// A committed segment that is not final, with everything that is agreed about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment<AccountId> {
    /// What its job fixes.
    pub spec: JobSpec,
    /// The parameters that its job was submitted under.
    pub params: Params,
    /// The provider's owner account.
    pub provider: AccountId,
    /// The first block in which nobody may challenge it any more.
    pub window_end: BlockNumber,
    /// Its price.
    pub price: Balance,
    /// State root before its first step.
    pub start: StateRoot,
    /// Root of the trace over the state roots at its intervals' ends.
    pub trace: TraceRoot,
}

/// Jobs, to whoever judges their commitments.
pub trait Challenged<AccountId> {
    /// The runtime's reasons for holds.
    type HoldReason;

    /// A segment's commitment.
    ///
    /// # Errors
    /// If the segment is not committed, or final.
    fn commitment(
        job: JobId,
        segment: SegmentIndex,
    ) -> Result<Commitment<AccountId>, DispatchError>;

    /// Counts a game on a committed segment: it does not finalise, and the job's deadlines stand still.
    fn open_game(job: JobId, segment: SegmentIndex);

    /// A game on a segment has ended, and the segment stands.
    fn close_game(job: JobId, segment: SegmentIndex);

    /// The number of open games on a job's segments, if they are this provider's.
    fn open_games(job: JobId, provider: &AccountId) -> u32;

    /// A commitment is proved wrong: the segment and all later ones are void, with all games on them, and the
    /// provider's collateral for the job moves to the hold `into`.
    ///
    /// # Errors
    /// If the segment is not committed, or final.
    fn convict(
        job: JobId,
        segment: SegmentIndex,
        into: &Self::HoldReason,
    ) -> Result<Conviction<AccountId>, DispatchError>;
}

impl<T: Config> Challenged<T::AccountId> for Pallet<T> {
    type HoldReason = T::RuntimeHoldReason;

    fn commitment(
        job: JobId,
        segment: SegmentIndex,
    ) -> Result<Commitment<T::AccountId>, DispatchError> {
        Ok(Job::<T>::load(job)?.commitment(segment)?)
    }

    fn open_game(job: JobId, segment: SegmentIndex) {
        OpenGames::<T>::mutate(job, segment, |games| *games = games.saturating_add(1));
        Standstills::<T>::mutate(job, |still| {
            let still = still.get_or_insert_with(|| Standstill {
                games: 0,
                since: T::ChainTime::current_block_number(),
            });
            still.games = still.games.saturating_add(1);
        });
    }

    fn close_game(job: JobId, segment: SegmentIndex) {
        let left = OpenGames::<T>::get(job, segment).saturating_sub(1);
        if left > 0 {
            OpenGames::<T>::insert(job, segment, left);
        } else {
            OpenGames::<T>::remove(job, segment);
            Self::finalise_if_overdue(job, segment, T::ChainTime::current_block_number());
        }
        Self::close_games(job, 1);
    }

    fn open_games(job: JobId, provider: &T::AccountId) -> u32 {
        let theirs = States::<T>::get(job)
            .and_then(|state| Some(state.status.assignment()?.provider == *provider));
        match theirs {
            Some(true) => Standstills::<T>::get(job).map_or(0, |still| still.games),
            _ => 0,
        }
    }

    fn convict(
        job: JobId,
        segment: SegmentIndex,
        into: &T::RuntimeHoldReason,
    ) -> Result<Conviction<T::AccountId>, DispatchError> {
        let mut job = Job::<T>::load(job)?;
        let conviction = job.state.convict(segment).map_err(Error::<T>::from)?;
        conviction
            .void
            .clone()
            .rev()
            .for_each(|number| job.void(SegmentIndex(number)));
        escrow::seize_collateral::<T>(&conviction.provider, conviction.collateral, into)?;
        Self::deposit_event(Event::Voided {
            job: job.id,
            from: segment,
            provider: conviction.provider.clone(),
        });
        job.settle(None)?;
        Ok(conviction)
    }
}

impl<T: Config> Pallet<T> {
    /// A started segment, its deadline as late as open games have made it.
    pub(crate) fn segment_at(
        job: JobId,
        segment: SegmentIndex,
        now: BlockNumber,
    ) -> Option<SegmentOf<T>> {
        let status = Segments::<T>::get(job, segment)?;
        Some(match Standstills::<T>::get(job) {
            Some(still) => status.resumed(still.since, now),
            None => status,
        })
    }

    /// Fails while a game on the segment is open.
    pub(crate) fn ensure_undisputed(job: JobId, segment: SegmentIndex) -> DispatchResult {
        let disputed = OpenGames::<T>::contains_key(job, segment);
        ensure!(!disputed, Error::<T>::GamesOpen);
        Ok(())
    }

    /// Puts a segment whose window is over on the next block's agenda: its own entry was served in vain.
    pub(crate) fn finalise_if_overdue(job: JobId, segment: SegmentIndex, now: BlockNumber) {
        if let Some(SegmentStatus::Committed { window_end, .. }) = Segments::<T>::get(job, segment)
        {
            if window_end <= now {
                Self::schedule(now.saturating_add(1), Due::Finalise(job, segment));
            }
        }
    }

    /// `count` games on a job have ended; after the last one its deadlines run again.
    fn close_games(job: JobId, count: u32) {
        let Some(still) = Standstills::<T>::get(job) else {
            return;
        };
        let games = still.games.saturating_sub(count);
        if games > 0 {
            Standstills::<T>::insert(job, Standstill { games, ..still });
        } else {
            Self::resume(job);
        }
    }

    /// Moves the deadline of the segment in training by the time it stood still.
    fn resume(id: JobId) {
        let now = T::ChainTime::current_block_number();
        let segment = States::<T>::get(id).and_then(|state| state.status.training());
        let status =
            segment.and_then(|segment| Some((segment, Self::segment_at(id, segment, now)?)));
        Standstills::<T>::remove(id);
        if let Some((segment, status)) = status {
            if let SegmentStatus::Training { deadline, .. } = &status {
                Self::schedule((*deadline).max(now).saturating_add(1), Due::TimeOut(id));
            }
            Segments::<T>::insert(id, segment, status);
        }
    }
}

impl<T: Config> Job<T> {
    fn commitment(&self, segment: SegmentIndex) -> Result<Commitment<T::AccountId>, Error<T>> {
        let Some(SegmentStatus::Committed {
            provider,
            window_end,
            reserve,
            trace,
            ..
        }) = Segments::<T>::get(self.id, segment)
        else {
            return Err(Error::<T>::NotCommitted);
        };
        Ok(Commitment {
            spec: self.record.spec.clone(),
            params: self.params,
            provider,
            window_end,
            price: reserve.price,
            start: self.state_before(segment),
            trace,
        })
    }

    /// The state root that a segment starts from.
    fn state_before(&self, segment: SegmentIndex) -> StateRoot {
        segment
            .previous()
            .and_then(|previous| Segments::<T>::get(self.id, previous)?.final_state())
            .unwrap_or(self.record.spec.start_state)
    }

    /// Removes a segment; its reserve is escrow again and its games are moot.
    fn void(&mut self, segment: SegmentIndex) {
        if let Some(status) = Segments::<T>::take(self.id, segment) {
            self.state.refund(status.reserved());
        }
        Pallet::<T>::close_games(self.id, OpenGames::<T>::take(self.id, segment));
    }
}
