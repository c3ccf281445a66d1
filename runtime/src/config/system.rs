//! System, timestamp and utility: limits of a block, versions, the clock.

use crate::{
    identity::Ss58Prefix, migrations::SingleBlockMigrations, AccountId, Babe, Balance, Block,
    BlockNumber, Hash, Nonce, OriginCaller, PalletInfo, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, RuntimeTask, Timing, UncheckedExtrinsic, VERSION,
};
use frame_support::{
    derive_impl,
    dispatch::DispatchClass,
    parameter_types,
    traits::Get,
    weights::{
        constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS},
        Weight,
    },
};
use frame_system::limits;
use pallet_assay_timing::MinimumPeriod;
use sp_runtime::{traits::AccountIdLookup, Perbill};
use sp_version::RuntimeVersion;

/// Most bytes of a block's extrinsics. A node proposes no more than this either.
pub const MAX_BLOCK_LENGTH: u32 = 5 * 1024 * 1024;
/// Share of a block, by weight and by length, that ordinary calls may fill. The rest is for operational calls.
pub const NORMAL_SHARE: Perbill = Perbill::from_percent(60);
/// A block may take this part of a slot to execute, on the reference machine: the rest is for making it, sending it
/// and voting on it.
const SLOTS_PER_EXECUTION: u64 = 3;

parameter_types! {
    /// Blocks whose hash the chain remembers, which bounds the mortality of an extrinsic.
    pub const BlockHashCount: BlockNumber = 4_096;
    /// The version of the runtime.
    pub const Version: RuntimeVersion = VERSION;
    /// Lengths of a block, see [`MAX_BLOCK_LENGTH`] and [`NORMAL_SHARE`].
    pub BlockLength: limits::BlockLength = limits::BlockLength::builder()
        .max_length(MAX_BLOCK_LENGTH)
        .modify_max_length_for_class(DispatchClass::Normal, |length| *length = NORMAL_SHARE * MAX_BLOCK_LENGTH)
        .build();
}

/// Weights of a block: a third of a slot, whatever the slot is on this chain, [`NORMAL_SHARE`] for ordinary calls.
pub struct BlockWeights;

impl Get<limits::BlockWeights> for BlockWeights {
    fn get() -> limits::BlockWeights {
        let execution_ms = Timing::timing().slot_ms / SLOTS_PER_EXECUTION;
        let ref_time = WEIGHT_REF_TIME_PER_MILLIS.saturating_mul(execution_ms);
        limits::BlockWeights::with_sensible_defaults(
            Weight::from_parts(ref_time, u64::MAX),
            NORMAL_SHARE,
        )
    }
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
    type AccountData = pallet_balances::AccountData<Balance>;
    type AccountId = AccountId;
    type Block = Block;
    type BlockHashCount = BlockHashCount;
    type BlockLength = BlockLength;
    type BlockWeights = BlockWeights;
    type DbWeight = ParityDbWeight;
    type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
    type Hash = Hash;
    type Lookup = AccountIdLookup<AccountId, ()>;
    type MaxConsumers = frame_support::traits::ConstU32<64>;
    type Nonce = Nonce;
    type SS58Prefix = Ss58Prefix;
    type SingleBlockMigrations = SingleBlockMigrations;
    type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
    type Version = Version;
}

impl pallet_timestamp::Config for Runtime {
    type MinimumPeriod = MinimumPeriod<Runtime>;
    type Moment = u64;
    type OnTimestampSet = Babe;
    type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl pallet_utility::Config for Runtime {
    type PalletsOrigin = OriginCaller;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

// Reports of equivocations are bare extrinsics that the node's own runtime makes.

impl<C> frame_system::offchain::CreateTransactionBase<C> for Runtime
where
    RuntimeCall: From<C>,
{
    type Extrinsic = UncheckedExtrinsic;
    type RuntimeCall = RuntimeCall;
}

impl<C> frame_system::offchain::CreateBare<C> for Runtime
where
    RuntimeCall: From<C>,
{
    fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
        UncheckedExtrinsic::new_bare(call)
    }
}
