//! Weights that scripts/weights has measured and written.
//!
//! 2026-11-23, AMD EPYC: 2 steps, 50 repeats, Compiled Wasm, on the genesis of the development chain.

// measured with pallets/timing ad231a633785f9c8
// measured with runtime 636e6b89f1ce8f19
// measured with Cargo.lock fc063d54a007f840
// not measured since: parameters of the benchmarks are valid at the chain's pace; calls do what they did

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::WeightInfo;

/// Measured weights, over the runtime's own database weights.
pub struct MeasuredWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {
    // Storage: `Timing::ChainClock` (r:1 w:1)
    // Proof: `Timing::ChainClock` (`max_values`: Some(1), `max_size`: Some(53), added: 548, mode: `MaxEncodedLen`)
    fn on_initialize() -> Weight {
        Weight::from_parts(5_988_000, 1_538).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Timing::ChainClock` (r:1 w:1)
    // Proof: `Timing::ChainClock` (`max_values`: Some(1), `max_size`: Some(53), added: 548, mode: `MaxEncodedLen`)
    fn note_finalised() -> Weight {
        Weight::from_parts(7_030_000, 1_538).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
}
