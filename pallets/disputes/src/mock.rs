//! A runtime of this pallet and those it needs, and a market to argue in: one buyer, three providers, three challengers.

use assay_commitment::{Keccak, Sha3, Tree};
use assay_game::{
    signing_hash, Enter, Entry, Game, GameId, Leaf, Move, OpenIntervals, OpenSteps, Party, Phase,
};
use assay_protocol::{
    Balance, Capabilities, ConstantsRoot, DeclaredWork, DeviceClass, IntervalIndex, JobId, JobSpec,
    JobState, JobStatus, JobSubmission, NodeTreeRoot, Params, PerMille, ProgramHeader,
    Requirements, Schedule, SegmentCommitment, SegmentIndex, StateRoot, StepCount, TensorRoot, Url,
    UNIT,
};
use frame_support::{
    assert_ok, derive_impl,
    dispatch::{DispatchResultWithPostInfo, PostDispatchInfo},
    pallet_prelude::{TransactionSource, TransactionValidityError, ValidTransaction, ValueQuery},
    traits::{
        fungible::{Inspect, InspectHold},
        tokens::imbalance::ResolveTo,
        Authorize, ConstU128, ConstU32, ConstU64, Hooks, UnfilteredDispatchable,
    },
    weights::Weight,
    BoundedVec,
};
use frame_system::{EnsureRoot, RawOrigin};
use sp_runtime::{
    testing::TestSignature, traits::BlockNumberProvider, BuildStorage, DispatchResult,
};

use crate::{self as pallet_assay_disputes, Call, Games, HoldReason, SlashId};

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
    pub enum Test {
        System: frame_system,
        Balances: pallet_balances,
        Protocol: pallet_assay_protocol,
        Providers: pallet_assay_providers,
        Jobs: pallet_assay_jobs,
        Disputes: pallet_assay_disputes,
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
    type ChainTime = ChainTime;
    type Currency = Balances;
    type Protocol = Protocol;
    type RuntimeHoldReason = RuntimeHoldReason;
    type WeightInfo = ();
}

impl pallet_assay_jobs::Config for Test {
    type AgendaPerBlock = ConstU32<16>;
    type BlockMillis = ConstU64<1_000>;
    type ChainTime = ChainTime;
    type Currency = Balances;
    type FeeDestination = ResolveTo<ConstU64<FEES>, Balances>;
    type Protocol = Protocol;
    type Providers = Providers;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SlashDestination = ResolveTo<ConstU64<SLASHES>, Balances>;
    type WeightInfo = ();
}

impl crate::Config for Test {
    type BlockMillis = ConstU64<1_000>;
    type ChainTime = ChainTime;
    type Currency = Balances;
    type Jobs = Jobs;
    type MoveSignature = TestSignature;
    type Protocol = Protocol;
    type Providers = Providers;
    type RefundOrigin = EnsureRoot<u64>;
    type RuntimeHoldReason = RuntimeHoldReason;
    type SlashDestination = ResolveTo<ConstU64<SLASHES>, Balances>;
    type WeightInfo = ();
}

/// Blocks in which chain time has stood.
#[frame_support::storage_alias]
pub(crate) type Stalled = StorageValue<FinalityMock, u32, ValueQuery>;

/// Chain time: the block number less the stalled blocks, which a test may make with [`stall`].
pub struct ChainTime;

impl BlockNumberProvider for ChainTime {
    type BlockNumber = u32;

    fn current_block_number() -> u32 {
        System::block_number() - Stalled::get()
    }

    fn set_block_number(time: u32) {
        System::set_block_number(time + Stalled::get());
    }
}

