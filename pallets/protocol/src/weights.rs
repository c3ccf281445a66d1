//! Weights of the calls: estimates from the storage they touch, until they are benchmarked.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the calls.
pub trait WeightInfo {
    /// [`Pallet::set_params`](crate::Pallet::set_params): reads the old version, writes the new one.
    fn set_params() -> Weight;
}

/// Estimates over the runtime's own database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    fn set_params() -> Weight {
        Weight::from_parts(20_000_000, 4_000).saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
}

impl WeightInfo for () {
    fn set_params() -> Weight {
        Weight::from_parts(20_000_000, 4_000)
    }
}
