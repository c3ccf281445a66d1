//! The worker on a real node: killed at random moments, the node restarted under it, a faulty job, two jobs at a time, and what it
//! leaves behind.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for. The jobs take as long as their windows:
//! a pipeline that is full waits for one of them, so the chain's are short.

mod common {
    pub mod world;
}

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use assay_blobs::{BlobId, BlobStore, Expected, HttpClient, Limits, Reach};
use assay_client::{Account, At};
use assay_processes::{
    daemon::Daemon,
    market::{key, served, submit, until, until_job, Lane},
    node::Pace,
    small_job::SmallJob,
};
use assay_protocol::{JobId, JobStatus, JobView, SegmentIndex, SegmentStatus, UNIT};
use common::world::World;
use serde_json::Value;

/// Short windows. The worker looks at every job's result before its retention is over, and at all of them afterwards.
const PACE: Pace = Pace {
    retention: 120,
    ..Pace::UNDISPUTED
};

/// How often the worker is killed.
const KILLS: u32 = 20;

/// A fast chain and Bob's worker.
struct Scene {
    world: World,
    worker: Daemon,
}

impl Scene {
    async fn new() -> Self {
        let world = World::at(PACE).await;
        let worker = Daemon::provider(world.path(), &world.node.url(), "//Bob//operator")
            .also(&["--max-jobs", "2"]);
        worker.register(&world.chain, &key("//Bob"), Lane(0)).await;
        Self { world, worker }
    }

    async fn operator_nonce(&self) -> u32 {
        let account = self.worker.key().account();
        let account = self.world.chain.account(&account, At::Finalised).await;
        account.unwrap().nonce
    }

    /// Checks that every segment is paid once, to Bob, and holds the very roots that training gives.
    async fn check_result(&self, id: JobId, job: &SmallJob) {
        let segments = job.schedule.segments() as usize;
        let bob = key("//Bob").account();
        self.world.check_result(id, job, &vec![bob; segments]).await;
        let chain = &self.world.chain;
        let done = chain.job(id, At::Finalised).await.unwrap().unwrap();
        assert_eq!(done.state.ledger.paid, segments as u128 * UNIT);
        let all = chain
            .segments(id, SegmentIndex(0), 100, At::Finalised)
            .await;
        for segment in all.unwrap().items {
            let paid =
                matches!(segment.status, SegmentStatus::Final { paid, .. } if paid.price == UNIT);
            assert!(paid, "{segment:?}");
        }
    }
}

/// One node serves all of it, since a node takes long to start.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_on_a_real_node() {
    let mut scene = Scene::new().await;
    scene.worker.start();
    a_faulty_job_is_declined_with_its_reason(&scene).await;
    let (diverging, job) = a_diverging_job(&scene).await;
    a_node_that_restarts_is_waited_for(&mut scene).await;
    the_diverging_job_is_finished_too(&scene, diverging, &job).await;
    assert!(scene.worker.is_running(), "it is the same process");
    assert!(scene.worker.terminate().success());
    killed_at_random_moments_the_worker_finishes_the_job(&mut scene).await;
    what_the_first_run_did_is_cleaned_up(&mut scene, diverging).await;
}

async fn a_faulty_job_is_declined_with_its_reason(scene: &Scene) {
    let Scene { world, worker } = scene;
    let job = SmallJob::new(2, 2, 5, 0.1);
    let mut faulty = served(&world.chain, &world.path().join("faulty"), &job).await;
    faulty.spec.work.flops_per_step -= 1;
    let faulty = submit(&world.chain, faulty, &key("//Charlie")).await;
    let excluded = |job: &JobView<Account>| !job.state.excluded.is_empty();
    let declined = until_job(&world.chain, faulty, "the decline", excluded).await;
    assert_eq!(declined.state.excluded.to_vec(), [key("//Bob").account()]);
    let lines = worker.lines();
    let said: BTreeSet<_> = lines
        .iter()
        .filter_map(|line| line["reason"].as_str())
        .collect();
    assert!(said.contains("WorkUnderstated"), "{said:?}");
    what_an_open_job_would_earn_is_told(scene, faulty).await;
}

async fn what_an_open_job_would_earn_is_told(scene: &Scene, job: JobId) {
    let mut bench = tokio::process::Command::new(env!("CARGO_BIN_EXE_assay-worker"));
    let (node, data) = (scene.world.node.url(), scene.world.path().join("bench"));
    bench.args(["bench", "--json", "--seconds", "0.05", "--node", &node]);
    let output = bench.arg("--data-dir").arg(data).output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let offers = report["offers"].as_array().unwrap();
    let offer = offers.iter().find(|offer| offer["job"] == job.0).unwrap();
    assert_eq!(offer["price_per_segment"], 1.0);
    let hour = offer["tokens_per_hour"].as_f64().unwrap();
    let segment = offer["seconds_per_segment"].as_f64().unwrap();
    assert!(
        segment > 0.0 && (hour * segment / 3_600.0 - 1.0).abs() < 1e-9,
        "{offer}"
    );
    assert!(report["node"]["reached"]["seconds"].as_f64().unwrap() > 0.0);
}

