//! A market in the midst of its work: two jobs that train, one of them disputed, and a referendum.

use assay_commitment::Sha3;
use assay_game::{Entry, GameId};
use assay_protocol::{
    Capabilities, ConstantsRoot, DeclaredWork, DeviceClass, IntervalIndex, JobId, JobSpec,
    JobSubmission, NodeTreeRoot, Params, ProgramHeader, Requirements, Schedule, SegmentCommitment,
    SegmentIndex, StateRoot, StepCount, TensorRoot, Url, UNIT,
};
use assay_runtime::{Runtime, RuntimeCall};
use sp_keyring::Sr25519Keyring::{self, Bob, Charlie, Dave, Eve};

use assay_testing_chain::{account, Chain};

type Providers = pallet_assay_providers::Call<Runtime>;
type Jobs = pallet_assay_jobs::Call<Runtime>;
type Disputes = pallet_assay_disputes::Call<Runtime>;

/// The job whose first segment is disputed.
pub const DISPUTED: JobId = JobId(0);
/// The job that nobody doubts.
pub const HONEST: JobId = JobId(1);
/// The segment that either job's provider has committed.
pub const COMMITTED: SegmentIndex = SegmentIndex(0);

const BUYER: Sr25519Keyring = Charlie;
const PROVIDER: Sr25519Keyring = Bob;
const OPERATOR: Sr25519Keyring = Dave;
const CHALLENGER: Sr25519Keyring = Eve;

/// Has a provider train both jobs as far as the first commitment, and one of these challenged. The dispute's name.
pub fn open(chain: &mut Chain) -> GameId {
    chain.block(vec![
        (PROVIDER, register()),
        (BUYER, submit()),
        (BUYER, submit()),
    ]);
    for job in [DISPUTED, HONEST] {
        chain.block(vec![
            (OPERATOR, Jobs::claim { job }.into()),
            (OPERATOR, Jobs::accept { job }.into()),
        ]);
    }
    let challenge = Disputes::open {
        job: DISPUTED,
        segment: COMMITTED,
        entry: Entry::Interval(IntervalIndex(0)),
    };
    chain.block(vec![
        commit(DISPUTED, COMMITTED.0),
        commit(HONEST, COMMITTED.0),
        (CHALLENGER, challenge.into()),
    ]);
    chain
        .inside(|| pallet_assay_disputes::Numbers::<Runtime>::get(0))
        .expect("the dispute was opened")
}

/// The provider commits a segment.
pub fn commit(job: JobId, segment: u32) -> (Sr25519Keyring, RuntimeCall) {
    let states = [[1; 32], [2; 32]].map(StateRoot);
    let commitment = SegmentCommitment::new::<Sha3>(&states).expect("there are intervals");
    let call = Jobs::commit_segment {
        job,
        segment: SegmentIndex(segment),
        commitment: Box::new(commitment),
    };
    (OPERATOR, call.into())
}

/// Anybody ends a game whose mover is late.
pub fn time_out(game: GameId) -> (Sr25519Keyring, RuntimeCall) {
    (BUYER, Disputes::time_out { game }.into())
}

fn register() -> RuntimeCall {
    let capabilities = Capabilities {
        device: DeviceClass::Cpu,
        memory_bytes: 1 << 30,
        max_jobs: 4,
    };
    let call = Providers::register {
        operator: account(OPERATOR),
        endpoint: Url::parse("https://provider.example.org").unwrap(),
        capabilities,
        stake: Params::development().stake.min_stake,
    };
    call.into()
}

fn submit() -> RuntimeCall {
    let submission = Box::new(submission());
    Jobs::submit { submission }.into()
}

/// A job of four segments of two intervals, of a program that nobody executes.
fn submission() -> JobSubmission {
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
            datasets: vec![TensorRoot([4; 32])].try_into().unwrap(),
            dataset_rows: 100,
            batch_size: 10,
            schedule: Schedule {
                total_steps: StepCount(16),
                steps_per_segment: 4,
                steps_per_interval: 2,
            },
            work: DeclaredWork {
                flops_per_step: 1_000,
                bytes_per_step: 1_000,
                memory_bytes: 1 << 20,
            },
            seconds_per_segment: 2,
            price_per_segment: 2 * UNIT,
            requirements: Requirements {
                memory_bytes: 1 << 20,
                ..Requirements::default()
            },
            blobs: vec![Url::parse("https://example.org/job").unwrap()]
                .try_into()
                .unwrap(),
            max_pause: 100,
        },
        // Three of its segments with the market's fee, and less than all four.
        escrow: 8 * UNIT,
    }
}
