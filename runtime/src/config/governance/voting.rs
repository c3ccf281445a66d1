//! Referenda, votes, the whitelist and the technical committee.

use super::{
    origins::{self, ReferendumCanceller, ReferendumKiller, WhitelistedCaller},
    periods, Tracks, DAYS, HOURS,
};
use crate::{
    config::system::BlockWeights,
    identity::{deposit, UNIT},
    AccountId, Balance, Balances, Preimage, Referenda, Runtime, RuntimeCall, RuntimeEvent,
    RuntimeOrigin, Scheduler, System, Treasury,
};
use frame_support::{
    parameter_types,
    traits::{tokens::currency::ActiveIssuanceOf, AsEnsureOriginWithArg, ConstU32, EitherOf, Get},
    weights::Weight,
};
use frame_system::{EnsureRoot, EnsureSigned};
use pallet_collective::{EnsureProportionAtLeast, Instance1, PrimeDefaultVote};
use sp_runtime::Perbill;

parameter_types! {
    /// What submitting a referendum holds, before its decision deposit.
    pub const SubmissionDeposit: Balance = 10 * UNIT + deposit(1, 256);
}

periods! {
    /// After which a referendum that nobody paid the decision deposit for ends.
    UndecidingTimeout = 14 * DAYS;
    /// How long a vote of conviction 1 stays locked after its referendum; higher ones double it.
    VoteLockingPeriod = 7 * DAYS;
    /// How long the committee votes on a motion.
    MotionDuration = 3 * DAYS;
    /// How long a whitelisted call that failed to be found may still be dispatched.
    DeferredDispatchExpiration = 24 * HOURS;
}

/// Most weight of a motion: half of a block.
pub struct MaxProposalWeight;

impl Get<Weight> for MaxProposalWeight {
    fn get() -> Weight {
        let weights: frame_system::limits::BlockWeights = BlockWeights::get();
        Perbill::from_percent(50) * weights.max_block
    }
}

/// Root, or two thirds of the technical committee.
type TwoThirdsOfCommittee =
    EitherOf<EnsureRoot<AccountId>, EnsureProportionAtLeast<AccountId, Instance1, 2, 3>>;

impl origins::Config for Runtime {}

impl pallet_conviction_voting::Config for Runtime {
    type BlockNumberProvider = System;
    type Currency = Balances;
    type MaxTurnout = ActiveIssuanceOf<Balances, AccountId>;
    type MaxVotes = ConstU32<512>;
    type Polls = Referenda;
    type RuntimeEvent = RuntimeEvent;
    type VoteLockingPeriod = VoteLockingPeriod;
    type VotingHooks = ();
    type WeightInfo = pallet_conviction_voting::weights::SubstrateWeight<Runtime>;
}

impl pallet_referenda::Config for Runtime {
    type AlarmInterval = ConstU32<1>;
    type BlockNumberProvider = System;
    type CancelOrigin = EitherOf<EnsureRoot<AccountId>, ReferendumCanceller>;
    type Currency = Balances;
    type KillOrigin = EitherOf<EnsureRoot<AccountId>, ReferendumKiller>;
    type MaxQueued = ConstU32<100>;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type Scheduler = Scheduler;
    type Slash = Treasury;
    type SubmissionDeposit = SubmissionDeposit;
    type SubmitOrigin = AsEnsureOriginWithArg<EnsureSigned<AccountId>>;
    type Tally = pallet_conviction_voting::TallyOf<Runtime>;
    type Tracks = Tracks;
    type UndecidingTimeout = UndecidingTimeout;
    type Votes = pallet_conviction_voting::VotesOf<Runtime>;
    type WeightInfo = pallet_referenda::weights::SubstrateWeight<Runtime>;
}

impl pallet_whitelist::Config for Runtime {
    type BlockNumberProvider = System;
    type DeferredDispatchExpiration = DeferredDispatchExpiration;
    type DispatchWhitelistedOrigin = EitherOf<EnsureRoot<AccountId>, WhitelistedCaller>;
    type Preimages = Preimage;
    type RuntimeCall = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type WeightInfo = pallet_whitelist::weights::SubstrateWeight<Runtime>;
    type WhitelistOrigin = TwoThirdsOfCommittee;
}

impl pallet_collective::Config<Instance1> for Runtime {
    type Consideration = ();
    type DefaultVote = PrimeDefaultVote;
    type DisapproveOrigin = TwoThirdsOfCommittee;
    type KillOrigin = EnsureRoot<AccountId>;
    type MaxMembers = ConstU32<50>;
    type MaxProposals = ConstU32<50>;
    type MaxProposalWeight = MaxProposalWeight;
    type MotionDuration = MotionDuration;
    type Proposal = RuntimeCall;
    type RuntimeEvent = RuntimeEvent;
    type RuntimeOrigin = RuntimeOrigin;
    // Its members are named by referendum alone.
    type SetMembersOrigin = EnsureRoot<AccountId>;
    type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
}
