//! The worker on a real node: killed at random moments, the node restarted under it, a faulty job.
//!
//! Needs the binary `assay-node`; see `common/node.rs` for where it is looked for.

#[path = "common/node.rs"]
mod node;
#[path = "common/small_job.rs"]
mod small_job;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use assay_blobs::{router, BlobId, BlobStore, Expected, HttpClient, Limits, ReadOnly, Reach, Server};
use assay_client::{calls, Account, At, ChainClient, ChainError, Included, Until};
use assay_protocol::{
    EndReason, JobId, JobStatus, JobSubmission, JobView, SegmentIndex, SegmentStatus, SegmentView, UNIT,
};
use assay_worker::worker::commitment_of;
use node::{connect, key, register, Node, Worker, OPERATOR};
use small_job::SmallJob;

/// How long a job may take.
const PATIENCE: Duration = Duration::from_secs(150);

/// Serves a job's blobs.
async fn serve(directory: &Path, job: &SmallJob) -> SocketAddr {
    let store = BlobStore::local(&directory.join("buyer")).unwrap();
    job.publish(&store).await;
    let server = Server::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = server.address();
    tokio::spawn(server.run(router(store, Arc::new(ReadOnly), Duration::from_secs(5)), std::future::pending()));
    address
}

/// Submits a job as Charlie.
async fn submit(chain: &ChainClient, submission: JobSubmission) -> JobId {
    let call = calls::submit_job(submission);
    let included: Included = chain.execute(&call, &key("//Charlie"), Until::InBestBlock).await.unwrap();
    included.event("Jobs", "Submitted").unwrap()
}

async fn quoted(chain: &ChainClient, job: &SmallJob, location: &str) -> JobSubmission {
    let mut submission = JobSubmission { spec: job.spec(location), escrow: UNIT };
    submission.escrow = chain.quote(&submission, At::Best).await.unwrap().unwrap().full_escrow;
    submission
}

async fn view(chain: &ChainClient, id: JobId) -> JobView<Account> {
    chain.job(id, At::Finalised).await.unwrap().unwrap_or_else(|| panic!("job {id} is not final yet"))
}

