//! The calls of validators and nominators.

use assay_protocol::Balance;
use codec::{Compact, Encode};

use super::{Prefs, SessionKeys};
use crate::{Account, Call};

const STAKING: &str = "Staking";

/// Sets the session keys of the account's validator, from the session after the next.
pub fn set_keys(keys: &SessionKeys) -> Call {
    let arguments = [keys.keys(), &keys.proof().encode()].concat();
    Call::encoded("Session", "set_keys", arguments)
}

/// Bonds an amount; rewards are bonded too.
pub fn bond(amount: Balance) -> Call {
    const STAKED: u8 = 0;
    Call::new(STAKING, "bond", (Compact(amount), STAKED))
}

/// Bonds more.
pub fn bond_extra(amount: Balance) -> Call {
    Call::new(STAKING, "bond_extra", (Compact(amount),))
}

/// Offers the account as a validator from the next election on.
pub fn validate(prefs: Prefs) -> Call {
    let commission = Compact(prefs.commission.0);
    Call::new(STAKING, "validate", (commission, prefs.blocked))
}

/// Puts what is bonded behind validators from the next election on.
pub fn nominate(targets: &[Account]) -> Call {
    // The variant `Id` of an address is the first.
    let targets: Vec<_> = targets.iter().map(|target| (0u8, *target)).collect();
    Call::new(STAKING, "nominate", (targets,))
}

/// Takes the account out of the next elections, as validator and as nominator.
pub fn chill() -> Call {
    Call::new(STAKING, "chill", ())
}

/// Begins to unbond an amount.
pub fn unbond(amount: Balance) -> Call {
    Call::new(STAKING, "unbond", (Compact(amount),))
}

/// Frees what has been unbonded for long enough, of an account with so many slashing spans.
pub fn withdraw_unbonded(spans: u32) -> Call {
    Call::new(STAKING, "withdraw_unbonded", (spans,))
}

/// Pays the next page of a validator's reward for an era. Signed by anyone.
pub fn payout(validator: Account, era: u32) -> Call {
    Call::new(STAKING, "payout_stakers", (validator, era))
}
