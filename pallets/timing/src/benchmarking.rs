//! Benchmarks.

#![allow(clippy::arithmetic_side_effects)] // Small numbers of our own.

use frame_benchmarking::v2::*;
use frame_support::traits::Hooks;
use frame_system::{pallet_prelude::BlockNumberFor, RawOrigin};

use crate::{clock::HINTS, Call, ChainClock, Config, Pallet, MAX_FINALITY_LAG};

#[benchmarks]
mod benchmarks {
    use super::*;

    /// The block from which time stands, which is an event.
    #[benchmark]
    fn on_initialize() {
        let block = BlockNumberFor::<T>::from(MAX_FINALITY_LAG + 1);
        #[block]
        {
            Pallet::<T>::on_initialize(block);
        }
        assert_eq!(ChainClock::<T>::get().stalled_since, Some(block));
    }

    /// All hints are different.
    #[benchmark]
    fn note_finalised() {
        let at = |hint: usize| BlockNumberFor::<T>::from(hint as u32);
        let newest = at(HINTS);
        frame_system::Pallet::<T>::set_block_number(at(HINTS + 1));
        ChainClock::<T>::mutate(|clock| clock.hints = core::array::from_fn(at));
        #[extrinsic_call]
        _(RawOrigin::None, newest);
        assert_eq!(ChainClock::<T>::get().hints.last(), Some(&newest));
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
