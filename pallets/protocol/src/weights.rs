//! Weights that scripts/weights has measured and written.
//!
//! 2026-11-23, AMD EPYC: 2 steps, 50 repeats, Compiled Wasm, on the genesis of the development chain.

// measured with pallets/protocol 1376cc76348c47e2
// measured with primitives/commitment 7f890b7a89abb767
// measured with primitives/numerics b8024358426e865c
// measured with primitives/program 49d33203b462a050
// measured with primitives/protocol 18e13c3e48a22123
// measured with runtime 636e6b89f1ce8f19
// measured with Cargo.lock 7bdc6cdcad774e51
// not measured since: the read of the pace is added by hand in the call's weight; the rest checks more and calls nothing else

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::WeightInfo;

/// Measured weights, over the runtime's own database weights.
pub struct MeasuredWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {
    // Storage: `Protocol::Current` (r:1 w:1)
    // Proof: `Protocol::Current` (`max_values`: Some(1), `max_size`: Some(4), added: 499, mode: `MaxEncodedLen`)
    // Storage: `Protocol::Versions` (r:1 w:2)
    // Proof: `Protocol::Versions` (`max_values`: None, `max_size`: Some(320), added: 2795, mode: `MaxEncodedLen`)
    fn set_params() -> Weight {
        Weight::from_parts(16_795_000, 3_785).saturating_add(T::DbWeight::get().reads_writes(2, 3))
    }
}
