//! What a verdict leads to.

use assay_game::{Party, Verdict};
use assay_protocol::{BlockNumber, Conviction, JobId, SegmentIndex};
use pallet_assay_jobs::Challenged;
use sp_runtime::DispatchError;

use crate::{
    case::Case,
    types::{Fate, Stage},
    weight_info::Ending,
    Config, Contested, Contests, Event, Games, HoldReason, Pallet,
};

impl<T: Config> Pallet<T> {
    /// Ends a game that has been played; the games that wait for its place may start.
    pub(crate) fn judge(
        mut case: Case<T>,
        verdict: Verdict,
        rounds: u32,
        now: BlockNumber,
    ) -> Result<Ending, DispatchError> {
        let defender = case.dispute.defender.clone();
        Games::<T>::remove(case.id);
        case.dispute.stage = Stage::Ended { verdict, at: now };
        case.contest.running = case.contest.running.saturating_sub(1);
        case.contest.open = case.contest.open.saturating_sub(1);
        case.store();
        Self::deposit_event(Event::Judged {
            game: case.id,
            job: case.dispute.job,
            segment: case.dispute.segment,
            rounds,
            verdict,
        });
        Self::leave(&defender, 1);
        let ending = match verdict.winner {
            Party::Defender => Self::acquit(&case),
            Party::Challenger => Self::convict(&case, now)?,
        };
        Self::advance(&defender);
        Ok(ending)
    }

    /// The commitment stands as far as this game is concerned.
    fn acquit(case: &Case<T>) -> Ending {
        T::Jobs::close_game(case.dispute.job, case.dispute.segment);
        Ending::Acquitted
    }

    /// The commitment is wrong: its segment and later ones are void, and the collateral is held.
    fn convict(case: &Case<T>, now: BlockNumber) -> Result<Ending, DispatchError> {
        let (job, segment) = (case.dispute.job, case.dispute.segment);
        let conviction = T::Jobs::convict(job, segment, &HoldReason::Slash.into())?;
        let held = Self::slash_for(case, &conviction);
        let fate = Fate::Void {
            slash: held.id,
            at: now,
        };
        let moot = Self::void_contests(job, &conviction, fate);
        Self::hold_slash(case, &conviction, held, moot.saturating_add(1));
        Ok(Ending::Convicted)
    }

    /// Ends the contests about the void segments; their games give up their places. Returns how many are moot now.
    fn void_contests(job: JobId, conviction: &Conviction<T::AccountId>, fate: Fate) -> u32 {
        let mut moot: u32 = 0;
        for number in conviction.void.clone() {
            let Some(id) = Contested::<T>::take(job, SegmentIndex(number)) else {
                continue;
            };
            Contests::<T>::mutate_extant(id, |contest| {
                contest.fate = fate;
                moot = moot.saturating_add(core::mem::take(&mut contest.open));
                Self::leave(&conviction.provider, core::mem::take(&mut contest.running));
            });
        }
        moot
    }
}