/// Waits until the finalised job satisfies a condition.
async fn until(chain: &ChainClient, id: JobId, done: impl Fn(&JobView<Account>) -> bool) -> JobView<Account> {
    let waiting = async {
        loop {
            match chain.job(id, At::Finalised).await {
                Ok(Some(job)) if done(&job) => return job,
                Ok(_) | Err(ChainError::Unreachable { .. } | ChainError::Refused { .. }) => {}
                Err(error) => panic!("{error}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.expect("the job stands still")
}

fn ended(job: &JobView<Account>) -> bool {
    matches!(job.state.status, JobStatus::Ended { .. })
}

/// Checks that every segment is paid once, to Bob, and holds the very roots that training gives.
async fn check_result(chain: &ChainClient, id: JobId, job: &SmallJob) {
    let done = view(chain, id).await;
    assert!(matches!(done.state.status, JobStatus::Ended { reason: EndReason::Completed, .. }), "{:?}", done.state.status);
    let reference = job.reference();
    let page = chain.segments(id, SegmentIndex(0), 100, At::Finalised).await.unwrap();
    assert_eq!(page.items.len(), reference.len());
    for (segment, roots) in page.items.iter().zip(&reference) {
        check_segment(segment, roots);
    }
    assert_eq!(done.state.ledger.paid, reference.len() as u128 * UNIT);
}

fn check_segment(segment: &SegmentView<Account>, roots: &[assay_protocol::StateRoot]) {
    let expected = commitment_of(roots);
    let SegmentStatus::Final { provider, trace, final_state, paid, .. } = &segment.status else {
        panic!("{segment:?} is not final");
    };
    assert_eq!((*provider, paid.price), (key("//Bob").account(), UNIT));
    assert_eq!((*trace, *final_state), (expected.trace, expected.final_state), "segment {}", segment.segment);
}

/// How often each interval was computed, over all runs of the worker.
fn computed(worker: &Worker) -> BTreeMap<(u64, u64), u32> {
    let mut times = BTreeMap::new();
    for line in worker.lines().iter().filter(|line| line["message"] == "interval computed") {
        let number = |name: &str| line[name].as_str().and_then(|text| text.parse().ok()).or(line[name].as_u64()).unwrap();
        *times.entry((number("segment"), number("interval"))).or_insert(0) += 1;
    }
    times
}

/// A number that differs from run to run.
fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_twenty_random_moments_the_worker_finishes_the_job() {
    let directory = tempfile::tempdir().unwrap();
    let node = Node::start(directory.path());
    let chain = connect(&node).await;
    let mut worker = Worker::new(directory.path(), &node);
    register(&chain, &worker).await;
    let job = SmallJob::new(24, 3, 40, 0.05);
    let location = format!("http://{}", serve(directory.path(), &job).await);
    let before = chain.account(&key(OPERATOR).account(), At::Finalised).await.unwrap().nonce;
    let id = submit(&chain, quoted(&chain, &job, &location).await).await;

    let mut kills = 0;
    while kills < 20 {
        worker.start();
        let alive = Duration::from_millis(100 + random() % 2_400);
        tokio::time::sleep(alive).await;
        assert!(worker.is_running(), "the worker ended by itself");
        assert!(!chain.job(id, At::Finalised).await.unwrap().is_some_and(|job| ended(&job)), "the job is too short for this test");
        worker.kill();
        kills += 1;
    }
    worker.start();
    until(&chain, id, ended).await;
    check_result(&chain, id, &job).await;

    let times = computed(&worker);
    assert_eq!(times.len(), 24 * 3, "every interval was computed");
    let repeated: u32 = times.values().map(|times| times - 1).sum();
    assert!(repeated <= kills, "{repeated} intervals repeated after {kills} kills: {times:?}");
    let nonce = chain.account(&key(OPERATOR).account(), At::Finalised).await.unwrap().nonce;
    assert_eq!(nonce - before, 2 + 24, "claim, accept and one commitment for each segment");
    assert!(worker.terminate().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_restarts_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let mut node = Node::start(directory.path());
    let chain = connect(&node).await;
    let mut worker = Worker::new(directory.path(), &node);
    register(&chain, &worker).await;
    let job = SmallJob::new(10, 2, 20, 0.05);
    let location = format!("http://{}", serve(directory.path(), &job).await);
    worker.start();
    let id = submit(&chain, quoted(&chain, &job, &location).await).await;
    for committed in [1, 5] {
        until(&chain, id, |job| job.state.progress.committed >= committed).await;
        node.restart(Duration::from_secs(2));
    }
    until(&chain, id, ended).await;
    check_result(&chain, id, &job).await;
    assert!(worker.is_running(), "it is the same process");

    // The last state is served to its buyer.
    let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
    let last = *job.reference().last().unwrap().last().unwrap();
    let fetched = BlobStore::local(&directory.path().join("fetched")).unwrap();
    let expected = Expected::State(job.program.get().slots.clone());
    http.fetch(&worker.endpoint(), &BlobId::state(last.0), &expected, &fetched).await.unwrap();
    let progress = http.get(&format!("{}/jobs/{id}/progress", worker.endpoint()), 10_000).await.unwrap();
    let progress: serde_json::Value = serde_json::from_slice(&progress).unwrap();
    assert_eq!((progress["step"].as_u64(), progress["phase"].as_str()), (Some(400), Some("done")), "{progress}");
    assert!(worker.terminate().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_job_is_declined_with_its_reason_and_a_diverging_one_is_finished() {
    let directory = tempfile::tempdir().unwrap();
    let node = Node::start(directory.path());
    let chain = connect(&node).await;
    let mut worker = Worker::new(directory.path(), &node);
    register(&chain, &worker).await;
    worker.start();

    let job = SmallJob::new(2, 2, 5, 1e38);
    let location = format!("http://{}", serve(directory.path(), &job).await);
    let mut faulty = quoted(&chain, &job, &location).await;
    faulty.spec.work.flops_per_step -= 1;
    let faulty = submit(&chain, faulty).await;
    let declined = until(&chain, faulty, |job| !job.state.declined.is_empty()).await;
    assert_eq!(declined.state.declined.to_vec(), [key("//Bob").account()]);
    let lines = worker.lines();
    let said: BTreeSet<_> = lines.iter().filter_map(|line| line["reason"].as_str()).collect();
    assert!(said.contains("WorkUnderstated"), "{said:?}");

    let diverging = submit(&chain, quoted(&chain, &job, &location).await).await;
    until(&chain, diverging, ended).await;
    check_result(&chain, diverging, &job).await;
    assert!(worker.lines().iter().any(|line| line["message"].as_str().is_some_and(|text| text.contains("no finite number"))));
    assert!(worker.terminate().success());
}
