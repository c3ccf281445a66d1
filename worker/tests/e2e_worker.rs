//! The worker on a real node: killed at random moments, the node restarted under it, a faulty job.
//!
//! Needs the binary `assay-node`; see `common/node.rs` for where it is looked for.

mod common {
    pub mod node;
    pub mod process;
    pub mod small_job;
    pub mod worker;
}

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use assay_blobs::{
    router, BlobId, BlobStore, Expected, HttpClient, Limits, Reach, ReadOnly, Server,
};
use assay_client::{calls, Account, At, ChainClient, ChainError, Included, Until};
use assay_protocol::{
    EndReason, JobId, JobStatus, JobSubmission, JobView, SegmentIndex, SegmentStatus, SegmentView,
    UNIT,
};
use assay_worker::commitment_of;
use common::{
    node::Node,
    small_job::SmallJob,
    worker::{key, register, Worker, OPERATOR},
};
use serde_json::Value;

/// How long a job may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// Serves a job's blobs.
async fn serve(directory: &Path, job: &SmallJob) -> SocketAddr {
    let store = BlobStore::local(&directory.join("buyer")).unwrap();
    job.publish(&store).await;
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.run(
        router(store, Arc::new(ReadOnly), Duration::from_secs(5)),
        std::future::pending(),
    ));
    address
}

/// Submits a job as Charlie.
async fn submit(chain: &ChainClient, submission: JobSubmission) -> JobId {
    let call = calls::submit_job(submission);
    let included: Included = chain
        .execute(&call, &key("//Charlie"), Until::InBestBlock)
        .await
        .unwrap();
    included.event("Jobs", "Submitted").unwrap()
}

async fn quoted(chain: &ChainClient, job: &SmallJob, location: &str) -> JobSubmission {
    let mut submission = JobSubmission {
        spec: job.spec(location),
        escrow: UNIT,
    };
    submission.escrow = chain
        .quote(&submission, At::Best)
        .await
        .unwrap()
        .unwrap()
        .full_escrow;
    submission
}

async fn view(chain: &ChainClient, id: JobId) -> JobView<Account> {
    chain
        .job(id, At::Finalised)
        .await
        .unwrap()
        .unwrap_or_else(|| panic!("job {id} is not final yet"))
}

