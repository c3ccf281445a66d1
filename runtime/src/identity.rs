//! The chain's identity: name, money, fees, and where fees and slashes go.
//!
//! Everything that makes this chain another chain than its neighbours is in this file, in the [`crate::VERSION`] and
//! in the genesis. The pace is not: it is the genesis' (see `pallet-assay-timing`).

use crate::{
    config::{governance::TreasuryAccount, staking::FeePotAccount},
    AccountId, Authorship, Balance, Balances, Runtime,
};
use frame_support::{
    parameter_types,
    traits::{
        fungible::{Balanced, Credit},
        tokens::imbalance::ResolveTo,
        Imbalance, OnUnbalanced,
    },
    weights::{
        constants::ExtrinsicBaseWeight, WeightToFeeCoefficient, WeightToFeeCoefficients,
        WeightToFeePolynomial,
    },
};
use pallet_transaction_payment::{Multiplier, TargetedFeeAdjustment};
use sp_runtime::{traits::Bounded, FixedPointNumber, Perbill, Perquintill};

/// Ticker of the chain's token.
pub const TOKEN_SYMBOL: &str = "ASY";
/// Decimal places of the token: one token is 10^12 units.
pub const TOKEN_DECIMALS: u8 = 12;
/// Prefix of addresses: the generic one, until the chain has an entry in the SS58 registry.
pub const SS58_PREFIX: u16 = 42;

/// One token, in units.
pub const UNIT: Balance = 1_000_000_000_000;
/// A thousandth of a token.
pub const MILLI: Balance = UNIT / 1_000;
/// A millionth of a token.
pub const MICRO: Balance = MILLI / 1_000;

/// Least balance of an account that exists: what its entry in the state costs everybody for ever.
pub const EXISTENTIAL_DEPOSIT: Balance = 10 * MILLI;
/// Fee of an extrinsic that does nothing, before its length is counted.
pub const BASE_FEE: Balance = MILLI;
/// Fee of one encoded byte.
pub const BYTE_FEE: Balance = MICRO;

/// Deposit for state that somebody occupies: per item and per byte.
pub const fn deposit(items: u32, bytes: u32) -> Balance {
    (items as Balance) * 100 * MILLI + (bytes as Balance) * MILLI
}

parameter_types! {
    /// [`SS58_PREFIX`].
    pub const Ss58Prefix: u16 = SS58_PREFIX;
    /// [`EXISTENTIAL_DEPOSIT`].
    pub const ExistentialDeposit: Balance = EXISTENTIAL_DEPOSIT;
    /// Fee of one encoded byte.
    pub const TransactionByteFee: Balance = BYTE_FEE;
    /// Share of a block's normal weight above which fees rise and below which they fall.
    pub const TargetBlockFullness: Perquintill = Perquintill::from_percent(25);
    /// How fast they do: about 23 % a day at most, with blocks of 6 s.
    pub AdjustmentVariable: Multiplier = Multiplier::saturating_from_rational(75, 1_000_000);
    /// Floor of the multiplier. Not lower, so that an idle chain is not free to fill.
    pub MinimumMultiplier: Multiplier = Multiplier::saturating_from_rational(1, 10);
    /// Ceiling of the multiplier.
    pub MaximumMultiplier: Multiplier = Bounded::max_value();
}

/// The fee polynomial: linear in the weight, [`BASE_FEE`] for the weight of an empty extrinsic.
pub struct WeightToFee;

impl WeightToFeePolynomial for WeightToFee {
    type Balance = Balance;

    fn polynomial() -> WeightToFeeCoefficients<Self::Balance> {
        let base = Balance::from(ExtrinsicBaseWeight::get().ref_time());
        core::iter::once(WeightToFeeCoefficient {
            degree: 1,
            negative: false,
            coeff_integer: BASE_FEE / base,
            coeff_frac: Perbill::from_rational(BASE_FEE % base, base),
        })
        .collect()
    }
}

/// Fees follow the load of the blocks.
pub type FeeMultiplierUpdate = TargetedFeeAdjustment<
    Runtime,
    TargetBlockFullness,
    AdjustmentVariable,
    MinimumMultiplier,
    MaximumMultiplier,
>;

/// An amount that was taken from an account and is not yet anybody's.
pub type CreditOf = Credit<AccountId, Balances>;

/// The validators' part of a fee, in hundredths. The rest is the treasury's. It counts against what an era mints, so that filling
/// blocks with one's own transactions, or paying oneself for jobs, costs an author what it costs anybody.
const VALIDATORS_PERCENT: u32 = 20;
/// The treasury's part of a slash, in hundredths. The rest is burnt.
const TREASURY_SLASH_PERCENT: u32 = 50;

/// To the treasury.
pub type ToTreasury = ResolveTo<TreasuryAccount, Balances>;

/// To the author of the block. Without an author it is burnt.
pub struct ToAuthor;

impl OnUnbalanced<CreditOf> for ToAuthor {
    fn on_nonzero_unbalanced(amount: CreditOf) {
        let Some(author) = Authorship::author() else {
            return;
        };
        // What is below the existential deposit of a new account cannot be paid out and is burnt as well.
        let _ = <Balances as Balanced<AccountId>>::resolve(&author, amount);
    }
}

/// To the pot that pays a part of the era's payout.
pub type ToFeePot = ResolveTo<FeePotAccount, Balances>;

/// Fees go to the treasury but for a fifth, which goes to the fee pot; tips are the author's.
pub struct FeesAndTips;

impl OnUnbalanced<CreditOf> for FeesAndTips {
    fn on_unbalanceds(mut amounts: impl Iterator<Item = CreditOf>) {
        if let Some(fee) = amounts.next() {
            let (validators, treasury) = fee.ration(VALIDATORS_PERCENT, 100 - VALIDATORS_PERCENT);
            ToFeePot::on_unbalanced(validators);
            ToTreasury::on_unbalanced(treasury);
        }
        amounts.for_each(ToAuthor::on_unbalanced);
    }
}

/// Half of a slash goes to the treasury and half is burnt: nobody gains from another's conviction but by the game's own rewards.
pub struct Slashed;

impl OnUnbalanced<CreditOf> for Slashed {
    fn on_nonzero_unbalanced(amount: CreditOf) {
        let (treasury, _burnt) =
            amount.ration(TREASURY_SLASH_PERCENT, 100 - TREASURY_SLASH_PERCENT);
        ToTreasury::on_unbalanced(treasury);
    }
}
