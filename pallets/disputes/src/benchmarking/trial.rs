//! Challenges of real commitments, and their verdicts.

use alloc::vec::Vec;

use assay_game::{Entry, GameId, Party, Reason, Verdict};
use assay_protocol::{JobId, SegmentIndex, MAX_PIPELINE};
use frame_benchmarking::{account, BenchmarkError};
use pallet_assay_jobs::benchmarking::market::{now, pass, Scene};
use pallet_assay_protocol::benchmarking::widest;
use pallet_assay_providers::benchmarking::endowed;
use sp_runtime::DispatchError;

use super::Court;
use crate::{
    case::Case, queue::LOOKED_AT, weight_info::Ending, Dockets, NextNumber, Numbers, Pallet, Queue,
    SlashId,
};

/// A provider with games.
pub(super) struct Trial<T: Court> {
    pub(super) scene: Scene<T>,
    /// In order of opening.
    pub(super) games: Vec<GameId>,
}

/// Who wins.
pub(super) const fn verdict(winner: Party) -> Verdict {
    Verdict {
        winner,
        reason: Reason::TimeOut,
    }
}

impl<T: Court> Trial<T> {
    /// A job of which so many segments are committed and one more trains, unless the pipeline is full.
    pub(super) fn of(committed: u32) -> Result<Self, BenchmarkError> {
        let segments = committed.saturating_add(1);
        let scene = Scene::submitted(account("operator", 0, 0), segments, segments)?
            .accepted()?
            .committed(0..committed)?;
        Ok(Self {
            scene,
            games: Vec::new(),
        })
    }

    /// Challenges a segment of the job.
    pub(super) fn challenged(mut self, segment: u32) -> Result<Self, BenchmarkError> {
        let number = NextNumber::<T>::get();
        let challenger = endowed::<T>("challenger", number as u32);
        let segment = SegmentIndex(segment);
        Pallet::<T>::do_open(challenger, self.scene.job, segment, Entry::Segment)?;
        let game = Numbers::<T>::get(number).ok_or("no such game")?;
        self.games.push(game);
        Ok(self)
    }

    /// As many games run as may.
    pub(super) fn full(self) -> Self {
        self.with_running(widest().disputes.running_games)
    }

    /// So many games run.
    pub(super) fn with_running(self, running: u32) -> Self {
        Dockets::<T>::mutate(&self.scene.owner, |docket| docket.running = running);
        self
    }

    /// As many more games wait for the provider as one call looks at, each on another job of its.
    pub(super) fn with_waiting(mut self) -> Result<Self, BenchmarkError> {
        let (job, games) = (self.scene.job, self.games.clone());
        for _ in 0..LOOKED_AT {
            self.scene = self.scene.submit(3, 3)?.accepted()?.committed(0..2)?;
            self = self.challenged(1)?;
        }
        self.scene.job = job;
        self.games = games;
        Ok(self)
    }

    /// The first game.
    pub(super) fn game(&self) -> Result<GameId, BenchmarkError> {
        self.games.first().copied().ok_or("no game".into())
    }

    /// Ends the first game.
    pub(super) fn judge(&self, winner: Party) -> Result<Ending, BenchmarkError> {
        let case = Case::<T>::load(self.game()?).map_err(DispatchError::from)?;
        Ok(Pallet::<T>::judge(case, verdict(winner), 1, now::<T>())?)
    }

    /// Two games on one segment, the first of which has convicted; the slash is held.
    pub(super) fn convicted() -> Result<Self, BenchmarkError> {
        let trial = Self::of(1)?.challenged(0)?.challenged(0)?;
        trial.judge(Party::Challenger)?;
        Ok(trial)
    }

    /// The same, and the slash may be settled.
    pub(super) fn deferred() -> Result<Self, BenchmarkError> {
        let trial = Self::convicted()?;
        pass::<T>(widest().disputes.slash_defer);
        Ok(trial)
    }

    /// A dispute about a void commitment that has never been played, the last on record, with nothing due to anybody.
    pub(super) fn settled() -> Result<(Self, GameId), BenchmarkError> {
        let trial = Self::of(1)?.challenged(0)?.full().challenged(0)?;
        let (first, last) = (trial.game()?, trial.games.last().copied());
        let last = last.ok_or("no game")?;
        trial.judge(Party::Challenger)?;
        pass::<T>(widest().disputes.slash_defer);
        Pallet::<T>::do_settle_slash(SLASH)?;
        Pallet::<T>::do_pull(first)?;
        Pallet::<T>::do_pull(last)?;
        pass::<T>(widest().segments.retention);
        Pallet::<T>::do_clean_up(first)?;
        // As if the docket's head had not come to it.
        Queue::<T>::insert(&trial.scene.owner, 1, last);
        Ok((trial, last))
    }
}

/// The slash of the first game.
pub(super) const SLASH: SlashId = SlashId(0);
/// The first job.
pub(super) const JOB: JobId = JobId(0);
/// As many segments as can be committed and not final.
pub(super) const PIPELINE: u32 = MAX_PIPELINE;
