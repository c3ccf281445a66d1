//! The weights that the calls and their branches need, and which branch a call took.

use frame_support::{
    dispatch::{Pays, PostDispatchInfo},
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
    /// [`Pallet::finalise_segment`](crate::Pallet::finalise_segment), with the next one due and another starting.
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
