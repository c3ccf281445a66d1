//! The weights that the call needs.

use frame_support::weights::Weight;

/// Weights of the calls.
pub trait WeightInfo {
    /// [`Pallet::set_params`](crate::Pallet::set_params): reads the old version, writes the new one.
    fn set_params() -> Weight;
}

/// For tests.
impl WeightInfo for () {
    fn set_params() -> Weight {
        Weight::from_parts(20_000_000, 4_000)
    }
}
