//! A runtime of two pallets.

use crate as pallet_assay_timing;
use frame_support::{derive_impl, traits::Hooks};
use pallet_assay_timing::{inherent::INHERENT_IDENTIFIER, Timing};
use sp_inherents::InherentData;
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

impl crate::Config for Test {
    type WeightInfo = ();
}

/// Runs `test` on a chain that was started with `timing`, and checks the state afterwards.
pub fn started_with(timing: Timing, test: impl FnOnce()) {
    let genesis = RuntimeGenesisConfig {
        assay_timing: crate::GenesisConfig {
            timing,
            ..Default::default()
        },
        ..Default::default()
    };
    sp_io::TestExternalities::new(genesis.build_storage().unwrap()).execute_with(|| {
        test();
        AssayTiming::do_try_state().unwrap();
    });
}

/// Runs `test` on the main chain before its first block, and checks the state afterwards.
pub fn started(test: impl FnOnce()) {
    started_with(Timing::MAIN, test);
}

/// Begins the next block and returns its number.
pub fn begin() -> u64 {
    let block = System::block_number() + 1;
    System::reset_events();
    System::set_block_number(block);
    AssayTiming::on_initialize(block);
    block
}

/// Inherent data in which a node says that block `finalised` is final.
pub fn saying(finalised: u64) -> InherentData {
    let mut data = InherentData::new();
    data.put_data(INHERENT_IDENTIFIER, &finalised).unwrap();
    data
}

/// This pallet's events of the block.
pub fn events() -> Vec<crate::Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::AssayTiming(event) => Some(event),
        RuntimeEvent::System(_) => None,
    };
    System::events().into_iter().filter_map(ours).collect()
}
