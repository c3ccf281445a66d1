//! What other pallets ask of providers.

use assay_protocol::{Balance, Ineligible, Params, Provider, Requirements, Reserve};
use frame_support::pallet_prelude::DispatchResult;

use crate::{Config, Error, HeldSlashes, Operators, Pallet, Providers};

/// Something a provider has done, for its counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It declined a job.
    Declined,
    /// It was paid for a segment.
    Paid(Reserve),
    /// It missed a deadline.
    Late,
    /// It was slashed.
    Slashed(Balance),
    /// A job of its came to its end.
    Finished,
}

/// The providers, to whoever gives them work.
pub trait Registry<AccountId> {
    /// The owner of the provider that an operator key signs for.
    fn owner_of(operator: &AccountId) -> Option<AccountId>;

    /// Counts a job that the provider takes.
    ///
    /// # Errors
    /// If it is not registered or does not meet the requirements.
    fn take_job(owner: &AccountId, requirements: &Requirements, params: &Params) -> DispatchResult;

    /// Counts a job that the provider is free of.
    fn leave_job(owner: &AccountId);

    /// Counts a slash that is held: the provider does not leave before it is settled.
    fn hold_slash(owner: &AccountId);

    /// A slash is held no longer.
    fn settle_slash(owner: &AccountId);

    /// Counts a deed.
    fn note(owner: &AccountId, deed: Deed);

    /// The provider of an owner.
    fn provider(owner: &AccountId) -> Option<Provider<AccountId>>;
}

impl<T: Config> Registry<T::AccountId> for Pallet<T> {
    fn owner_of(operator: &T::AccountId) -> Option<T::AccountId> {
        Operators::<T>::get(operator)
    }

    fn take_job(
        owner: &T::AccountId,
        requirements: &Requirements,
        params: &Params,
    ) -> DispatchResult {
        Self::change_active(owner, |provider| {
            provider
                .check_eligible(requirements, params)
                .map_err(Error::<T>::from)?;
            provider.active_jobs = provider.active_jobs.saturating_add(1);
            provider.counters.jobs_claimed = provider.counters.jobs_claimed.saturating_add(1);
            Ok(())
        })
    }

    fn leave_job(owner: &T::AccountId) {
        change_any::<T>(owner, |provider| {
            provider.active_jobs = provider.active_jobs.saturating_sub(1);
        });
    }

    fn hold_slash(owner: &T::AccountId) {
        HeldSlashes::<T>::mutate(owner, |held| *held = held.saturating_add(1));
    }

    fn settle_slash(owner: &T::AccountId) {
        match HeldSlashes::<T>::get(owner).saturating_sub(1) {
            0 => HeldSlashes::<T>::remove(owner),
            held => HeldSlashes::<T>::insert(owner, held),
        }
    }

    fn note(owner: &T::AccountId, deed: Deed) {
        change_any::<T>(owner, |provider| count(provider, deed));
    }

    fn provider(owner: &T::AccountId) -> Option<Provider<T::AccountId>> {
        Providers::<T>::get(owner)
    }
}

fn change_any<T: Config>(owner: &T::AccountId, change: impl FnOnce(&mut Provider<T::AccountId>)) {
    Providers::<T>::mutate_extant(owner, change)
}

fn count<AccountId>(provider: &mut Provider<AccountId>, deed: Deed) {
    let counters = &mut provider.counters;
    let bump = |counter: &mut u64| *counter = counter.saturating_add(1);
    match deed {
        Deed::Declined => bump(&mut counters.jobs_declined),
        Deed::Late => bump(&mut counters.deadlines_missed),
        Deed::Finished => bump(&mut counters.jobs_finished),
        Deed::Slashed(amount) => counters.slashed = counters.slashed.saturating_add(amount),
        Deed::Paid(Reserve { price, fee }) => {
            bump(&mut counters.segments_paid);
            counters.earned = counters.earned.saturating_add(price);
            counters.fees = counters.fees.saturating_add(fee);
        }
    }
}

impl<T: Config> From<Ineligible> for Error<T> {
    fn from(error: Ineligible) -> Self {
        match error {
            Ineligible::Unbonding => Self::Unbonding,
            Ineligible::Busy => Self::TooManyJobs,
            Ineligible::Device => Self::DeviceClassTooLow,
            Ineligible::Memory => Self::MemoryTooSmall,
            Ineligible::Stake => Self::StakeTooSmall,
        }
    }
}

#[cfg(any(feature = "std", feature = "try-runtime"))]
impl<T: Config> Pallet<T> {
    /// Stakes are on hold, and nothing else, and keys and providers name each other.
    pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
        use crate::HoldReason;
        use frame_support::{ensure, traits::fungible::InspectHold};

        for owner in frame_system::Account::<T>::iter_keys() {
            let stake = Providers::<T>::get(&owner).map_or(0, |provider| provider.stake);
            let held = T::Currency::balance_on_hold(&HoldReason::Stake.into(), &owner);
            ensure!(held == stake, "providers: a stake is not on hold");
        }
        for (owner, provider) in Providers::<T>::iter() {
            ensure!(
                Operators::<T>::get(&provider.operator).as_ref() == Some(&owner),
                "providers: an operator key does not name its provider"
            );
            let unbonding = provider.status != assay_protocol::ProviderStatus::Active;
            ensure!(
                !unbonding || provider.active_jobs == 0,
                "providers: one leaves while it has jobs"
            );
        }
        for (owner, held) in HeldSlashes::<T>::iter() {
            let registered = Providers::<T>::contains_key(&owner);
            ensure!(held > 0 && registered, "providers: a slash of nobody");
        }
        for (operator, owner) in Operators::<T>::iter() {
            let provider = Providers::<T>::get(&owner).ok_or("providers: a key of nobody")?;
            ensure!(
                provider.operator == operator,
                "providers: a provider has two keys"
            );
        }
        Ok(())
    }
}
