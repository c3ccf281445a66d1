//! Every movement of money.
//!
//! A buyer's `Escrow` hold is what its jobs have unspent plus the reserves of their segments; a provider's
//! `Collateral` hold is the collateral of its assignments. Payments are forced past freezes: an amount that is on
//! hold for a job is not the buyer's to lock elsewhere.

use assay_protocol::{Balance, Reserve};
use frame_support::{
    pallet_prelude::DispatchResult,
    traits::{
        fungible::{BalancedHold, MutateHold, UnbalancedHold},
        tokens::{Fortitude, Precision, Restriction},
        OnUnbalanced,
    },
};

use crate::{Config, HoldReason};

/// Locks a job's escrow or a top-up.
pub(crate) fn lock<T: Config>(buyer: &T::AccountId, amount: Balance) -> DispatchResult {
    T::Currency::hold(&HoldReason::Escrow.into(), buyer, amount)
}

/// Returns unspent escrow.
pub(crate) fn refund<T: Config>(buyer: &T::AccountId, amount: Balance) -> DispatchResult {
    release::<T>(HoldReason::Escrow, buyer, amount)
}

/// Pays a segment out of its reserve: the price to the provider, the fee to its destination.
pub(crate) fn pay<T: Config>(
    buyer: &T::AccountId,
    provider: &T::AccountId,
    reserve: Reserve,
) -> DispatchResult {
    let reason = HoldReason::Escrow.into();
    T::Currency::transfer_on_hold(
        &reason,
        buyer,
        provider,
        reserve.price,
        Precision::Exact,
        Restriction::Free,
        Fortitude::Force,
    )?;
    let (fee, _) = T::Currency::slash(&reason, buyer, reserve.fee);
    T::FeeDestination::on_unbalanced(fee);
    Ok(())
}

/// Locks a job's storage deposit.
pub(crate) fn lock_deposit<T: Config>(buyer: &T::AccountId, amount: Balance) -> DispatchResult {
    T::Currency::hold(&HoldReason::Deposit.into(), buyer, amount)
}

/// Returns a job's storage deposit.
pub(crate) fn release_deposit<T: Config>(buyer: &T::AccountId, amount: Balance) -> DispatchResult {
    release::<T>(HoldReason::Deposit, buyer, amount)
}

/// Locks an assignment's collateral.
pub(crate) fn lock_collateral<T: Config>(
    provider: &T::AccountId,
    amount: Balance,
) -> DispatchResult {
    T::Currency::hold(&HoldReason::Collateral.into(), provider, amount)
}

/// Returns what is left of an assignment's collateral.
pub(crate) fn release_collateral<T: Config>(
    provider: &T::AccountId,
    amount: Balance,
) -> DispatchResult {
    release::<T>(HoldReason::Collateral, provider, amount)
}

/// Takes from an assignment's collateral.
pub(crate) fn slash_collateral<T: Config>(provider: &T::AccountId, amount: Balance) {
    let (slashed, _) = T::Currency::slash(&HoldReason::Collateral.into(), provider, amount);
    T::SlashDestination::on_unbalanced(slashed);
}

/// Moves an assignment's collateral under another hold, whatever else is locked on the account.
pub(crate) fn seize_collateral<T: Config>(
    provider: &T::AccountId,
    amount: Balance,
    into: &T::RuntimeHoldReason,
) -> DispatchResult {
    let from = HoldReason::Collateral.into();
    T::Currency::decrease_balance_on_hold(&from, provider, amount, Precision::Exact)?;
    T::Currency::increase_balance_on_hold(into, provider, amount, Precision::Exact)?;
    Ok(())
}

fn release<T: Config>(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
    T::Currency::release(&reason.into(), who, amount, Precision::Exact)?;
    Ok(())
}
