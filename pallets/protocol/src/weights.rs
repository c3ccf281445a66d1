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
    fn set_params() -> Weight {
        Weight::from_parts(23_000_000, 411).saturating_add(T::DbWeight::get().reads_writes(2, 3))
    }
}
