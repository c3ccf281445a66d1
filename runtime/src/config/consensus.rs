//! Block production, finality, sessions and offences.
//!
//! The validators are staking's. They may rotate their session keys. An equivocation is proved against the keys of its era; it costs
//! the offender and its nominators stake, and disables the offender until the era's end so far as the remaining validators can do
//! without it. Who is offline only goes without era points.

use super::{
    staking::{Voters, MAX_VALIDATORS},
    timing::{BondingSessions, BondingSlots},
};
use crate::{
    identity, AccountId, Babe, Balance, Balances, Historical, Offences, Runtime, RuntimeEvent,
    Session, SessionKeys, Staking,
};
use frame_support::{
    parameter_types,
    traits::{ConstU32, KeyOwnerProofSystem},
};
use pallet_session::historical::{IdentificationTuple, NoteHistoricalRoot};
use sp_core::crypto::KeyTypeId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

parameter_types! {
    /// What setting session keys for the first time holds: one entry of about 128 bytes, and an owner entry per key.
    pub const KeyDeposit: Balance = identity::deposit(4, 256);
}

/// BABE's genesis: a quarter of the slots have a leader by lottery, the others a secondary one whose output is random
/// too, so that every slot has a block and every block feeds the randomness.
pub const BABE_GENESIS_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration =
    sp_consensus_babe::BabeEpochConfiguration {
        c: (1, 4),
        allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
    };

/// A proof that a key was a validator's in a past session.
type KeyOwnerProof =
    <Historical as KeyOwnerProofSystem<(KeyTypeId, sp_consensus_babe::AuthorityId)>>::Proof;

impl pallet_babe::Config for Runtime {
    type DisabledValidators = Session;
    type EpochChangeTrigger = pallet_babe::ExternalTrigger;
    type EpochDuration = pallet_assay_timing::EpochSlots<Runtime>;
    type EquivocationReportSystem =
        pallet_babe::EquivocationReportSystem<Self, Offences, Historical, BondingSlots>;
    type ExpectedBlockTime = pallet_assay_timing::ExpectedBlockTime<Runtime>;
    type KeyOwnerProof = KeyOwnerProof;
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
    type MaxNominators = Voters;
    type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, BondingSlots>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
    type MaxNominators = Voters;
    type MaxSetIdSessionEntries = BondingSessions;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}

impl pallet_authority_discovery::Config for Runtime {
    type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = Staking;
    type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
}

impl pallet_session::Config for Runtime {
    type Currency = Balances;
    type DisablingStrategy = pallet_session::disabling::UpToLimitWithReEnablingDisablingStrategy;
    type KeyDeposit = KeyDeposit;
    type Keys = SessionKeys;
    type NextSessionRotation = Babe;
    type RuntimeEvent = RuntimeEvent;
    type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
    type SessionManager = NoteHistoricalRoot<Self, Staking>;
    type ShouldEndSession = Babe;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
    type FullIdentification = ();
    type FullIdentificationOf = pallet_staking::UnitIdentificationOf<Self>;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = IdentificationTuple<Self>;
    type OnOffenceHandler = Staking;
    type RuntimeEvent = RuntimeEvent;
}
