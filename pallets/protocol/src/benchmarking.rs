//! Benchmarks, and parameters that make the pallets' work as heavy as it can be.

#![allow(clippy::arithmetic_side_effects)] // Small numbers of our own.

use alloc::boxed::Box;

use assay_protocol::{Params, MAX_INTERVALS_PER_SEGMENT, MAX_PIPELINE, MAX_SEGMENTS};
use frame_benchmarking::v2::*;
use frame_support::{pallet_prelude::DispatchResult, traits::EnsureOrigin};

use crate::{Call, Config, Current, Pallet, Versions};

/// The main chain's parameters, as wide as their bounds are where that makes a call heavier, and valid with blocks of a second
/// or longer.
pub const fn widest() -> Params {
    let mut params = Params::main();
    params.segments.pipeline_limit = MAX_PIPELINE;
    params.limits.max_segments = MAX_SEGMENTS;
    params.limits.max_intervals_per_segment = MAX_INTERVALS_PER_SEGMENT;
    params.limits.max_seconds_per_segment = params.segments.challenge_window;
    params.limits.max_seconds_per_interval = params.disputes.move_allowance / 16;
    // The largest program, so often, in so few seconds.
    params.limits.reference_gpu.nanos_per_node = 1;
    params.disputes.running_games = 16;
    params
}

/// Puts [`widest`] in force under a new version, so that whoever has pinned another reads one version more.
pub fn set_widest<T: Config>() -> DispatchResult {
    Pallet::<T>::do_set_params(widest())
}

#[benchmarks]
mod benchmarks {
    use super::*;

    /// Nobody has pinned the old version, which is removed.
    #[benchmark]
    fn set_params() -> Result<(), BenchmarkError> {
        let origin =
            T::AdminOrigin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
        set_widest::<T>()?;
        let old = Current::<T>::get();
        #[extrinsic_call]
        _(origin as T::RuntimeOrigin, Box::new(widest()));
        assert!(Current::<T>::get() > old && !Versions::<T>::contains_key(old));
        Ok(())
    }

    impl_benchmark_test_suite!(Pallet, crate::benchmarking::chain(), crate::mock::Test);
}

/// A chain at its genesis.
#[cfg(test)]
fn chain() -> sp_io::TestExternalities {
    use sp_runtime::BuildStorage;
    let genesis = crate::mock::RuntimeGenesisConfig::default();
    genesis.build_storage().unwrap().into()
}
