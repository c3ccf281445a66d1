//! What an era pays its validators and their nominators: capped inflation, against which fees count.
//!
//! A part of all fees gathers in a pot. At an era's end the pot is burnt and the era's payout is promised; claims mint it. So what
//! the chain mints is the payout less the fees, and nothing when fees alone reach the cap.

use crate::{AccountId, Balance, Balances, Timing};
use frame_support::{
    parameter_types,
    traits::{
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
    },
    PalletId,
};
use sp_runtime::{traits::AccountIdConversion, Perquintill};

/// Inflation a year if nothing is staked.
const MIN_INFLATION: Perquintill = Perquintill::from_percent(1);
/// Inflation a year at [`IDEAL_STAKE`]: the cap.
pub const MAX_INFLATION: Perquintill = Perquintill::from_percent(5);
/// The staked share of all tokens that is paid best.
const IDEAL_STAKE: Perquintill = Perquintill::from_percent(50);
/// Beyond the ideal, the rate above the minimum halves with each further share of this size.
const FALLOFF: Perquintill = Perquintill::from_percent(5);
/// Milliseconds of 365.25 days.
const YEAR_MS: u64 = 31_557_600_000;

const FEE_POT: PalletId = PalletId(*b"assay/fp");

parameter_types! {
    /// The account in which the validators' part of the fees gathers until an era's end.
    pub FeePotAccount: AccountId = FEE_POT.into_account_truncating();
}

/// Pays an era: the greater of its inflation and its fees, all of it to stakers.
pub struct EraPayout;

impl sp_staking::EraPayout<Balance> for EraPayout {
    fn era_payout(staked: Balance, issuance: Balance, duration_ms: u64) -> (Balance, Balance) {
        let minted = inflation(staked, issuance, duration_ms.min(nominal_era_ms()));
        (minted.max(burn_fee_pot()), 0)
    }
}

/// Length of an era in which no session is late. A chain that stood still does not pay for the time in which it did.
fn nominal_era_ms() -> u64 {
    let timing = Timing::timing();
    let slots = u64::from(timing.sessions_per_era).saturating_mul(timing.epoch_slots.into());
    slots.saturating_mul(timing.slot_ms)
}

/// Inflation of that many milliseconds: I(x) = min + (max - min) f(x), with f(x) = x / ideal up to the ideal stake and
/// 2^((ideal - x) / falloff) beyond, x being the staked share of the issuance.
fn inflation(staked: Balance, issuance: Balance, duration_ms: u64) -> Balance {
    let stake = Perquintill::from_rational(staked, issuance);
    let share = pallet_staking_reward_fn::compute_inflation(stake, IDEAL_STAKE, FALLOFF);
    let above_minimum =
        Perquintill::from_parts(MAX_INFLATION.deconstruct() - MIN_INFLATION.deconstruct());
    let yearly = Perquintill::from_parts(
        MIN_INFLATION.deconstruct() + (above_minimum * share).deconstruct(),
    );
    Perquintill::from_rational(duration_ms, YEAR_MS) * (yearly * issuance)
}

/// Burns what is in the pot but for the least that keeps its account, and says how much that was.
fn burn_fee_pot() -> Balance {
    let pot = FeePotAccount::get();
    let fees = Balances::reducible_balance(&pot, Preservation::Preserve, Fortitude::Polite);
    let burnt = Balances::burn_from(
        &pot,
        fees,
        Preservation::Preserve,
        Precision::Exact,
        Fortitude::Polite,
    );
    burnt.unwrap_or_default()
}
