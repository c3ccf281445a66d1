//! The weights that the call and the hook need.

use frame_support::weights::Weight;

/// Weights of the call and the hook.
pub trait WeightInfo {
    /// Counting a block: the clock, and the event that time stands or runs again.
    fn on_initialize() -> Weight;
    /// [`Pallet::note_finalised`](crate::Pallet::note_finalised): the clock.
    fn note_finalised() -> Weight;
}

/// For tests.
impl WeightInfo for () {
    fn on_initialize() -> Weight {
        Weight::from_parts(10_000_000, 2_000)
    }
    fn note_finalised() -> Weight {
        Weight::from_parts(10_000_000, 2_000)
    }
}
