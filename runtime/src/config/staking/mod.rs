//! Nominated proof of stake: who is a validator, what it earns and what it loses.
//!
//! | file | subject |
//! |---|---|
//! | `election` | the validators of an era, elected on the chain |
//! | `bags` | voters roughly by stake, so that an election takes the largest |
//! | `payout` | what an era mints, and the fees that count against it |
//!
//! `pallet-staking` is deprecated upstream in favour of a pallet for Asset Hub, which needs a relay chain; this chain has none, so
//! it stays with the classic one. Nothing outside this folder depends on it.

mod bags;
mod election;
mod payout;

pub use election::{Voters, MAX_CANDIDATES, MAX_NOMINATORS, MAX_VALIDATORS, MAX_VOTERS};
pub use payout::{EraPayout, FeePotAccount};

use super::timing::{BONDING_ERAS, SLASH_DEFER_ERAS};
use crate::{
    identity::Slashed, AccountId, Balance, Balances, Runtime, RuntimeEvent, RuntimeHoldReason,
    Session, Staking, Timestamp, VoterList,
};
use election::{ElectionConfig, MaxValidators, MAX_NOMINATIONS};
use frame_election_provider_support::onchain::OnChainExecution;
use frame_support::traits::{ConstU32, Nothing};
use frame_system::EnsureRoot;
use pallet_staking::{FixedNominationsQuota, UseValidatorsMap};

/// Most nominators that one payout pays.
const EXPOSURE_PAGE: u32 = 64;
/// Eras of which rewards can be claimed.
const HISTORY_ERAS: u32 = 84;

impl pallet_staking::Config for Runtime {
    // Through the whitelist root is fast enough to cancel a slash before it is taken.
    type AdminOrigin = EnsureRoot<AccountId>;
    type BenchmarkingConfig = BenchmarkingConfig;
    type BondingDuration = ConstU32<BONDING_ERAS>;
    type Currency = Balances;
    type CurrencyBalance = Balance;
    type CurrencyToVote = sp_staking::currency_to_vote::U128CurrencyToVote;
    type ElectionProvider = OnChainExecution<ElectionConfig>;
    type EraPayout = EraPayout;
    type EventListeners = ();
    type Filter = Nothing;
    type GenesisElectionProvider = OnChainExecution<ElectionConfig>;
    type HistoryDepth = ConstU32<HISTORY_ERAS>;
    type MaxControllersInDeprecationBatch = ConstU32<0>;
    type MaxExposurePageSize = ConstU32<EXPOSURE_PAGE>;
    type MaxUnlockingChunks = ConstU32<32>;
    type MaxValidatorSet = MaxValidators;
    type NextNewSession = Session;
    type NominationsQuota = FixedNominationsQuota<MAX_NOMINATIONS>;
    type OldCurrency = Balances;
    // Rewards are minted.
    type Reward = ();
    type RewardRemainder = ();
    type RuntimeEvent = RuntimeEvent;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SessionInterface = Self;
    type SessionsPerEra = pallet_assay_timing::SessionsPerEra<Runtime>;
    type Slash = Slashed;
    type SlashDeferDuration = ConstU32<SLASH_DEFER_ERAS>;
    type TargetList = UseValidatorsMap<Self>;
    type UnixTime = Timestamp;
    type VoterList = VoterList;
    type WeightInfo = pallet_staking::weights::SubstrateWeight<Runtime>;
}

impl pallet_bags_list::Config for Runtime {
    type BagThresholds = bags::Thresholds;
    type MaxAutoRebagPerBlock = ConstU32<4>;
    type RuntimeEvent = RuntimeEvent;
    type Score = frame_election_provider_support::VoteWeight;
    type ScoreProvider = Staking;
    type WeightInfo = pallet_bags_list::weights::SubstrateWeight<Runtime>;
}

/// Sizes of the staking pallet's own benchmarks.
pub struct BenchmarkingConfig;

impl pallet_staking::BenchmarkingConfig for BenchmarkingConfig {
    type MaxNominators = ConstU32<MAX_VOTERS>;
    type MaxValidators = MaxValidators;
}
