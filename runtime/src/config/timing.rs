//! The pace of the chain, chain time, and what other configurations derive from them.

use crate::{Runtime, Timing};
use frame_support::traits::Get;

impl pallet_assay_timing::Config for Runtime {
    type WeightInfo = pallet_assay_timing::weights::MeasuredWeight<Runtime>;
}

/// Eras for which stake stays bonded, and so the time in which an equivocation can be reported.
pub const BONDING_ERAS: u32 = 28;
/// Eras after which a slash is taken, within which governance may cancel it.
pub const SLASH_DEFER_ERAS: u32 = 27;

/// Sessions that lie within [`BONDING_ERAS`].
pub struct BondingSessions;

impl Get<u64> for BondingSessions {
    fn get() -> u64 {
        u64::from(BONDING_ERAS.saturating_mul(Timing::timing().sessions_per_era))
    }
}

/// Slots that lie within [`BONDING_ERAS`].
pub struct BondingSlots;

impl Get<u64> for BondingSlots {
    fn get() -> u64 {
        BondingSessions::get().saturating_mul(Timing::timing().epoch_slots.into())
    }
}
