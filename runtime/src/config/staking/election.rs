//! The election of an era's validators: sequential Phragmén in the block that begins the era's last session but one.
//!
//! All of it happens within one block, so its input is bounded tightly: the voters with the largest stakes, and as many candidates.

use crate::{AccountId, Runtime, Staking};
use frame_election_provider_support::{
    bounds::{ElectionBounds, ElectionBoundsBuilder},
    onchain, SequentialPhragmen,
};
use frame_support::traits::{ConstBool, ConstU32, Get};
use sp_runtime::Perbill;

/// Most validators of a session.
pub const MAX_VALIDATORS: u32 = 100;
/// Most validators that one nominator names.
pub const MAX_NOMINATIONS: u32 = 16;
/// Most candidates of an election, and most accounts that may be candidates.
pub const MAX_CANDIDATES: u32 = 200;
/// Most voters of an election, candidates' votes for themselves included.
pub const MAX_VOTERS: u32 = 1_000;
/// Most accounts that may nominate. Those with the largest stakes vote.
pub const MAX_NOMINATORS: u32 = 20_000;

/// [`MAX_VALIDATORS`].
pub type MaxValidators = ConstU32<MAX_VALIDATORS>;

/// The bounds of an election's input.
pub struct Bounds;

impl Get<ElectionBounds> for Bounds {
    fn get() -> ElectionBounds {
        ElectionBoundsBuilder::default()
            .voters_count(MAX_VOTERS.into())
            .targets_count(MAX_CANDIDATES.into())
            .build()
    }
}

/// How an election is held.
pub struct ElectionConfig;

impl onchain::Config for ElectionConfig {
    type Bounds = Bounds;
    type DataProvider = Staking;
    // All voters may back one winner.
    type MaxBackersPerWinner = ConstU32<MAX_VOTERS>;
    type MaxWinnersPerPage = MaxValidators;
    type Solver = SequentialPhragmen<AccountId, Perbill>;
    type Sort = ConstBool<true>;
    type System = Runtime;
    type WeightInfo = frame_election_provider_support::weights::SubstrateWeight<Runtime>;
}