/// Waits until the finalised job satisfies a condition.
async fn until(
    chain: &ChainClient,
    id: JobId,
    done: impl Fn(&JobView<Account>) -> bool,
) -> JobView<Account> {
    let mut heads = chain.heads();
    let waiting = async {
        loop {
            heads.mark_unchanged();
            match chain.job(id, At::Finalised).await {
                Ok(Some(job)) if done(&job) => return job,
                Ok(_) | Err(ChainError::Unreachable { .. } | ChainError::Refused { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            heads.changed().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .expect("the job stands still")
}

fn ended(job: &JobView<Account>) -> bool {
    matches!(job.state.status, JobStatus::Ended { .. })
}

/// Checks that every segment is paid once, to Bob, and holds the very roots that training gives.
async fn check_result(chain: &ChainClient, id: JobId, job: &SmallJob) {
    let done = view(chain, id).await;
    assert!(
        matches!(
            done.state.status,
            JobStatus::Ended {
                reason: EndReason::Completed,
                ..
            }
        ),
        "{:?}",
        done.state.status
    );
    let reference = job.reference();
    let page = chain
        .segments(id, SegmentIndex(0), 100, At::Finalised)
        .await
        .unwrap();
    assert_eq!(page.items.len(), reference.len());
    for (segment, roots) in page.items.iter().zip(&reference) {
        check_segment(segment, roots);
    }
    assert_eq!(done.state.ledger.paid, reference.len() as u128 * UNIT);
}

fn check_segment(segment: &SegmentView<Account>, roots: &[assay_protocol::StateRoot]) {
    let expected = commitment_of(roots);
    let SegmentStatus::Final {
        provider,
        trace,
        final_state,
        paid,
        ..
    } = &segment.status
    else {
        panic!("{segment:?} is not final");
    };
    assert_eq!((*provider, paid.price), (key("//Bob").account(), UNIT));
    assert_eq!(
        (*trace, *final_state),
        (expected.trace, expected.final_state),
        "segment {}",
        segment.segment
    );
}

/// How often each interval was computed, over all runs of the worker.
fn computed(worker: &Worker, job: JobId) -> BTreeMap<(u64, u64), u32> {
    let mut times = BTreeMap::new();
    for line in worker
        .lines()
        .iter()
        .filter(|line| line["message"] == "interval computed")
    {
        let number = |name: &str| {
            let field = &line[name];
            field
                .as_str()
                .and_then(|text| text.parse().ok())
                .or(field.as_u64())
                .unwrap()
        };
        if number("job") != job.0 {
            continue;
        }
        *times
            .entry((number("segment"), number("interval")))
            .or_insert(0) += 1;
    }
    times
}

/// A number that differs from run to run.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish()
}

/// A chain, a registered worker and a buyer's directory.
struct World {
    directory: tempfile::TempDir,
    node: Node,
    chain: ChainClient,
    worker: Worker,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let node = Node::start(directory.path()).await;
        let chain = ChainClient::connect(&node.url(), None).await.unwrap();
        let worker = Worker::new(directory.path(), &node);
        register(&chain, &worker).await;
        Self {
            directory,
            node,
            chain,
            worker,
        }
    }

    /// A submission of a job whose blobs are served.
    async fn offer(&self, name: &str, job: &SmallJob) -> JobSubmission {
        let address = serve(&self.directory.path().join(name), job).await;
        quoted(&self.chain, job, &format!("http://{address}")).await
    }

    async fn operator_nonce(&self) -> u32 {
        let account = key(OPERATOR).account();
        self.chain
            .account(&account, At::Finalised)
            .await
            .unwrap()
            .nonce
    }
}

/// One node serves all of it, since a node takes long to start.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_on_a_real_node() {
    let mut world = World::new().await;
    world.worker.start();
    a_faulty_job_is_declined_with_its_reason(&mut world).await;
    a_diverging_job_is_finished(&mut world).await;
    a_node_that_restarts_is_waited_for(&mut world).await;
    assert!(world.worker.is_running(), "it is the same process");
    assert!(world.worker.terminate().success());
    killed_at_twenty_random_moments_the_worker_finishes_the_job(&mut world).await;
}

async fn a_faulty_job_is_declined_with_its_reason(world: &mut World) {
    let job = SmallJob::new(2, 2, 5, 0.1);
    let mut faulty = world.offer("faulty", &job).await;
    faulty.spec.work.flops_per_step -= 1;
    let faulty = submit(&world.chain, faulty).await;
    let declined = until(&world.chain, faulty, |job| !job.state.excluded.is_empty()).await;
    assert_eq!(declined.state.excluded.to_vec(), [key("//Bob").account()]);
    let lines = world.worker.lines();
    let said: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line["reason"].as_str())
        .collect();
    assert!(said.contains("WorkUnderstated"), "{said:?}");
}

async fn a_diverging_job_is_finished(world: &mut World) {
    let job = SmallJob::new(2, 2, 5, 1e38);
    let id = submit(&world.chain, world.offer("diverging", &job).await).await;
    until(&world.chain, id, ended).await;
    check_result(&world.chain, id, &job).await;
    let told = |line: &Value| {
        line["message"]
            .as_str()
            .is_some_and(|text| text.contains("no finite number"))
    };
    assert!(world.worker.lines().iter().any(told));
}

async fn a_node_that_restarts_is_waited_for(world: &mut World) {
    let job = SmallJob::new(10, 2, 20, 0.05);
    let id = submit(&world.chain, world.offer("restart", &job).await).await;
    for committed in [1, 5] {
        until(&world.chain, id, |job| {
            job.state.progress.committed >= committed
        })
        .await;
        world.node.restart(Duration::from_secs(2)).await;
    }
    until(&world.chain, id, ended).await;
    check_result(&world.chain, id, &job).await;

    // The last state is served to its buyer.
    let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
    let last = *job.reference().last().unwrap().last().unwrap();
    let fetched = BlobStore::local(&world.directory.path().join("fetched")).unwrap();
    let expected = Expected::State(job.program.get().slots.clone());
    let endpoint = world.worker.endpoint();
    http.fetch(&endpoint, &BlobId::state(last.0), &expected, &fetched)
        .await
        .unwrap();
    let done =
        |line: &Value| line["message"] == "done with the job" && line["job"] == id.to_string();
    world.worker.says(done).await;
    let url = format!("{endpoint}/jobs/{id}/progress");
    let progress = http.get(&url, 10_000).await.unwrap();
    let progress: Value = serde_json::from_slice(&progress).unwrap();
    assert_eq!(
        (&progress["step"], &progress["phase"]),
        (&400.into(), &"done".into())
    );
}

async fn killed_at_twenty_random_moments_the_worker_finishes_the_job(world: &mut World) {
    let job = SmallJob::new(24, 3, 40, 0.05);
    let before = world.operator_nonce().await;
    let id = submit(&world.chain, world.offer("killed", &job).await).await;
    let kills = 20;
    for _ in 0..kills {
        world.worker.start();
        tokio::time::sleep(Duration::from_millis(100 + random() % 2_200)).await;
        assert!(world.worker.is_running(), "the worker ended by itself");
        let now = world.chain.job(id, At::Finalised).await.unwrap();
        assert!(
            !now.is_some_and(|job| ended(&job)),
            "the job is too short for this test"
        );
        world.worker.kill();
    }
    world.worker.start();
    until(&world.chain, id, ended).await;
    check_result(&world.chain, id, &job).await;

    let times = computed(&world.worker, id);
    assert_eq!(times.len(), 24 * 3, "every interval was computed");
    let repeated: u32 = times.values().map(|times| times - 1).sum();
    assert!(
        repeated <= kills,
        "{repeated} intervals repeated after {kills} kills: {times:?}"
    );
    let made = world.operator_nonce().await - before;
    assert_eq!(
        made,
        2 + 24,
        "claim, accept and one commitment for each segment"
    );
    assert!(world.worker.terminate().success());
}