/// Offers a job whose loss is soon no number; another goes on beside it.
async fn a_diverging_job(scene: &Scene) -> (JobId, SmallJob) {
    let job = SmallJob::new(2, 2, 5, 1e38);
    (scene.world.offer("diverging", &job).await, job)
}

async fn the_diverging_job_is_finished_too(scene: &Scene, id: JobId, job: &SmallJob) {
    scene.check_result(id, job).await;
    let told = |line: &Value| {
        let text = line["message"].as_str();
        text.is_some_and(|text| text.contains("no finite number"))
    };
    assert!(scene.worker.lines().iter().any(told));
}

async fn a_node_that_restarts_is_waited_for(scene: &mut Scene) {
    let world = &mut scene.world;
    let job = SmallJob::new(8, 2, 20, 0.05);
    let id = world.offer("restart", &job).await;
    for committed in [1, 5] {
        let so_far = |job: &JobView<Account>| job.state.progress.committed >= committed;
        until_job(&world.chain, id, "a commitment", so_far).await;
        world.node.restart(Duration::from_secs(2)).await;
    }
    scene.check_result(id, &job).await;
    the_last_state_and_progress_are_served(scene, id, &job).await;
}

async fn the_last_state_and_progress_are_served(scene: &Scene, id: JobId, job: &SmallJob) {
    let Scene { world, worker } = scene;
    let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
    let last = *job.reference().last().unwrap().last().unwrap();
    let fetched = BlobStore::local(&world.path().join("fetched")).unwrap();
    let expected = Expected::State(job.program.get().slots.clone());
    let endpoint = worker.endpoint();
    http.fetch(&endpoint, &BlobId::state(last.0), &expected, &fetched)
        .await
        .unwrap();
    let done =
        |line: &Value| line["message"] == "done with the job" && line["job"] == id.to_string();
    worker.says(0, done).await;
    let url = format!("{endpoint}/jobs/{id}/progress");
    let progress = http.get(&url, 10_000).await.unwrap();
    let progress: Value = serde_json::from_slice(&progress).unwrap();
    assert_eq!(
        (&progress["step"], &progress["phase"]),
        (&job.schedule.total_steps.0.into(), &"done".into())
    );
}

async fn killed_at_random_moments_the_worker_finishes_the_job(scene: &mut Scene) {
    let job = SmallJob::new(24, 3, 40, 0.05);
    let before = scene.operator_nonce().await;
    let id = scene.world.offer("killed", &job).await;
    for _ in 0..KILLS {
        scene.worker.start();
        tokio::time::sleep(Duration::from_millis(100 + random() % 1_400)).await;
        assert!(scene.worker.is_running(), "the worker ended by itself");
        let now = scene.world.chain.job(id, At::Finalised).await.unwrap();
        let ended = |job: JobView<Account>| matches!(job.state.status, JobStatus::Ended { .. });
        assert!(
            !now.is_some_and(ended),
            "the job is too short for this test"
        );
        scene.worker.kill();
    }
    scene.worker.start();
    scene.check_result(id, &job).await;

    let times = computed(&scene.worker, id);
    assert_eq!(times.len(), 24 * 3, "every interval was computed");
    let repeated: u32 = times.values().map(|times| times - 1).sum();
    assert!(
        repeated <= KILLS,
        "{repeated} intervals repeated after {KILLS} kills: {times:?}"
    );
    let made = scene.operator_nonce().await - before;
    assert_eq!(
        made,
        2 + 24,
        "claim, accept and one commitment for each segment"
    );
    assert!(scene.worker.terminate().success());
}

async fn what_the_first_run_did_is_cleaned_up(scene: &mut Scene, id: JobId) {
    scene.worker.start();
    let chain = &scene.world.chain;
    let ask = |at| async move { chain.job(id, at).await };
    until(chain, "the clean-up", ask, Option::is_none).await;
    let forgotten =
        |line: &Value| line["message"] == "the job is forgotten" && line["job"] == id.to_string();
    scene.worker.says(0, forgotten).await;
    assert!(scene.worker.terminate().success());
}

/// How often each interval was computed, over all runs of the worker.
fn computed(worker: &Daemon, job: JobId) -> BTreeMap<(u64, u64), u32> {
    let mut times = BTreeMap::new();
    for line in worker.lines() {
        let number = |name: &str| {
            let field = &line[name];
            let text = field.as_str().and_then(|text| text.parse().ok());
            text.or(field.as_u64()).unwrap()
        };
        if line["message"] == "interval computed" && number("job") == job.0 {
            let place = (number("segment"), number("interval"));
            *times.entry(place).or_insert(0) += 1;
        }
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
