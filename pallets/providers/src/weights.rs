//! Weights of the calls: estimates from the storage they touch, until they are benchmarked.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the calls.
pub trait WeightInfo {
    /// [`Pallet::register`](crate::Pallet::register): provider, operator, parameters, account and holds.
    fn register() -> Weight;
    /// [`Pallet::update`](crate::Pallet::update): provider.
    fn update() -> Weight;
    /// [`Pallet::set_operator`](crate::Pallet::set_operator): provider, both operators.
    fn set_operator() -> Weight;
    /// [`Pallet::add_stake`](crate::Pallet::add_stake): provider, account and holds.
    fn add_stake() -> Weight;
    /// [`Pallet::unregister`](crate::Pallet::unregister): provider, parameters.
    fn unregister() -> Weight;
    /// [`Pallet::withdraw`](crate::Pallet::withdraw): provider, operator, account and holds.
    fn withdraw() -> Weight;
}

/// Estimates over the runtime's own database weights.
pub struct EstimatedWeight<T>(PhantomData<T>);

fn estimate<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(1_000_000), 8_000)
        .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    fn register() -> Weight {
        estimate::<T>(60, 6, 4)
    }
    fn update() -> Weight {
        estimate::<T>(20, 1, 1)
    }
    fn set_operator() -> Weight {
        estimate::<T>(25, 3, 3)
    }
    fn add_stake() -> Weight {
        estimate::<T>(50, 3, 3)
    }
    fn unregister() -> Weight {
        estimate::<T>(25, 3, 1)
    }
    fn withdraw() -> Weight {
        estimate::<T>(60, 4, 4)
    }
}

impl WeightInfo for () {
    fn register() -> Weight {
        Weight::from_parts(60_000_000, 8_000)
    }
    fn update() -> Weight {
        Weight::from_parts(20_000_000, 8_000)
    }
    fn set_operator() -> Weight {
        Weight::from_parts(25_000_000, 8_000)
    }
    fn add_stake() -> Weight {
        Weight::from_parts(50_000_000, 8_000)
    }
    fn unregister() -> Weight {
        Weight::from_parts(25_000_000, 8_000)
    }
    fn withdraw() -> Weight {
        Weight::from_parts(60_000_000, 8_000)
    }
}
