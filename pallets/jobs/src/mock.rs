//! A runtime of this pallet and those it needs, and a market to test in: one buyer, three providers.

use assay_commitment::{Keccak, Sha3};
use assay_protocol::{
    Balance, Capabilities, ConstantsRoot, DeclaredWork, DeviceClass, JobId, JobSpec, JobState,
    JobStatus, JobSubmission, NodeTreeRoot, Params, PerMille, ProgramHeader, Requirements,
    Schedule, SegmentCommitment, SegmentIndex, StateRoot, StepCount, TensorRoot, Url, UNIT,
};
use frame_support::{
    assert_ok, derive_impl,
    traits::{
        fungible::{Inspect, InspectHold},
        tokens::imbalance::ResolveTo,
        ConstU128, ConstU32, ConstU64, Hooks,
    },
    weights::Weight,
    BoundedVec,
};
use frame_system::EnsureRoot;
use sp_runtime::{BuildStorage, DispatchResult};

use crate::{self as pallet_assay_jobs, HoldReason, States};

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Protocol: pallet_assay_protocol,
        Providers: pallet_assay_providers,
        Jobs: pallet_assay_jobs,
        Elsewhere: elsewhere,
    }
);

/// Stands for the pallet that holds what a conviction takes.
#[frame_support::pallet]
pub(crate) mod elsewhere {
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// Why funds are held.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// A slash that is not settled.
        Slash,
    }
}

impl elsewhere::Config for Test {}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
    type AccountData = pallet_balances::AccountData<Balance>;
    type Block = Block;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
    type AccountStore = System;
    type Balance = Balance;
    type ExistentialDeposit = ConstU128<EXISTENTIAL>;
    type FreezeIdentifier = ();
    type MaxFreezes = ConstU32<1>;
}

impl pallet_assay_protocol::Config for Test {
    type AdminOrigin = EnsureRoot<u64>;
    // An empty genesis has the main chain's parameters, which hold at its pace.
    type BlockMillis = ConstU64<6_000>;
    type WeightInfo = ();
}

impl pallet_assay_providers::Config for Test {
    type ChainTime = System;
    type Currency = Balances;
    type Protocol = Protocol;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = ();
}

impl crate::Config for Test {
    type AgendaPerBlock = ConstU32<4>;
    type BlockMillis = ConstU64<1_000>;
    type ChainTime = System;
    type Currency = Balances;
    type FeeDestination = ResolveTo<ConstU64<FEES>, Balances>;
    type Protocol = Protocol;
    type Providers = Providers;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SlashDestination = ResolveTo<ConstU64<SLASHES>, Balances>;
    type WeightInfo = ();
}

pub(crate) const EXISTENTIAL: Balance = UNIT / 1_000;
pub(crate) const BUYER: u64 = 100;
pub(crate) const STRANGER: u64 = 200;
pub(crate) const FEES: u64 = 900;
pub(crate) const SLASHES: u64 = 901;
pub(crate) const PROVIDERS: [u64; 3] = [1, 2, 3];
pub(crate) const PROVIDER: u64 = 1;
pub(crate) const OPERATOR: u64 = 11;
pub(crate) const ENDOWMENT: Balance = 1_000 * UNIT;
pub(crate) const PRICE: Balance = 2 * UNIT;
pub(crate) const FEE: Balance = PRICE * 25 / 1_000;
pub(crate) const COST: Balance = PRICE + FEE;
pub(crate) const JOB: JobId = JobId(0);

/// The operator key of an owner.
pub(crate) fn operator(owner: u64) -> u64 {
    owner + 10
}

