//! The market: protocol parameters, providers, jobs, disputes.

use crate::{
    config::governance::origins::ParameterAdmin,
    identity::{Slashed, ToTreasury},
    AccountId, Balances, Jobs, Protocol, Providers, Runtime, RuntimeHoldReason, Signature, Timing,
};
use frame_support::traits::{ConstU32, EitherOf};
use frame_system::EnsureRoot;
use pallet_assay_timing::ExpectedBlockTime;

impl pallet_assay_protocol::Config for Runtime {
    type AdminOrigin = EitherOf<EnsureRoot<AccountId>, ParameterAdmin>;
    type BlockMillis = ExpectedBlockTime<Runtime>;
    type WeightInfo = pallet_assay_protocol::weights::MeasuredWeight<Runtime>;
}

impl pallet_assay_providers::Config for Runtime {
    type ChainTime = Timing;
    type Currency = Balances;
    type Protocol = Protocol;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = pallet_assay_providers::weights::MeasuredWeight<Runtime>;
}

impl pallet_assay_jobs::Config for Runtime {
    type AgendaPerBlock = ConstU32<256>;
    type BlockMillis = ExpectedBlockTime<Runtime>;
    type ChainTime = Timing;
    type Currency = Balances;
    type FeeDestination = ToTreasury;
    type Protocol = Protocol;
    type Providers = Providers;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SlashDestination = Slashed;
    type WeightInfo = pallet_assay_jobs::weights::MeasuredWeight<Runtime>;
}

impl pallet_assay_disputes::Config for Runtime {
    type BlockMillis = ExpectedBlockTime<Runtime>;
    type ChainTime = Timing;
    type Currency = Balances;
    type Jobs = Jobs;
    type MoveSignature = Signature;
    type Protocol = Protocol;
    type Providers = Providers;
    // A refund undoes a slash that a defect of ours has caused, so it takes the slowest track.
    type RefundOrigin = EnsureRoot<AccountId>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SlashDestination = Slashed;
    type WeightInfo = pallet_assay_disputes::weights::MeasuredWeight<Runtime>;
}
