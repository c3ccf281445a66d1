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
    fn submit() -> Weight {
        Weight::from_parts(172_000_000, 5_664)
            .saturating_add(T::DbWeight::get().reads_writes(14, 7))
    }
    fn cancel() -> Weight {
        Weight::from_parts(148_000_000, 4_937)
            .saturating_add(T::DbWeight::get().reads_writes(11, 6))
    }
    fn top_up() -> Weight {
        Weight::from_parts(135_000_000, 9_326)
            .saturating_add(T::DbWeight::get().reads_writes(17, 5))
    }
    fn claim() -> Weight {
        Weight::from_parts(139_000_000, 9_696)
            .saturating_add(T::DbWeight::get().reads_writes(18, 5))
    }
    fn accept() -> Weight {
        Weight::from_parts(85_000_000, 9_147).saturating_add(T::DbWeight::get().reads_writes(16, 3))
    }
    fn decline() -> Weight {
        Weight::from_parts(167_000_000, 9_785)
            .saturating_add(T::DbWeight::get().reads_writes(18, 5))
    }
    fn commit_segment() -> Weight {
        Weight::from_parts(146_000_000, 9_731)
            .saturating_add(T::DbWeight::get().reads_writes(26, 5))
    }
    fn finalise_segment() -> Weight {
        Weight::from_parts(226_000_000, 11_149)
            .saturating_add(T::DbWeight::get().reads_writes(32, 9))
    }
    fn time_out_acceptance() -> Weight {
        Weight::from_parts(149_000_000, 9_821)
            .saturating_add(T::DbWeight::get().reads_writes(18, 5))
    }
    fn time_out_segment() -> Weight {
        Weight::from_parts(162_000_000, 9_976)
            .saturating_add(T::DbWeight::get().reads_writes(20, 6))
    }
    fn time_out_waiting() -> Weight {
        Weight::from_parts(121_000_000, 5_023)
            .saturating_add(T::DbWeight::get().reads_writes(11, 6))
    }
    fn clean_up_part() -> Weight {
        Weight::from_parts(150_000_000, 4_033)
            .saturating_add(T::DbWeight::get().reads_writes(6, 65))
    }
    fn clean_up_whole() -> Weight {
        Weight::from_parts(205_000_000, 4_266)
            .saturating_add(T::DbWeight::get().reads_writes(8, 69))
    }
    fn agenda_block() -> Weight {
        Weight::from_parts(17_000_000, 2_766).saturating_add(T::DbWeight::get().reads_writes(3, 1))
    }
}
