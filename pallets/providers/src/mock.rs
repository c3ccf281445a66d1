//! A runtime of this pallet and those it needs.

use assay_protocol::{Balance, Capabilities, DeviceClass, Params, Url, UNIT};
use frame_support::{
    derive_impl,
    traits::{ConstU128, ConstU64},
};
use frame_system::EnsureRoot;
use sp_runtime::BuildStorage;

use crate as pallet_assay_providers;

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Protocol: pallet_assay_protocol,
        Providers: pallet_assay_providers,
    }
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountData = pallet_balances::AccountData<Balance>;
    type Block = Block;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<{ UNIT / 1_000 }>;
}

impl pallet_assay_protocol::Config for Test {
    type AdminOrigin = EnsureRoot<u64>;
    type BlockMillis = ConstU64<6_000>;
    type WeightInfo = ();
}

impl crate::Config for Test {
    type ChainTime = System;
    type Currency = Balances;
    type Protocol = Protocol;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = ();
}

pub(crate) const OWNER: u64 = 1;
pub(crate) const OPERATOR: u64 = 11;
pub(crate) const OTHER: u64 = 2;
pub(crate) const STAKE: Balance = Params::main().stake.min_stake;

pub(crate) fn endpoint() -> Url {
    Url::parse("https://provider.example.org").unwrap()
}

pub(crate) fn capabilities() -> Capabilities {
    Capabilities {
        device: DeviceClass::Cpu,
        memory_bytes: 1 << 30,
        max_jobs: 2,
    }
}

pub(crate) fn register(owner: u64, operator: u64) -> sp_runtime::DispatchResult {
    Providers::register(
        RuntimeOrigin::signed(owner),
        operator,
        endpoint(),
        capabilities(),
        STAKE,
    )
}

/// A chain for one test.
#[derive(Default)]
pub(crate) struct TestExt {
    balances: Vec<(u64, Balance)>,
}

impl TestExt {
    /// Two accounts with ten minimal stakes each.
    pub(crate) fn new() -> Self {
        Self::default()
            .endow(OWNER, 10 * STAKE)
            .endow(OTHER, 10 * STAKE)
    }

    /// Gives an account a balance at genesis.
    pub(crate) fn endow(mut self, who: u64, amount: Balance) -> Self {
        self.balances.push((who, amount));
        self
    }

    /// Runs the test, then checks the pallets' invariants.
    pub(crate) fn execute_with(self, test: impl FnOnce()) {
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig {
                balances: self.balances,
                ..Default::default()
            },
            ..Default::default()
        };
        sp_io::TestExternalities::from(config.build_storage().unwrap()).execute_with(|| {
            System::set_block_number(1);
            test();
            Protocol::do_try_state().unwrap();
            Providers::do_try_state().unwrap();
        });
    }
}
