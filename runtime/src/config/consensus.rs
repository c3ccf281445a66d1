//! Block production, finality, sessions and offences.
//!
//! The validators are those of genesis: [`StaticValidators`] keeps them until staking takes its place. They may rotate
//! their session keys; an equivocation is proved against the keys of its era and disables the offender until the next
//! session change, so far as the remaining validators can do without it.

use super::timing::{BondingSessions, BondingSlots};
use crate::{
    identity, AccountId, Babe, Balance, Balances, Historical, Offences, Runtime, RuntimeEvent,
    Session, SessionKeys, Timing,
};
use alloc::vec::Vec;
use frame_support::{
    parameter_types,
    traits::{ConstU32, KeyOwnerProofSystem},
    weights::{constants::ParityDbWeight, Weight},
};
use pallet_session::historical::{IdentificationTuple, NoteHistoricalRoot};
use sp_core::crypto::KeyTypeId;
use sp_runtime::{
    traits::{Convert, ConvertInto, OpaqueKeys},
    Perbill,
};
use sp_staking::{
    offence::{OffenceDetails, OffenceSeverity, OnOffenceHandler},
    SessionIndex,
};

/// Most validators of a session.
pub const MAX_AUTHORITIES: u32 = 1_000;

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
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type WeightInfo = ();
}

impl pallet_grandpa::Config for Runtime {
    type EquivocationReportSystem =
        pallet_grandpa::EquivocationReportSystem<Self, Offences, Historical, BondingSlots>;
    type KeyOwnerProof = sp_session::MembershipProof;
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
    type MaxNominators = ConstU32<0>;
    type MaxSetIdSessionEntries = BondingSessions;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = ();
}

impl pallet_authority_discovery::Config for Runtime {
    type MaxAuthorities = ConstU32<MAX_AUTHORITIES>;
}

impl pallet_authorship::Config for Runtime {
    type EventHandler = ();
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
    type SessionManager = NoteHistoricalRoot<Self, StaticValidators>;
    type ShouldEndSession = Babe;
    type ValidatorId = AccountId;
    type ValidatorIdOf = ConvertInto;
    type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
}

impl pallet_session::historical::Config for Runtime {
    type FullIdentification = ();
    type FullIdentificationOf = NoIdentification;
    type RuntimeEvent = RuntimeEvent;
}

impl pallet_offences::Config for Runtime {
    type IdentificationTuple = IdentificationTuple<Self>;
    type OnOffenceHandler = DisableOffenders;
    type RuntimeEvent = RuntimeEvent;
}

/// Nothing needs to be known of a validator beyond its account: exposures are staking's.
pub struct NoIdentification;

impl Convert<AccountId, Option<()>> for NoIdentification {
    fn convert(_: AccountId) -> Option<()> {
        Some(())
    }
}

/// Keeps the validators of genesis for ever.
///
/// They are named anew at the first session of each era, so that the record against which equivocations are proved
/// follows rotated keys; a session in between changes nothing.
pub struct StaticValidators;

impl StaticValidators {
    /// Whoever has session keys at genesis is a validator.
    fn of_genesis() -> Vec<AccountId> {
        pallet_session::NextKeys::<Runtime>::iter_keys().collect()
    }

    fn starts_era(session: SessionIndex) -> bool {
        session.checked_rem(Timing::timing().sessions_per_era) == Some(0)
    }
}

impl pallet_session::SessionManager<AccountId> for StaticValidators {
    fn new_session(session: SessionIndex) -> Option<Vec<AccountId>> {
        Self::starts_era(session).then(pallet_session::Validators::<Runtime>::get)
    }

    fn new_session_genesis(_: SessionIndex) -> Option<Vec<AccountId>> {
        Some(Self::of_genesis())
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

impl pallet_session::historical::SessionManager<AccountId, ()> for StaticValidators {
    fn new_session(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as pallet_session::SessionManager<_>>::new_session(session).map(identified)
    }

    fn new_session_genesis(session: SessionIndex) -> Option<Vec<(AccountId, ())>> {
        <Self as pallet_session::SessionManager<_>>::new_session_genesis(session).map(identified)
    }

    fn start_session(_: SessionIndex) {}

    fn end_session(_: SessionIndex) {}
}

fn identified(validators: Vec<AccountId>) -> Vec<(AccountId, ())> {
    validators
        .into_iter()
        .map(|validator| (validator, ()))
        .collect()
}

/// Takes a convicted validator out of the session. There is no stake to slash yet.
pub struct DisableOffenders;

impl<Reporter> OnOffenceHandler<Reporter, IdentificationTuple<Runtime>, Weight>
    for DisableOffenders
{
    fn on_offence(
        offenders: &[OffenceDetails<Reporter, IdentificationTuple<Runtime>>],
        slash_fraction: &[Perbill],
        _: SessionIndex,
    ) -> Weight {
        for (details, fraction) in offenders.iter().zip(slash_fraction) {
            let (validator, ()) = &details.offender;
            Session::report_offence(validator.clone(), OffenceSeverity(*fraction));
        }
        // Validators and disabled ones are read, the latter and a digest written.
        let each = ParityDbWeight::get().reads_writes(3, 2);
        each.saturating_mul(offenders.len() as u64)
    }
}