pub(crate) const EXISTENTIAL: Balance = UNIT / 1_000;
pub(crate) const BUYER: u64 = 100;
pub(crate) const STRANGER: u64 = 200;
pub(crate) const FEES: u64 = 900;
pub(crate) const SLASHES: u64 = 901;
pub(crate) const PROVIDERS: [u64; 3] = [1, 2, 3];
pub(crate) const PROVIDER: u64 = 1;
pub(crate) const OPERATOR: u64 = 11;
/// Those who challenge.
pub(crate) const CHALLENGERS: [u64; 3] = [301, 302, 303];
pub(crate) const CHALLENGER: u64 = 301;
pub(crate) const ENDOWMENT: Balance = 10_000 * UNIT;
pub(crate) const PRICE: Balance = 2 * UNIT;
pub(crate) const COST: Balance = PRICE + PRICE * 25 / 1_000;
pub(crate) const JOB: JobId = JobId(0);

pub(crate) const WINDOW: u32 = 10;
pub(crate) const ALLOWANCE: u32 = 3;
/// The defender's budget: one declared second times four.
pub(crate) const DEFENCE: u32 = 4;
pub(crate) const DEFER: u32 = 20;
pub(crate) const RETENTION: u32 = 30;
/// Blocks from a segment's start to its deadline.
pub(crate) const DEADLINE: u32 = 10;

/// The operator key of an owner.
pub(crate) fn operator(owner: u64) -> u64 {
    owner + 10
}

/// Windows of a few blocks, a pipeline of three, two games at a time.
pub(crate) fn params() -> Params {
    let mut params = Params::development();
    params.assignment.open_limit = 50;
    params.assignment.accept_window = 10;
    params.segments.challenge_window = WINDOW;
    params.limits.max_seconds_per_segment = 2;
    params.limits.max_seconds_per_interval = 1;
    params.segments.pipeline_limit = 3;
    params.segments.deadline_slack = 6;
    params.segments.max_pause = 20;
    params.segments.retention = RETENTION;
    params.disputes.move_allowance = ALLOWANCE;
    params.disputes.defence_factor = PerMille(4_000);
    params.disputes.challenge_factor = PerMille(4_000);
    params.disputes.max_budget = 10;
    params.disputes.running_games = 2;
    params.disputes.max_open_games = 64;
    params.disputes.slash_defer = DEFER;
    params.stake.unbonding_delay = 80;
    params
}

/// What a challenger of a full segment may lose.
pub(crate) fn bond() -> Balance {
    params().bond(PRICE)
}

/// The winner's share of an amount.
pub(crate) fn share(amount: Balance) -> Balance {
    params().disputes.winner_share.floor_of(amount)
}

/// A provider's collateral for a job of `segments` segments.
pub(crate) fn collateral(segments: u32) -> Balance {
    params().collateral(PRICE, segments)
}

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

/// The state roots that a provider commits for a segment: nobody knows of what.
pub(crate) fn roots(job: JobId, segment: SegmentIndex) -> Vec<StateRoot> {
    let intervals = pallet_assay_jobs::Records::<Test>::get(job)
        .map_or(1, |record| record.spec.schedule.intervals_of(segment));
    (0..intervals.max(1))
        .map(|i| {
            StateRoot(Sha3::hash(&[
                &job.0.to_le_bytes(),
                &segment.0.to_le_bytes(),
                &i.to_le_bytes(),
            ]))
        })
        .collect()
}

pub(crate) fn signed(who: u64) -> RuntimeOrigin {
    RuntimeOrigin::signed(who)
}

pub(crate) fn submit(submission: JobSubmission) -> DispatchResult {
    Jobs::submit(signed(BUYER), Box::new(submission))
}

/// Has a provider commit a segment.
pub(crate) fn commit_by(owner: u64, job: JobId, segment: u32) -> DispatchResult {
    let segment = SegmentIndex(segment);
    commit_roots(owner, job, segment, &roots(job, segment))
}

/// Has a provider commit state roots for a segment.
pub(crate) fn commit_roots(
    owner: u64,
    job: JobId,
    segment: SegmentIndex,
    roots: &[StateRoot],
) -> DispatchResult {
    let commitment = SegmentCommitment::new::<Sha3>(roots).unwrap();
    Jobs::commit_segment(signed(operator(owner)), job, segment, Box::new(commitment))
}

