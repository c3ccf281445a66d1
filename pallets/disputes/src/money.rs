//! Every movement of money.
//!
//! Amounts on hold are moved whatever else is locked on their accounts: a bond or a slash is not its holder's to freeze.

use assay_protocol::Balance;
use frame_support::{
    pallet_prelude::DispatchResult,
    traits::{
        fungible::{BalancedHold, MutateHold},
        tokens::{Fortitude, Precision, Restriction},
        OnUnbalanced,
    },
};

use crate::{types::DisputeOf, Config, HoldReason};

/// Locks a challenger's bond and deposit.
pub(crate) fn lock<T: Config>(dispute: &DisputeOf<T>) -> DispatchResult {
    let who = &dispute.challenger;
    T::Currency::hold(&HoldReason::Bond.into(), who, dispute.stake.bond)?;
    T::Currency::hold(&HoldReason::Deposit.into(), who, dispute.stake.deposit)
}

/// Returns a bond.
pub(crate) fn release_bond<T: Config>(who: &T::AccountId, amount: Balance) -> DispatchResult {
    release::<T>(HoldReason::Bond, who, amount)
}

/// Returns a deposit.
pub(crate) fn release_deposit<T: Config>(who: &T::AccountId, amount: Balance) -> DispatchResult {
    release::<T>(HoldReason::Deposit, who, amount)
}

/// Gives a slash back.
pub(crate) fn release_slash<T: Config>(who: &T::AccountId, amount: Balance) -> DispatchResult {
    release::<T>(HoldReason::Slash, who, amount)
}

/// Takes a bond: `share` of it to the winner, the rest to the slash destination; returns what the winner got, which is
/// nothing if its account cannot take it.
pub(crate) fn forfeit_bond<T: Config>(
    dispute: &DisputeOf<T>,
    winner: &T::AccountId,
    share: Balance,
) -> Balance {
    let loser = &dispute.challenger;
    let paid = transfer::<T>(HoldReason::Bond, loser, winner, share);
    burn::<T>(
        HoldReason::Bond,
        loser,
        dispute.stake.bond.saturating_sub(paid),
    );
    paid
}

/// Pays a winner's share of a slash; returns what it got, which is nothing if its account cannot take it.
pub(crate) fn pay_reward<T: Config>(
    worker: &T::AccountId,
    winner: &T::AccountId,
    share: Balance,
) -> Balance {
    let paid = transfer::<T>(HoldReason::Slash, worker, winner, share);
    burn::<T>(HoldReason::Slash, worker, share.saturating_sub(paid));
    paid
}

/// Takes the part of a slash that goes to no winner.
pub(crate) fn burn_slash<T: Config>(worker: &T::AccountId, amount: Balance) {
    burn::<T>(HoldReason::Slash, worker, amount);
}

fn transfer<T: Config>(
    reason: HoldReason,
    from: &T::AccountId,
    to: &T::AccountId,
    amount: Balance,
) -> Balance {
    let paid = T::Currency::transfer_on_hold(
        &reason.into(),
        from,
        to,
        amount,
        Precision::Exact,
        Restriction::Free,
        Fortitude::Force,
    );
    paid.unwrap_or(0)
}

fn burn<T: Config>(reason: HoldReason, who: &T::AccountId, amount: Balance) {
    let (taken, _) = T::Currency::slash(&reason.into(), who, amount);
    T::SlashDestination::on_unbalanced(taken);
}

fn release<T: Config>(reason: HoldReason, who: &T::AccountId, amount: Balance) -> DispatchResult {
    T::Currency::release(&reason.into(), who, amount, Precision::Exact)?;
    Ok(())
}
