//! Slashes: held, then paid out or given back.

use assay_protocol::{Balance, Conviction, JobId};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use pallet_assay_jobs::Challenged;
use pallet_assay_providers::{Deed, Registry};
use sp_runtime::traits::BlockNumberProvider;

use crate::{
    case::Case,
    money,
    types::{Slash, SlashId, SlashOf, SlashStatus},
    Config, Error, Event, HeldFor, Pallet, Slashes,
};

/// A slash that is held.
pub(crate) struct Held<T: Config> {
    pub(crate) id: SlashId,
    slash: SlashOf<T>,
}

impl<T: Config> Pallet<T> {
    /// The slash that a conviction adds to. A second conviction of the same provider in the same job has nothing left to
    /// take: its winners share what the first one has.
    pub(crate) fn slash_for(case: &Case<T>, conviction: &Conviction<T::AccountId>) -> Held<T> {
        let joined = match conviction.collateral {
            0 => joinable::<T>(case.dispute.job, &conviction.provider),
            _ => None,
        };
        joined.unwrap_or_else(|| new_slash::<T>(case, conviction))
    }

    /// Holds what a conviction has taken, for `shares` more winners.
    pub(crate) fn hold_slash(
        case: &Case<T>,
        conviction: &Conviction<T::AccountId>,
        held: Held<T>,
        shares: u32,
    ) {
        let Held { id, mut slash } = held;
        let now = T::ChainTime::current_block_number();
        let until = now.saturating_add(case.dispute.terms.slash_defer);
        let others = match slash.status {
            SlashStatus::Held { shares, .. } => shares,
            _ => 0,
        };
        slash.status = SlashStatus::Held {
            until,
            shares: others.saturating_add(shares),
        };
        Slashes::<T>::insert(id, slash);
        HeldFor::<T>::insert(case.dispute.job, id);
        Self::deposit_event(Event::Convicted {
            game: case.id,
            job: case.dispute.job,
            segment: case.dispute.segment,
            provider: conviction.provider.clone(),
            slash: id,
            amount: conviction.collateral,
            shares,
            until,
        });
    }

    pub(crate) fn do_settle_slash(id: SlashId) -> DispatchResult {
        let mut slash = Slashes::<T>::get(id).ok_or(Error::<T>::UnknownSlash)?;
        let SlashStatus::Held { until, shares } = slash.status else {
            return Err(Error::<T>::NotHeld.into());
        };
        ensure!(
            T::ChainTime::current_block_number() >= until,
            Error::<T>::TooEarly
        );
        ensure!(
            T::Jobs::open_games(slash.job, &slash.worker) == 0,
            Error::<T>::GamesOpen
        );
        let each = slash.reward.checked_div(shares.into()).unwrap_or(0);
        let unpulled = shares;
        slash.status = SlashStatus::Settled { each, unpulled };
        let rest = slash.amount.saturating_sub(slash.held());
        money::burn_slash::<T>(&slash.worker, rest);
        T::Providers::note(&slash.worker, Deed::Slashed(slash.amount));
        Self::unhold(id, slash);
        Self::deposit_event(Event::SlashSettled {
            slash: id,
            each,
            shares,
            rest,
        });
        Ok(())
    }

    pub(crate) fn do_refund_slash(id: SlashId) -> DispatchResult {
        let mut slash = Slashes::<T>::get(id).ok_or(Error::<T>::UnknownSlash)?;
        let SlashStatus::Held { shares, .. } = slash.status else {
            return Err(Error::<T>::NotHeld.into());
        };
        let (provider, amount) = (slash.worker.clone(), slash.amount);
        slash.status = SlashStatus::Refunded { unpulled: shares };
        money::release_slash::<T>(&provider, amount)?;
        Self::unhold(id, slash);
        Self::deposit_event(Event::SlashRefunded {
            slash: id,
            provider,
            amount,
        });
        Ok(())
    }

    /// Stores a slash that is held no longer: no further conviction joins it, and the provider may leave.
    fn unhold(id: SlashId, slash: SlashOf<T>) {
        T::Providers::settle_slash(&slash.worker);
        if HeldFor::<T>::get(slash.job) == Some(id) {
            HeldFor::<T>::remove(slash.job);
        }
        Slashes::<T>::insert(id, slash);
    }

    /// Takes one game's share of a slash off the record: what it gets of whom. `None` while the slash is held.
    pub(crate) fn take_share(id: SlashId) -> Option<(T::AccountId, Balance)> {
        let mut slash = Slashes::<T>::get(id)?;
        let (share, left) = match &mut slash.status {
            SlashStatus::Held { .. } => return None,
            SlashStatus::Settled { each, unpulled } => (*each, unpulled),
            SlashStatus::Refunded { unpulled } => (0, unpulled),
        };
        *left = left.saturating_sub(1);
        let worker = slash.worker.clone();
        match *left {
            0 => Slashes::<T>::remove(id),
            _ => Slashes::<T>::insert(id, slash),
        }
        Some((worker, share))
    }
}

/// The slash that the job's provider is held under already.
fn joinable<T: Config>(job: JobId, provider: &T::AccountId) -> Option<Held<T>> {
    let id = HeldFor::<T>::get(job)?;
    let slash = Slashes::<T>::get(id)?;
    (slash.worker == *provider).then_some(Held { id, slash })
}

fn new_slash<T: Config>(case: &Case<T>, conviction: &Conviction<T::AccountId>) -> Held<T> {
    let amount = conviction.collateral;
    let slash = Slash {
        worker: conviction.provider.clone(),
        job: case.dispute.job,
        amount,
        reward: case.dispute.terms.winner_share.floor_of(amount),
        status: SlashStatus::Held {
            until: 0,
            shares: 0,
        },
    };
    T::Providers::hold_slash(&slash.worker);
    Held {
        id: SlashId(case.dispute.number),
        slash,
    }
}