/// Has the first provider commit a segment of the first job.
pub(crate) fn commit(segment: u32) -> DispatchResult {
    commit_by(PROVIDER, JOB, segment)
}

pub(crate) fn finalise(segment: u32) -> DispatchResultWithPostInfo {
    Jobs::finalise_segment(signed(STRANGER), JOB, SegmentIndex(segment))
}

/// Submits a job and has the first provider claim and accept it: segment 0 trains.
pub(crate) fn start(submission: JobSubmission) {
    assert_ok!(submit(submission));
    take(PROVIDER, JOB);
}

/// Has a provider claim and accept a job.
pub(crate) fn take(owner: u64, job: JobId) {
    assert_ok!(Jobs::claim(signed(operator(owner)), job));
    assert_ok!(Jobs::accept(signed(operator(owner)), job));
}

/// A job of `segments` segments of which the first `committed` are.
pub(crate) fn committed(segments: u64, committed: u32) {
    start(job_of(segments));
    (0..committed).for_each(|segment| commit(segment).unwrap());
}

pub(crate) fn interval(number: u32) -> Entry {
    Entry::Interval(IntervalIndex(number))
}

/// Challenges an interval of a segment of the first job.
pub(crate) fn challenge(who: u64, segment: u32, number: u32) -> DispatchResult {
    Disputes::open(signed(who), JOB, SegmentIndex(segment), interval(number))
}

/// Challenges, and returns the game's name.
pub(crate) fn opened(who: u64, segment: u32, number: u32) -> GameId {
    assert_ok!(challenge(who, segment, number));
    last_game()
}

/// The name of the game that was opened last.
pub(crate) fn last_game() -> GameId {
    crate::Numbers::<Test>::get(crate::NextNumber::<Test>::get() - 1).unwrap()
}

pub(crate) fn game(id: GameId) -> Game {
    Games::<Test>::get(id).unwrap()
}

/// A move with its party's signature.
pub(crate) fn signed_move(id: GameId, signer: u64, mv: &Move) -> Call<Test> {
    let game = game(id);
    let message = signing_hash::<Sha3>(id, game.round, game.transcript, mv);
    Call::play {
        game: id,
        round: game.round,
        mv: Box::new(mv.clone()),
        signature: TestSignature(signer, message.to_vec()),
    }
}

/// What a pool says of a general transaction.
pub(crate) fn validate(call: &Call<Test>) -> Result<ValidTransaction, TransactionValidityError> {
    let answer = call.authorize(TransactionSource::External);
    answer
        .expect("the call is one for general transactions")
        .map(|(valid, _)| valid)
}

/// What a block does with a general transaction.
pub(crate) fn send(call: Call<Test>) -> Result<PostDispatchInfo, TransactionValidityError> {
    validate(&call)?;
    let done = call.dispatch_bypass_filter(RawOrigin::Authorized.into());
    Ok(done.expect("what is valid succeeds"))
}

/// The defender's next move in a game about an interval of two steps, as far as it can be made without any execution.
pub(crate) fn by_hand(id: GameId) -> Option<Move> {
    let dispute = crate::Disputes::<Test>::get(id)?;
    let leaves: Vec<_> = roots(dispute.job, dispute.segment)
        .iter()
        .map(|root| root.0)
        .collect();
    let tree = Tree::new::<Sha3>(leaves.clone());
    let leaf = |at: u32| Leaf {
        hash: leaves[at as usize],
        path: BoundedVec::truncate_from(tree.path(at.into()).unwrap()),
    };
    match game(id).phase {
        Phase::OpenIntervals => Some(Move::OpenIntervals(OpenIntervals {
            top: BoundedVec::truncate_from(leaves.clone()),
        })),
        Phase::Enter(pick) => Some(Move::Enter(Enter {
            before: pick.interval.0.checked_sub(1).map(leaf),
            end: leaf(pick.interval.0),
        })),
        Phase::OpenSteps(frame) => Some(Move::OpenSteps(OpenSteps {
            top: BoundedVec::truncate_from(vec![[1; 32], frame.end]),
            last: BoundedVec::truncate_from(vec![[1; 32]]),
        })),
        _ => None,
    }
}

