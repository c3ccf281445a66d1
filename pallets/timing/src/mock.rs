//! A runtime of two pallets.

use crate as pallet_assay_timing;
use frame_support::{derive_impl, traits::BuildGenesisConfig};
use pallet_assay_timing::Timing;
use sp_runtime::BuildStorage;

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        AssayTiming: pallet_assay_timing,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

impl crate::Config for Test {}

/// Runs `test` on a chain that was started with `timing`, and checks the state afterwards.
pub fn started_with(timing: Timing, test: impl FnOnce()) {
    let storage = frame_system::GenesisConfig::<Test>::default()
        .build_storage()
        .unwrap();
    sp_io::TestExternalities::new(storage).execute_with(|| {
        crate::GenesisConfig::<Test> {
            timing,
            ..Default::default()
        }
        .build();
        test();
        AssayTiming::do_try_state().unwrap();
    });
}
