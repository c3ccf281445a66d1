//! The election of an era's validators: sequential Phragmén in the block that begins the era's last session but one.
//!
//! All of it happens within one block, so its input is bounded tightly: the voters with the largest stakes, and as many candidates.

use crate::{AccountId, Runtime, Staking, Timing};
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
/// Most voters of an election on any chain, candidates' votes for themselves included; see [`Voters`].
pub const MAX_VOTERS: u32 = 1_000;
/// Most accounts that may nominate. Those with the largest stakes vote.
pub const MAX_NOMINATORS: u32 = 20_000;

/// [`MAX_VALIDATORS`].
pub type MaxValidators = ConstU32<MAX_VALIDATORS>;

/// How many voters an election of this chain has at most, and so how many accounts may back one validator: a report of an equivocation,
/// which slashes all of them, weighs 0.4 ms for each and must fit into a block.
pub struct Voters;

impl Voters {
    /// In a chain whose slots are that long. An ordinary call may take somewhat less than a fifth of a slot.
    fn within(slot_ms: u64) -> u32 {
        let fit = u32::try_from(slot_ms / 3).unwrap_or(u32::MAX);
        fit.min(MAX_VOTERS)
    }
}

impl Get<u32> for Voters {
    fn get() -> u32 {
        Self::within(Timing::timing().slot_ms)
    }
}

/// The bounds of an election's input.
pub struct Bounds;

impl Get<ElectionBounds> for Bounds {
    fn get() -> ElectionBounds {
        ElectionBoundsBuilder::default()
            .voters_count(Voters::get().into())
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
