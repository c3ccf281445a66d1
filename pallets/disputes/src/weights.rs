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
    fn open() -> Weight {
        Weight::from_parts(210_000_000, 4_726)
            .saturating_add(T::DbWeight::get().reads_writes(18, 12))
    }
    fn start() -> Weight {
        Weight::from_parts(222_000_000, 12_312)
            .saturating_add(T::DbWeight::get().reads_writes(36, 17))
    }
    fn play_enter() -> Weight {
        Weight::from_parts(130_000_000, 3_792)
            .saturating_add(T::DbWeight::get().reads_writes(11, 3))
    }
    fn play_open() -> Weight {
        Weight::from_parts(193_000_000, 3_989)
            .saturating_add(T::DbWeight::get().reads_writes(11, 3))
    }
    fn play_reveal() -> Weight {
        Weight::from_parts(163_000_000, 4_379)
            .saturating_add(T::DbWeight::get().reads_writes(11, 3))
    }
    fn play_name() -> Weight {
        Weight::from_parts(153_000_000, 6_232)
            .saturating_add(T::DbWeight::get().reads_writes(11, 3))
    }
    fn play_prove() -> Weight {
        Weight::from_parts(2_764_000_000, 4_402)
            .saturating_add(T::DbWeight::get().reads_writes(11, 0))
    }
    fn play_show_slot() -> Weight {
        Weight::from_parts(73_000_000, 3_931).saturating_add(T::DbWeight::get().reads_writes(11, 0))
    }
    fn verify_signature() -> Weight {
        Weight::from_parts(164_000_000, 569).saturating_add(T::DbWeight::get().reads_writes(1, 0))
    }
    fn expire() -> Weight {
        Weight::from_parts(59_000_000, 4_450).saturating_add(T::DbWeight::get().reads_writes(11, 0))
    }
    fn acquit() -> Weight {
        Weight::from_parts(372_000_000, 18_659)
            .saturating_add(T::DbWeight::get().reads_writes(61, 25))
    }
    fn convict() -> Weight {
        Weight::from_parts(804_000_000, 24_778)
            .saturating_add(T::DbWeight::get().reads_writes(117, 92))
    }
    fn pull() -> Weight {
        Weight::from_parts(149_000_000, 1_048).saturating_add(T::DbWeight::get().reads_writes(7, 7))
    }
    fn settle_slash() -> Weight {
        Weight::from_parts(84_000_000, 2_681).saturating_add(T::DbWeight::get().reads_writes(8, 6))
    }
    fn refund_slash() -> Weight {
        Weight::from_parts(83_000_000, 808).saturating_add(T::DbWeight::get().reads_writes(5, 5))
    }
    fn clean_up() -> Weight {
        Weight::from_parts(95_000_000, 930).saturating_add(T::DbWeight::get().reads_writes(7, 7))
    }
}