/// Windows of a few blocks, a pipeline of two.
pub(crate) fn params() -> Params {
    let mut params = Params::development();
    params.assignment.open_limit = 50;
    params.assignment.accept_window = 10;
    params.segments.challenge_window = 5;
    params.limits.max_seconds_per_segment = 5;
    params.limits.max_seconds_per_interval = 1;
    params.segments.pipeline_limit = 2;
    params.segments.deadline_slack = 6;
    params.segments.max_pause = 20;
    params.segments.retention = 30;
    params.stake.unbonding_delay = 80;
    params.disputes.move_allowance = 3;
    params.disputes.defence_factor = PerMille(2_000);
    params.disputes.challenge_factor = PerMille(2_000);
    params.disputes.max_budget = 10;
    params.disputes.running_games = 3;
    params.disputes.slash_defer = 20;
    params
}

/// Blocks from a segment's start to its deadline: one declared second, times four, and the slack.
pub(crate) const DEADLINE: u32 = 10;

/// A job of `segments` segments of four steps in two intervals each, fully funded.
pub(crate) fn job_of(segments: u64) -> JobSubmission {
    JobSubmission {
        spec: JobSpec {
            header: ProgramHeader {
                version: 1,
                flags: 0,
                seed: [7; 32],
                nodes: 20,
                slots: 4,
                inputs: 1,
                constants: 1,
                constants_root: ConstantsRoot([1; 32]),
            },
            node_tree_root: NodeTreeRoot([2; 32]),
            start_state: StateRoot([3; 32]),
            datasets: BoundedVec::truncate_from(vec![TensorRoot([4; 32])]),
            dataset_rows: 100,
            batch_size: 10,
            schedule: Schedule {
                total_steps: StepCount(4 * segments),
                steps_per_segment: 4,
                steps_per_interval: 2,
            },
            work: DeclaredWork {
                flops_per_step: 1_000,
                bytes_per_step: 1_000,
                memory_bytes: 1 << 20,
            },
            seconds_per_segment: 1,
            price_per_segment: PRICE,
            requirements: Requirements {
                memory_bytes: 1 << 20,
                ..Requirements::default()
            },
            blobs: BoundedVec::truncate_from(vec![Url::parse("https://example.org/job").unwrap()]),
            max_pause: 8,
        },
        escrow: Balance::from(segments) * COST,
    }
}

/// A job with an escrow for the first `funded` of its segments.
pub(crate) fn job_funded_for(segments: u64, funded: u64) -> JobSubmission {
    JobSubmission {
        escrow: Balance::from(funded) * COST,
        ..job_of(segments)
    }
}

/// The commitment that an honest provider makes for a segment.
pub(crate) fn commitment(job: JobId, segment: SegmentIndex) -> SegmentCommitment {
    let intervals = crate::Records::<Test>::get(job)
        .map_or(1, |record| record.spec.schedule.intervals_of(segment));
    let states: Vec<_> = (0..intervals.max(1))
        .map(|i| {
            StateRoot(Sha3::hash(&[
                &job.0.to_le_bytes(),
                &segment.0.to_le_bytes(),
                &i.to_le_bytes(),
            ]))
        })
        .collect();
    SegmentCommitment::new::<Sha3>(&states).unwrap()
}

pub(crate) fn signed(who: u64) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub(crate) fn submit(submission: JobSubmission) -> DispatchResult {
    Jobs::submit(signed(BUYER), Box::new(submission))
}

pub(crate) fn commit(segment: u32) -> DispatchResult {
    let segment = SegmentIndex(segment);
    Jobs::commit_segment(
        signed(OPERATOR),
        JOB,
        segment,
        Box::new(commitment(JOB, segment)),
    )
}

pub(crate) fn finalise(segment: u32) -> frame_support::dispatch::DispatchResultWithPostInfo {
    Jobs::finalise_segment(signed(STRANGER), JOB, SegmentIndex(segment))
}

pub(crate) fn time_out() -> frame_support::dispatch::DispatchResultWithPostInfo {
    Jobs::time_out(signed(STRANGER), JOB)
}

