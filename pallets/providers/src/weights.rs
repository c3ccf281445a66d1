//! Weights that scripts/weights has measured and written.
//!
//! 2026-11-23, AMD EPYC: 2 steps, 50 repeats, Compiled Wasm, on the genesis of the development chain.

// measured with pallets/protocol 1376cc76348c47e2
// measured with pallets/providers 7c1a96734eb80903
// measured with primitives/commitment 7f890b7a89abb767
// measured with primitives/numerics b8024358426e865c
// measured with primitives/program 49d33203b462a050
// measured with primitives/protocol 18e13c3e48a22123
// measured with runtime 636e6b89f1ce8f19
// measured with Cargo.lock 7bdc6cdcad774e51
// not measured since: parameters of the benchmarks are valid at the chain's pace; calls do what they did

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::WeightInfo;

/// Measured weights, over the runtime's own database weights.
pub struct MeasuredWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    // Storage: `Providers::Operators` (r:1 w:1)
    // Proof: `Providers::Operators` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    // Storage: `Protocol::Current` (r:1 w:0)
    // Proof: `Protocol::Current` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Protocol::Versions` (r:1 w:0)
    // Proof: `Protocol::Versions` (`max_values`: None, `max_size`: Some(320), added: 2795, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
    // Storage: `Timing::ChainClock` (r:1 w:0)
    // Proof: `Timing::ChainClock` (`max_values`: Some(1), `max_size`: Some(53), added: 548, mode: `MaxEncodedLen`)
    fn register() -> Weight {
        Weight::from_parts(74_230_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(7, 4))
    }
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    fn update() -> Weight {
        Weight::from_parts(13_250_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(1, 1))
    }
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    // Storage: `Providers::Operators` (r:1 w:2)
    // Proof: `Providers::Operators` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn set_operator() -> Weight {
        Weight::from_parts(20_701_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(2, 3))
    }
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
    fn add_stake() -> Weight {
        Weight::from_parts(60_760_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(3, 3))
    }
    // Storage: `Protocol::Current` (r:1 w:0)
    // Proof: `Protocol::Current` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Protocol::Versions` (r:1 w:0)
    // Proof: `Protocol::Versions` (`max_values`: None, `max_size`: Some(320), added: 2795, mode: `MaxEncodedLen`)
    // Storage: `Timing::ChainClock` (r:1 w:0)
    // Proof: `Timing::ChainClock` (`max_values`: Some(1), `max_size`: Some(53), added: 548, mode: `MaxEncodedLen`)
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    fn unregister() -> Weight {
        Weight::from_parts(22_383_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(4, 1))
    }
    // Storage: `Providers::Providers` (r:1 w:1)
    // Proof: `Providers::Providers` (`max_values`: None, `max_size`: Some(468), added: 2943, mode: `MaxEncodedLen`)
    // Storage: `Timing::ChainClock` (r:1 w:0)
    // Proof: `Timing::ChainClock` (`max_values`: Some(1), `max_size`: Some(53), added: 548, mode: `MaxEncodedLen`)
    // Storage: `Providers::HeldSlashes` (r:1 w:0)
    // Proof: `Providers::HeldSlashes` (`max_values`: None, `max_size`: Some(52), added: 2527, mode: `MaxEncodedLen`)
    // Storage: `System::Account` (r:1 w:1)
    // Proof: `System::Account` (`max_values`: None, `max_size`: Some(128), added: 2603, mode: `MaxEncodedLen`)
    // Storage: `Balances::Holds` (r:1 w:1)
    // Proof: `Balances::Holds` (`max_values`: None, `max_size`: Some(265), added: 2740, mode: `MaxEncodedLen`)
    // Storage: `Providers::Operators` (r:0 w:1)
    // Proof: `Providers::Operators` (`max_values`: None, `max_size`: Some(80), added: 2555, mode: `MaxEncodedLen`)
    fn withdraw() -> Weight {
        Weight::from_parts(74_571_000, 3_933).saturating_add(T::DbWeight::get().reads_writes(5, 4))
    }
}
