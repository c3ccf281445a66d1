//! Removing the records of disputes that are over.

use assay_game::GameId;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    case::Case, money, types::Stage, Config, Contested, Contests, Disputes, Error, Event, Games,
    Numbers, OnSegment, Pallet,
};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_clean_up(id: GameId) -> DispatchResult {
        let case = Case::<T>::load(id)?;
        let end = case.end()?;
        let dispute = &case.dispute;
        ensure!(dispute.is_settled(end), Error::<T>::NotSettled);
        let kept_until = end.at.saturating_add(dispute.terms.retention);
        let now = T::ChainTime::current_block_number();
        ensure!(now >= kept_until, Error::<T>::TooEarly);
        let deposit = dispute.stake.deposit;
        money::release_deposit::<T>(&dispute.challenger, deposit)?;
        Self::forget(case);
        Self::deposit_event(Event::CleanedUp { game: id, deposit });
        Ok(())
    }

    fn forget(case: Case<T>) {
        let dispute = &case.dispute;
        match dispute.stage {
            Stage::Queued { place } => Self::dequeue(&dispute.defender, place, case.id),
            Stage::Running => Games::<T>::remove(case.id),
            Stage::Ended { .. } => {}
        }
        Disputes::<T>::remove(case.id);
        Numbers::<T>::remove(dispute.number);
        OnSegment::<T>::remove((dispute.job, dispute.segment), case.id);
        Self::leave_contest(case);
    }

    /// A contest goes with its last dispute: the retention is longer than the window, so nobody can join it any more.
    fn leave_contest(case: Case<T>) {
        let Case {
            dispute,
            mut contest,
            ..
        } = case;
        contest.disputes = contest.disputes.saturating_sub(1);
        if contest.disputes > 0 {
            return Contests::<T>::insert(dispute.contest, contest);
        }
        Contests::<T>::remove(dispute.contest);
        if Contested::<T>::get(dispute.job, dispute.segment) == Some(dispute.contest) {
            Contested::<T>::remove(dispute.job, dispute.segment);
        }
    }
}