/// Submits a job and has the first provider claim and accept it: segment 0 trains.
pub(crate) fn start(submission: JobSubmission) {
    assert_ok!(submit(submission));
    assert_ok!(Jobs::claim(signed(OPERATOR), JOB));
    assert_ok!(Jobs::accept(signed(OPERATOR), JOB));
}

pub(crate) fn state() -> JobState<u64> {
    States::<Test>::get(JOB).unwrap()
}

pub(crate) fn status() -> JobStatus<u64> {
    state().status
}

pub(crate) fn now() -> u32 {
    System::block_number()
}

pub(crate) fn free(who: u64) -> Balance {
    Balances::balance(&who)
}

pub(crate) fn held(reason: HoldReason, who: u64) -> Balance {
    Balances::balance_on_hold(&reason.into(), &who)
}

/// Goes forward without serving the agenda.
pub(crate) fn pass(blocks: u32) {
    System::set_block_number(now() + blocks);
}

/// Goes forward block by block, each with all the weight in the world left for its agenda.
pub(crate) fn run(blocks: u32) {
    for _ in 0..blocks {
        pass(1);
        Jobs::on_idle(now(), Weight::MAX);
    }
}

/// The pallet's events since the last call.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Jobs(event) => Some(event),
        _ => None,
    };
    let events = System::events().into_iter().filter_map(ours).collect();
    System::reset_events();
    events
}

/// Every invariant of every pallet, and that no token was made or lost.
pub(crate) fn check_everything() {
    Protocol::do_try_state().unwrap();
    Providers::do_try_state().unwrap();
    Jobs::do_try_state().unwrap();
    let sum: Balance = frame_system::Account::<Test>::iter_keys()
        .map(|who| Balances::total_balance(&who))
        .sum();
    assert_eq!(Balances::total_issuance(), sum);
}

/// A chain for one test.
pub(crate) struct TestExt {
    params: Params,
    endowed: Vec<(u64, Balance)>,
}

impl TestExt {
    /// The buyer, a stranger and three registered providers, with [`ENDOWMENT`] each.
    pub(crate) fn new() -> Self {
        let others = [BUYER, STRANGER, FEES, SLASHES];
        let endowed = PROVIDERS
            .into_iter()
            .chain(others)
            .map(|who| (who, ENDOWMENT))
            .collect();
        Self {
            params: params(),
            endowed,
        }
    }

    /// Gives an account a balance at genesis.
    pub(crate) fn endow(mut self, who: u64, amount: Balance) -> Self {
        self.endowed.retain(|(other, _)| *other != who);
        self.endowed.push((who, amount));
        self
    }

    /// Changes the parameters of genesis.
    pub(crate) fn with(mut self, edit: impl FnOnce(&mut Params)) -> Self {
        edit(&mut self.params);
        self
    }

    /// Runs the test, then checks every invariant.
    pub(crate) fn execute_with(self, test: impl FnOnce()) {
        let config = RuntimeGenesisConfig {
            balances: pallet_balances::GenesisConfig {
                balances: self.endowed,
                ..Default::default()
            },
            protocol: pallet_assay_protocol::GenesisConfig {
                params: self.params,
                ..Default::default()
            },
            ..Default::default()
        };
        sp_io::TestExternalities::from(config.build_storage().unwrap()).execute_with(|| {
            System::set_block_number(1);
            PROVIDERS.into_iter().for_each(register);
            System::reset_events();
            test();
            check_everything();
        });
    }
}

fn register(owner: u64) {
    let endpoint = Url::parse("https://provider.example.org").unwrap();
    let capabilities = Capabilities {
        device: DeviceClass::Cpu,
        memory_bytes: 1 << 30,
        max_jobs: 2,
    };
    let stake = params().stake.min_stake;
    assert_ok!(Providers::register(
        signed(owner),
        operator(owner),
        endpoint,
        capabilities,
        stake
    ));
}

/// A collateral that leaves room to see a slash.
pub(crate) fn collateral(segments: u32) -> Balance {
    params().collateral(PRICE, segments)
}
