//! Weights of the call and the hook: estimates from the storage they touch, until they are benchmarked.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the call and the hook.
pub trait WeightInfo {
    /// Counting a block: the clock, and the event that time stands or runs again.
    fn on_initialize() -> Weight;
    /// [`Pallet::note_finalised`](crate::Pallet::note_finalised): the clock.
    fn note_finalised() -> Weight;
}

/// Estimates over the runtime's own database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

fn estimate<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(1_000_000), 2_000)
        .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    fn on_initialize() -> Weight {
        estimate::<T>(10, 2, 2)
    }
    fn note_finalised() -> Weight {
        estimate::<T>(10, 1, 1)
    }
}

impl WeightInfo for () {
    fn on_initialize() -> Weight {
        Weight::from_parts(10_000_000, 2_000)
    }
    fn note_finalised() -> Weight {
        Weight::from_parts(10_000_000, 2_000)
    }
}
