//! Weights of the calls: estimates from the storage they touch, until they are benchmarked.

use core::marker::PhantomData;
use frame_support::{
    dispatch::{Pays, PostDispatchInfo},
    traits::Get,
    weights::Weight,
};

use crate::{
    types::{CleanUp, Clock},
    Config,
};

/// Weights of the calls, and of their branches where these differ much.
pub trait WeightInfo {
    /// [`Pallet::submit`](crate::Pallet::submit).
    fn submit() -> Weight;
    /// [`Pallet::cancel`](crate::Pallet::cancel), ending the job at once.
    fn cancel() -> Weight;
    /// [`Pallet::top_up`](crate::Pallet::top_up), resuming the job.
    fn top_up() -> Weight;
    /// [`Pallet::claim`](crate::Pallet::claim).
    fn claim() -> Weight;
    /// [`Pallet::accept`](crate::Pallet::accept).
    fn accept() -> Weight;
    /// [`Pallet::decline`](crate::Pallet::decline), with a slash.
    fn decline() -> Weight;
    /// [`Pallet::commit_segment`](crate::Pallet::commit_segment), starting the next segment.
    fn commit_segment() -> Weight;
    /// [`Pallet::finalise_segment`](crate::Pallet::finalise_segment), ending the job.
    fn finalise_segment() -> Weight;
    /// An assigned provider that was silent.
    fn time_out_acceptance() -> Weight;
    /// A segment that is late.
    fn time_out_segment() -> Weight;
    /// An open or paused job whose time is over.
    fn time_out_waiting() -> Weight;
    /// A clean-up of a part of the segments.
    fn clean_up_part() -> Weight;
    /// A clean-up of the last segments and the record.
    fn clean_up_whole() -> Weight;
    /// Reading one block's agenda.
    fn agenda_block() -> Weight;

    /// The heaviest branch of [`Pallet::time_out`](crate::Pallet::time_out).
    fn time_out() -> Weight {
        Self::time_out_acceptance()
            .max(Self::time_out_segment())
            .max(Self::time_out_waiting())
    }

    /// The heavier branch of [`Pallet::clean_up`](crate::Pallet::clean_up).
    fn clean_up() -> Weight {
        Self::clean_up_part().max(Self::clean_up_whole())
    }
}

/// The path that a call took.
pub(crate) trait Branch {
    /// Its weight.
    fn weight<T: Config>(&self) -> Weight;

    /// What a call that took it is charged: its weight, and no fee.
    fn free_of_charge<T: Config>(&self) -> PostDispatchInfo {
        PostDispatchInfo {
            actual_weight: Some(self.weight::<T>()),
            pays_fee: Pays::No,
        }
    }
}

impl Branch for Clock {
    fn weight<T: Config>(&self) -> Weight {
        match self {
            Self::Acceptance => T::WeightInfo::time_out_acceptance(),
            Self::Segment(_) => T::WeightInfo::time_out_segment(),
            Self::Waiting => T::WeightInfo::time_out_waiting(),
        }
    }
}

impl Branch for CleanUp {
    fn weight<T: Config>(&self) -> Weight {
        match self {
            Self::Part => T::WeightInfo::clean_up_part(),
            Self::Whole => T::WeightInfo::clean_up_whole(),
        }
    }
}

/// Estimates over the runtime's own database weights.
///
/// A job is a record, a state and a version of the parameters (three reads, and the current version's number); money
/// moved is an account and its holds (two of each per account); the agenda is one entry read and written.
pub struct EstimatedWeight<T>(PhantomData<T>);

fn estimate<T: frame_system::Config>(micros: u64, reads: u64, writes: u64) -> Weight {
    Weight::from_parts(micros.saturating_mul(1_000_000), 16_000)
        .saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

impl<T: frame_system::Config> WeightInfo for EstimatedWeight<T> {
    fn submit() -> Weight {
        estimate::<T>(150, 6, 7)
    }
    fn cancel() -> Weight {
        estimate::<T>(100, 9, 6)
    }
    fn top_up() -> Weight {
        estimate::<T>(110, 8, 5)
    }
    fn claim() -> Weight {
        estimate::<T>(110, 9, 5)
    }
    fn accept() -> Weight {
        estimate::<T>(70, 6, 3)
    }
    fn decline() -> Weight {
        estimate::<T>(130, 9, 5)
    }
    fn commit_segment() -> Weight {
        estimate::<T>(150, 9, 5)
    }
    fn finalise_segment() -> Weight {
        estimate::<T>(200, 13, 9)
    }
    fn time_out_acceptance() -> Weight {
        estimate::<T>(130, 9, 5)
    }
    fn time_out_segment() -> Weight {
        estimate::<T>(140, 10, 6)
    }
    fn time_out_waiting() -> Weight {
        estimate::<T>(100, 9, 6)
    }
    fn clean_up_part() -> Weight {
        estimate::<T>(100, 4, CHUNK_WRITES)
    }
    fn clean_up_whole() -> Weight {
        estimate::<T>(140, 6, CHUNK_WRITES.saturating_add(5))
    }
    fn agenda_block() -> Weight {
        estimate::<T>(10, 2, 2)
    }
}

/// Segments removed by one clean-up, and the job's state.
const CHUNK_WRITES: u64 = crate::clean_up::CHUNK as u64 + 1;

/// Weights that differ by branch and cost no database: for tests.
impl WeightInfo for () {
    fn submit() -> Weight {
        Weight::from_parts(150_000_000, 0)
    }
    fn cancel() -> Weight {
        Weight::from_parts(100_000_000, 0)
    }
    fn top_up() -> Weight {
        Weight::from_parts(110_000_000, 0)
    }
    fn claim() -> Weight {
        Weight::from_parts(110_000_000, 0)
    }
    fn accept() -> Weight {
        Weight::from_parts(70_000_000, 0)
    }
    fn decline() -> Weight {
        Weight::from_parts(130_000_000, 0)
    }
    fn commit_segment() -> Weight {
        Weight::from_parts(150_000_000, 0)
    }
    fn finalise_segment() -> Weight {
        Weight::from_parts(200_000_000, 0)
    }
    fn time_out_acceptance() -> Weight {
        Weight::from_parts(130_000_000, 0)
    }
    fn time_out_segment() -> Weight {
        Weight::from_parts(140_000_000, 0)
    }
    fn time_out_waiting() -> Weight {
        Weight::from_parts(100_000_000, 0)
    }
    fn clean_up_part() -> Weight {
        Weight::from_parts(100_000_000, 0)
    }
    fn clean_up_whole() -> Weight {
        Weight::from_parts(140_000_000, 0)
    }
    fn agenda_block() -> Weight {
        Weight::from_parts(10_000_000, 0)
    }
}
