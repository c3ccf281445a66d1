//! Weights that scripts/weights has measured and written.
//!
//! 2026-11-23, AMD EPYC: 2 steps, 50 repeats, Compiled Wasm, on the genesis of the development chain.

// measured with pallets/protocol 6a40ad06a8dd8d31
// measured with primitives/commitment 7f890b7a89abb767
// measured with primitives/numerics b8024358426e865c
// measured with primitives/program 49d33203b462a050
// measured with primitives/protocol 5e10f502fed97c66
// measured with runtime cfd72cd2a0cdca2c
// measured with Cargo.lock 7bdc6cdcad774e51
// not measured since: one more comparison of two numbers when parameters are set, of none in other calls

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
