//! The calls of a market of many jobs, each disputed by the same game.

use assay_game::Entry;
use assay_protocol::{
    Capabilities, DeclaredWork, DeviceClass, JobId, JobSpec, JobSubmission, NodeTreeRoot, Params,
    Requirements, SegmentIndex, StateRoot, Url, UNIT,
};
use assay_prover::synthetic::Script;
use assay_runtime::{Runtime, RuntimeCall};
use assay_testing_chain::{account, Sender};
use sp_keyring::Sr25519Keyring::{
    self, Alice, Bob, BobStash, Charlie, CharlieStash, Dave, DaveStash, Eve, EveStash, Ferdie,
};

type Disputes = pallet_assay_disputes::Call<Runtime>;
type Jobs = pallet_assay_jobs::Call<Runtime>;
type Providers = pallet_assay_providers::Call<Runtime>;

/// Who pays for the jobs.
const BUYER: Sr25519Keyring = Alice;
/// Who doubts every commitment.
pub const CHALLENGER: Sr25519Keyring = Ferdie;
/// Owner and operator of each provider.
const PROVIDERS: [(Sr25519Keyring, Sr25519Keyring); 4] = [
    (Bob, BobStash),
    (Charlie, CharlieStash),
    (Dave, DaveStash),
    (Eve, EveStash),
];
/// Jobs of each provider: as many as it can defend at once.
const JOBS_EACH: u32 = 8;
/// Tokens that a segment costs.
const PRICE: u128 = 2 * UNIT;

/// The jobs of a full house.
pub fn jobs() -> impl Iterator<Item = JobId> {
    (0..PROVIDERS.len() as u64 * u64::from(JOBS_EACH)).map(JobId)
}

/// Who works on a job.
pub fn operator(job: JobId) -> Sr25519Keyring {
    PROVIDERS[job.0 as usize % PROVIDERS.len()].1
}

/// All providers enter.
pub fn register() -> Vec<Sender> {
    let register = |(owner, operator): (Sr25519Keyring, Sr25519Keyring)| {
        let call = Providers::register {
            operator: account(operator),
            endpoint: Url::parse("https://provider.example.org").expect("a URL"),
            capabilities: Capabilities {
                device: DeviceClass::Cpu,
                memory_bytes: 1 << 40,
                max_jobs: JOBS_EACH,
            },
            stake: Params::development().stake.min_stake,
        };
        Sender::Signed(owner, call.into())
    };
    PROVIDERS.map(register).into()
}

/// The buyer submits a job.
pub fn submit(script: &Script) -> Sender {
    let submission = Box::new(submission(script));
    signed(BUYER, Jobs::submit { submission })
}

/// A job's provider claims it.
pub fn claim(job: JobId) -> Sender {
    signed(operator(job), Jobs::claim { job })
}

/// A job's provider accepts it.
pub fn accept(job: JobId) -> Sender {
    signed(operator(job), Jobs::accept { job })
}

/// A job's provider commits a segment.
pub fn commit(script: &Script, job: JobId, segment: SegmentIndex) -> Sender {
    let commitment = Box::new(script.commitment.clone());
    let call = Jobs::commit_segment {
        job,
        segment,
        commitment,
    };
    signed(operator(job), call)
}

/// The challenger doubts a job's first segment.
pub fn open(job: JobId) -> Sender {
    let call = Disputes::open {
        job,
        segment: SegmentIndex(0),
        entry: Entry::Segment,
    };
    signed(CHALLENGER, call)
}

fn signed(who: Sr25519Keyring, call: impl Into<RuntimeCall>) -> Sender {
    Sender::Signed(who, call.into())
}

fn submission(script: &Script) -> JobSubmission {
    let claim = &script.claim;
    let spec = JobSpec {
        header: claim.header.into(),
        node_tree_root: NodeTreeRoot(claim.node_tree_root),
        start_state: StateRoot(claim.start),
        datasets: Default::default(),
        dataset_rows: 1,
        batch_size: 1,
        schedule: claim.schedule,
        work: DeclaredWork {
            flops_per_step: 1_000_000,
            bytes_per_step: 1_000_000,
            memory_bytes: 1 << 30,
        },
        seconds_per_segment: 15,
        price_per_segment: PRICE,
        requirements: Requirements {
            memory_bytes: 1 << 30,
            ..Requirements::default()
        },
        blobs: vec![Url::parse("https://example.org/job").expect("a URL")]
            .try_into()
            .expect("one address"),
        max_pause: 100,
    };
    let escrow = spec.cost_from(SegmentIndex(0), PRICE, &Params::development());
    JobSubmission { spec, escrow }
}