/// The defender moves until it is the challenger's turn.
pub(crate) fn answer(id: GameId) {
    while game(id).mover() == Party::Defender {
        let defender = crate::Disputes::<Test>::get(id).unwrap().defender;
        let mv = by_hand(id).unwrap();
        send(signed_move(id, operator(defender), &mv)).unwrap();
    }
}

/// The challenger's time runs out after the defender has answered: the defender is acquitted.
pub(crate) fn acquit(id: GameId) {
    answer(id);
    pass(ALLOWANCE + DEFENCE + 1);
    assert_ok!(time_out(id));
}

pub(crate) fn time_out(id: GameId) -> DispatchResultWithPostInfo {
    Disputes::time_out(signed(STRANGER), id)
}

pub(crate) fn pull(id: GameId) -> DispatchResultWithPostInfo {
    Disputes::pull(signed(STRANGER), id)
}

pub(crate) fn clean_up(id: GameId) -> DispatchResultWithPostInfo {
    Disputes::clean_up(signed(STRANGER), id)
}

pub(crate) fn settle(slash: SlashId) -> DispatchResultWithPostInfo {
    Disputes::settle_slash(signed(STRANGER), slash)
}

/// Lets the defender's time run out: its provider is convicted.
pub(crate) fn convict(id: GameId) {
    pass(ALLOWANCE + DEFENCE + 1);
    assert_ok!(time_out(id));
}

pub(crate) fn state() -> JobState<u64> {
    pallet_assay_jobs::States::<Test>::get(JOB).unwrap()
}

pub(crate) fn status() -> JobStatus<u64> {
    state().status
}

/// Chain time.
pub(crate) fn now() -> u32 {
    ChainTime::current_block_number()
}

pub(crate) fn free(who: u64) -> Balance {
    Balances::balance(&who)
}

/// What an account owns, on hold or not.
pub(crate) fn wealth(who: u64) -> Balance {
    Balances::total_balance(&who)
}

pub(crate) fn held(reason: impl Into<RuntimeHoldReason>, who: u64) -> Balance {
    Balances::balance_on_hold(&reason.into(), &who)
}

/// All that an account's disputes have on hold.
pub(crate) fn at_stake(who: u64) -> Balance {
    [HoldReason::Bond, HoldReason::Deposit, HoldReason::Slash]
        .into_iter()
        .map(|reason| held(reason, who))
        .sum()
}

/// Goes forward without serving the agenda.
pub(crate) fn pass(blocks: u32) {
    ChainTime::set_block_number(now() + blocks);
}

/// Makes blocks while nothing becomes final: chain time stands.
pub(crate) fn stall(blocks: u32) {
    System::set_block_number(System::block_number() + blocks);
    Stalled::mutate(|stalled| *stalled += blocks);
}

/// Goes forward block by block, each with all the weight in the world left for its agenda.
pub(crate) fn run(blocks: u32) {
    for _ in 0..blocks {
        pass(1);
        Jobs::on_idle(System::block_number(), Weight::MAX);
    }
}

/// The pallet's events since the last call.
pub(crate) fn events() -> Vec<crate::Event<Test>> {
    let ours = |record: frame_system::EventRecord<RuntimeEvent, _>| match record.event {
        RuntimeEvent::Disputes(event) => Some(event),
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
    Disputes::do_try_state().unwrap();
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
    /// The buyer, a stranger, three registered providers and three challengers, with [`ENDOWMENT`] each.
    pub(crate) fn new() -> Self {
        let others = [BUYER, STRANGER, FEES, SLASHES];
        let endowed = PROVIDERS
            .into_iter()
            .chain(CHALLENGERS)
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
        max_jobs: 4,
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
