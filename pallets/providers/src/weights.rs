//! Weights measured in the runtime's Wasm under the node's executor, over the state of FRAME's benchmarks, on a machine that had
//! other work. scripts/weights writes this file anew.
//!
//! 2026-11-22, AMD EPYC, two cores: CPU time, the least of five medians of 50 repeats, on the genesis of the
//! development chain.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::WeightInfo;

/// Measured weights, over the runtime's own database weights.
pub struct MeasuredWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {
    fn register() -> Weight {
        Weight::from_parts(85_000_000, 572).saturating_add(T::DbWeight::get().reads_writes(7, 4))
    }
    fn update() -> Weight {
        Weight::from_parts(22_000_000, 569).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    fn set_operator() -> Weight {
        Weight::from_parts(30_000_000, 637).saturating_add(T::DbWeight::get().reads_writes(2, 3))
    }
    fn add_stake() -> Weight {
        Weight::from_parts(74_000_000, 727).saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
    fn unregister() -> Weight {
        Weight::from_parts(29_000_000, 996).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    fn withdraw() -> Weight {
        Weight::from_parts(71_000_000, 882).saturating_add(T::DbWeight::get().reads_writes(5, 4))
    }
}
