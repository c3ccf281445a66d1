//! A runtime of this pallet alone.

use frame_support::{derive_impl, traits::ConstU64};
use frame_system::EnsureRoot;
use sp_runtime::BuildStorage;

use crate::{self as pallet_assay_protocol, Params};

type Block = frame_system::mocking::MockBlock<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Protocol: pallet_assay_protocol,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type Block = Block;
}

impl crate::Config for Test {
    type AdminOrigin = EnsureRoot<u64>;
    type BlockMillis = ConstU64<6_000>;
    type WeightInfo = ();
}

/// Runs a test on a fresh chain and checks the pallet's invariants at its end.
pub(crate) fn execute_with(params: Params, test: impl FnOnce()) {
    let config = RuntimeGenesisConfig {
        protocol: crate::GenesisConfig {
            params,
            ..Default::default()
        },
        ..Default::default()
    };
    sp_io::TestExternalities::from(config.build_storage().unwrap()).execute_with(|| {
        System::set_block_number(1);
        test();
        Protocol::do_try_state().unwrap();
    });
}
