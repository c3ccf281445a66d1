//! The treasury: what it is paid, it keeps until referenda spend it.

use super::{
    origins::{Spender, Treasurer},
    periods, DAYS,
};
use crate::{AccountId, Balances, Runtime, RuntimeEvent, System};
use frame_support::{
    parameter_types,
    traits::{
        tokens::{PayFromAccount, UnityAssetBalanceConversion},
        ConstU32, EitherOf,
    },
    PalletId,
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::IdentityLookup, Permill};

parameter_types! {
    /// From which the treasury's account is derived.
    pub const TreasuryPalletId: PalletId = PalletId(*b"assay/tr");
    /// Nothing of it is burnt with time.
    pub const Burn: Permill = Permill::zero();
    /// The account that holds the treasury.
    pub TreasuryAccount: AccountId = crate::Treasury::account_id();
}

periods! {
    /// How often the old kind of spend is paid.
    SpendPeriod = DAYS;
    /// Within which an approved spend must be claimed.
    PayoutPeriod = 30 * DAYS;
}

impl pallet_treasury::Config for Runtime {
    type AssetKind = ();
    type BalanceConverter = UnityAssetBalanceConversion;
    type Beneficiary = AccountId;
    type BeneficiaryLookup = IdentityLookup<AccountId>;
    #[cfg(feature = "runtime-benchmarks")]
    type BenchmarkHelper = ();
    type BlockNumberProvider = System;
    type Burn = Burn;
    type BurnDestination = ();
    type Currency = Balances;
    type MaxApprovals = ConstU32<100>;
    type PalletId = TreasuryPalletId;
    type Paymaster = PayFromAccount<Balances, TreasuryAccount>;
    type PayoutPeriod = PayoutPeriod;
    type RejectOrigin = EitherOf<EnsureRoot<AccountId>, Treasurer>;
    type RuntimeEvent = RuntimeEvent;
    type SpendFunds = ();
    type SpendOrigin = Spender;
    type SpendPeriod = SpendPeriod;
    type WeightInfo = pallet_treasury::weights::SubstrateWeight<Runtime>;
}
