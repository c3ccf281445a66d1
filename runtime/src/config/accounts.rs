//! Accounts of several people, and accounts that act for others.

use crate::{identity::deposit, Balance, Balances, Runtime, RuntimeCall, RuntimeEvent, System};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
    parameter_types,
    traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

parameter_types! {
    /// What a pending multisig call holds, and each of its signatories besides.
    pub const MultisigDeposit: Balance = deposit(1, 88);
    pub const SignatoryDeposit: Balance = deposit(0, 32);
    /// What an account's list of proxies holds, and each of them besides.
    pub const ProxyDeposit: Balance = deposit(1, 8);
    pub const EachProxyDeposit: Balance = deposit(0, 33);
    /// What an account's list of announcements holds, and each of them besides.
    pub const AnnouncementDeposit: Balance = deposit(1, 16);
    pub const EachAnnouncementDeposit: Balance = deposit(0, 68);
}

/// What a proxy may do for an account.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Everything.
    #[default]
    Any,
    /// Propose and vote.
    Governance,
    /// Submit and tend jobs, tend providers, challenge.
    Market,
    /// Validate and nominate, and what belongs to it.
    Staking,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        match self {
            Self::Any => true,
            Self::Governance => matches!(
                call,
                RuntimeCall::ConvictionVoting(..)
                    | RuntimeCall::Referenda(..)
                    | RuntimeCall::Preimage(..)
                    | RuntimeCall::TechnicalCommittee(..)
                    | RuntimeCall::Whitelist(..)
                    | RuntimeCall::Treasury(..)
            ),
            Self::Market => matches!(
                call,
                RuntimeCall::Providers(..) | RuntimeCall::Jobs(..) | RuntimeCall::Disputes(..)
            ),
            Self::Staking => matches!(
                call,
                RuntimeCall::Staking(..) | RuntimeCall::Session(..) | RuntimeCall::VoterList(..)
            ),
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        self == other || *self == Self::Any
    }
}

impl pallet_proxy::Config for Runtime {
    type AnnouncementDepositBase = AnnouncementDeposit;
    type AnnouncementDepositFactor = EachAnnouncementDeposit;
    type BlockNumberProvider = System;
    type CallHasher = BlakeTwo256;
    type Currency = Balances;
    type MaxPending = ConstU32<32>;
    type MaxProxies = ConstU32<32>;
    type ProxyDepositBase = ProxyDeposit;
    type ProxyDepositFactor = EachProxyDeposit;
    type ProxyType = ProxyType;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
    type BlockNumberProvider = System;
    type Currency = Balances;
    type DepositBase = MultisigDeposit;
    type DepositFactor = SignatoryDeposit;
    type MaxSignatories = ConstU32<100>;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
}
