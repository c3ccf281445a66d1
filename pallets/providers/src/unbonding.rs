//! Leaving.

use assay_protocol::{BlockNumber, ProviderStatus};
use frame_support::{
    ensure,
    pallet_prelude::DispatchResult,
    traits::{fungible::MutateHold, tokens::Precision},
};
use pallet_assay_protocol::ProtocolParams;
use sp_runtime::traits::BlockNumberProvider;

use crate::{Config, Error, Event, HeldSlashes, HoldReason, Operators, Pallet, Providers};

impl<T: Config> Pallet<T> {
    pub(crate) fn do_unregister(owner: T::AccountId) -> DispatchResult {
        let until = Self::unbonding_end();
        Self::change_active(&owner, |provider| {
            ensure!(provider.active_jobs == 0, Error::<T>::HasJobs);
            provider.status = ProviderStatus::Unbonding { until };
            Ok(())
        })?;
        Self::deposit_event(Event::UnbondingStarted { owner, until });
        Ok(())
    }

    fn unbonding_end() -> BlockNumber {
        let (_, params) = T::Protocol::current();
        T::ChainTime::current_block_number().saturating_add(params.stake.unbonding_delay)
    }

    pub(crate) fn do_withdraw(owner: T::AccountId) -> DispatchResult {
        let provider = Providers::<T>::take(&owner).ok_or(Error::<T>::NotRegistered)?;
        let ProviderStatus::Unbonding { until } = provider.status else {
            return Err(Error::<T>::NotUnbonding.into());
        };
        ensure!(
            T::ChainTime::current_block_number() >= until,
            Error::<T>::StillUnbonding
        );
        let held = HeldSlashes::<T>::contains_key(&owner);
        ensure!(!held, Error::<T>::HasSlashes);
        Operators::<T>::remove(&provider.operator);
        let stake = T::Currency::release(
            &HoldReason::Stake.into(),
            &owner,
            provider.stake,
            Precision::Exact,
        )?;
        Self::deposit_event(Event::Withdrawn { owner, stake });
        Ok(())
    }
}
