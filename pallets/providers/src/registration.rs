//! Becoming a provider and changing what it offers.

use assay_protocol::{Balance, Capabilities, Provider, ProviderCounters, ProviderStatus, Url};
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::fungible::MutateHold};
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::{traits::BlockNumberProvider, DispatchError};

use crate::{Config, Error, Event, HoldReason, Operators, Pallet, Providers};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_register(
        owner: T::AccountId,
        operator: T::AccountId,
        endpoint: Url,
        capabilities: Capabilities,
        stake: Balance,
    ) -> DispatchResult {
        ensure!(
            !Providers::<T>::contains_key(&owner),
            Error::<T>::AlreadyRegistered
        );
        ensure!(
            !Operators::<T>::contains_key(&operator),
            Error::<T>::OperatorTaken
        );
        check_offer::<T>(&endpoint, &capabilities)?;
        let (_, params) = T::Protocol::current();
        ensure!(stake >= params.stake.min_stake, Error::<T>::StakeTooSmall);
        T::Currency::hold(&HoldReason::Stake.into(), &owner, stake)?;
        let provider = Provider {
            operator: operator.clone(),
            endpoint,
            capabilities,
            stake,
            since: T::ChainTime::current_block_number(),
            status: ProviderStatus::Active,
            active_jobs: 0,
            counters: ProviderCounters::default(),
        };
        Providers::<T>::insert(&owner, provider);
        Operators::<T>::insert(&operator, &owner);
        Self::deposit_event(Event::Registered {
            owner,
            operator,
            stake,
        });
        Ok(())
    }

    pub(crate) fn do_update(
        owner: T::AccountId,
        endpoint: Url,
        capabilities: Capabilities,
    ) -> DispatchResult {
        check_offer::<T>(&endpoint, &capabilities)?;
        Self::change_active(&owner, |provider| {
            provider.endpoint = endpoint;
            provider.capabilities = capabilities;
            Ok(())
        })?;
        Self::deposit_event(Event::Updated { owner });
        Ok(())
    }

    pub(crate) fn do_set_operator(owner: T::AccountId, operator: T::AccountId) -> DispatchResult {
        let mut provider = Providers::<T>::get(&owner).ok_or(Error::<T>::NotRegistered)?;
        ensure!(
            !Operators::<T>::contains_key(&operator),
            Error::<T>::OperatorTaken
        );
        Operators::<T>::remove(&provider.operator);
        Operators::<T>::insert(&operator, &owner);
        provider.operator = operator.clone();
        Providers::<T>::insert(&owner, provider);
        Self::deposit_event(Event::OperatorSet { owner, operator });
        Ok(())
    }

    pub(crate) fn do_add_stake(owner: T::AccountId, amount: Balance) -> DispatchResult {
        Self::change_active(&owner, |provider| {
            T::Currency::hold(&HoldReason::Stake.into(), &owner, amount)?;
            provider.stake = provider.stake.saturating_add(amount);
            Ok(())
        })?;
        Self::deposit_event(Event::StakeAdded { owner, amount });
        Ok(())
    }

    /// Changes a provider that is registered and not unbonding.
    pub(crate) fn change_active(
        owner: &T::AccountId,
        change: impl FnOnce(&mut Provider<T::AccountId>) -> DispatchResult,
    ) -> DispatchResult {
        Providers::<T>::try_mutate(owner, |provider| -> Result<(), DispatchError> {
            let provider = provider.as_mut().ok_or(Error::<T>::NotRegistered)?;
            ensure!(
                provider.status == ProviderStatus::Active,
                Error::<T>::Unbonding
            );
            change(provider)
        })
    }
}

fn check_offer<T: Config>(endpoint: &Url, capabilities: &Capabilities) -> DispatchResult {
    endpoint.check().map_err(|_| Error::<T>::InvalidEndpoint)?;
    ensure!(
        capabilities.memory_bytes > 0 && capabilities.max_jobs > 0,
        Error::<T>::InvalidCapabilities
    );
    Ok(())
}
