//! Training threads, interrupted, damaged and short of room.

use std::{collections::BTreeSet, path::Path, process::Command, sync::Arc};

use assay_blobs::{BlobId, BlobKind, BlobStore};
use assay_engine::Simd;
use assay_program::estimate;
use assay_protocol::{IntervalIndex, JobId, SegmentIndex, StateRoot};
use assay_worker::{
    compute::Honest,
    decide::Goal,
    journal::Journal,
    material::{check, defence_bytes, loss_tape, Machine, Material, MaterialError},
    metrics::Metrics,
    progress::{Board, Phase, Progress},
    train::{Shop, TrainError, Trainer},
};
use tokio::sync::Notify;

use assay_processes::small_job::SmallJob;

use crate::devices::{Defect, Fake};

const JOB: JobId = JobId(1);

struct Bench {
    job: SmallJob,
    shop: Shop,
    /// Told when a segment is whole and when a thread has finished.
    woken: Arc<Notify>,
}

impl Bench {
    async fn new(directory: &Path, job: SmallJob) -> Self {
        let store = BlobStore::local(&directory.join("blobs")).unwrap();
        job.publish(&store).await;
        let board = Board::default();
        board.open(Progress::new(
            JOB,
            job.schedule.total_steps.0,
            job.schedule.segments(),
        ));
        let shop = Shop {
            journal: Arc::new(Journal::open(directory, [0; 32]).unwrap()),
            store,
            board,
            metrics: Arc::new(Metrics::default()),
            machine: Machine {
                simd: Simd::Auto,
                memory_bytes: 1 << 30,
            },
            compute: Arc::new(Honest::default()),
        };
        Self {
            job,
            shop,
            woken: Arc::default(),
        }
    }

    fn material(&self) -> Arc<Material> {
        let spec = self.job.spec("http://localhost:1");
        let work = check(&self.job.program, &spec, 1 << 30).unwrap();
        let datasets = self.job.datasets.clone();
        Arc::new(Material {
            program: self.job.program.clone(),
            constants: Vec::new().into(),
            datasets: datasets.into(),
            work,
            tape: loss_tape(self.job.program.get()),
        })
    }

    fn start(&self) -> Trainer {
        let (shop, woken) = (self.shop.clone(), self.woken.clone());
        let wake = move || woken.notify_one();
        Trainer::start(shop, JOB, self.job.schedule, self.material(), wake).unwrap()
    }

    fn goal(&self, first: u32, last: u32, start: StateRoot) -> Goal {
        Goal {
            first: SegmentIndex(first),
            start,
            last: SegmentIndex(last),
            finalised: first,
        }
    }

    fn whole(&self) -> Goal {
        self.goal(0, self.job.schedule.segments() - 1, self.job.start_root())
    }

    /// The roots in the journal.
    fn noted(&self) -> Vec<Vec<StateRoot>> {
        let segments = (0..self.job.schedule.segments()).map(SegmentIndex);
        segments
            .map(|segment| self.shop.journal.intervals(JOB, segment).unwrap())
            .collect()
    }

    async fn until(&self, done: impl Fn(&Progress) -> bool) {
        self.shop.board.wait_for(JOB, done).await;
    }

    /// The end of a thread that comes to it by itself, before any segment is whole.
    async fn end(&self, trainer: Trainer) -> TrainError {
        self.woken.notified().await;
        assert!(trainer.is_finished());
        trainer.join().await.unwrap_err()
    }

    async fn finish(&self, trainer: Trainer) {
        let steps = self.job.schedule.total_steps.0;
        self.until(|progress| progress.phase == Phase::Waiting && progress.step == steps)
            .await;
        trainer.join().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_trained_to_the_reference_bit_for_bit() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(3, 4, 5, 0.1)).await;
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), bench.job.reference());
    let progress = bench.shop.board.get(JOB).unwrap();
    assert!(progress.loss.unwrap() > 0.0 && !progress.diverged);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_trains_to_the_same_bits() {
    let directory = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(directory.path(), SmallJob::new(2, 4, 5, 0.1)).await;
    bench.shop.compute = Arc::new(Honest {
        device: Arc::new(Fake::RIGHT),
    });
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), bench.job.reference());
    assert!(bench.shop.board.get(JOB).unwrap().loss.unwrap() > 0.0);
}

/// The intervals before the failure are kept, the one that was on its way among them, and training goes on from there.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fails_loses_only_the_interval_under_way() {
    let directory = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(directory.path(), SmallJob::new(1, 5, 4, 0.1)).await;
    let right = bench.shop.compute.clone();
    bench.shop.compute = Arc::new(Honest {
        device: Arc::new(Fake {
            defect: Defect::FailsAt(14),
            ..Fake::RIGHT
        }),
    });
    let trainer = bench.start();
    trainer.aim(bench.whole());
    let error = bench.end(trainer).await;
    assert!(
        matches!(&error, TrainError::Compute(error) if !error.is_final()),
        "{error}"
    );
    let reference = bench.job.reference();
    assert_eq!(bench.noted()[0], reference[0][..3]);
    bench.shop.compute = right;
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), reference);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_needed_states_stay_in_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(4, 3, 2, 0.1)).await;
    let reference = bench.job.reference();
    let trainer = bench.start();
    let mut start = bench.job.start_root();
    for segment in 0..4 {
        trainer.aim(bench.goal(segment, segment, start));
        bench
            .until(|progress| {
                progress.phase == Phase::Waiting && progress.step == u64::from(segment + 1) * 6
            })
            .await;
        start = *reference[segment as usize].last().unwrap();
    }
    trainer.join().await.unwrap();
    let kept: BTreeSet<_> = bench
        .shop
        .store
        .list(BlobKind::State)
        .await
        .unwrap()
        .into_iter()
        .map(|id| id.root)
        .collect();
    let end = |segment: usize| reference[segment].last().unwrap().0;
    assert_eq!(
        kept,
        [end(1), end(2), end(3)].into(),
        "from the newest final one on"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_game_may_begin_from_stays_until_the_segment_is_final() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(4, 3, 2, 0.1)).await;
    let reference = bench.job.reference();
    let trainer = bench.start();
    trainer.aim(Goal {
        finalised: 0,
        ..bench.whole()
    });
    bench.finish(trainer).await;
    let states = bench.shop.store.list(BlobKind::State).await.unwrap();
    let kept: BTreeSet<_> = states.into_iter().map(|id| id.root).collect();
    let ends = reference.iter().map(|roots| roots.last().unwrap().0);
    let starts: BTreeSet<_> = ends.chain([bench.job.start_root().0]).collect();
    assert_eq!(kept, starts);
    assert_eq!(bench.noted(), reference, "and so do all roots");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_job_goes_on_from_its_last_interval() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(2, 40, 4, 0.1)).await;
    let (mut stops, steps) = (0, bench.job.schedule.total_steps.0);
    for target in (16..steps).step_by(64) {
        let trainer = bench.start();
        trainer.aim(bench.whole());
        bench.until(|progress| progress.step >= target).await;
        trainer.join().await.unwrap();
        stops += 1;
    }
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), bench.job.reference());
    let taken = bench
        .shop
        .metrics
        .steps
        .load(std::sync::atomic::Ordering::Relaxed);
    assert!(
        taken <= steps + 4 * stops,
        "{taken} steps taken for {steps} after {stops} stops"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_checkpoint_costs_work_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(2, 6, 4, 0.1)).await;
    let reference = bench.job.reference();
    let trainer = bench.start();
    trainer.aim(bench.goal(0, 0, bench.job.start_root()));
    bench
        .until(|progress| progress.phase == Phase::Waiting && progress.step == 24)
        .await;
    trainer.join().await.unwrap();
    let newest = BlobId::state(reference[0][5].0);
    let path = directory.path().join("blobs").join(newest.path());
    std::fs::write(&path, b"rot").unwrap();
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), reference);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_start_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(1, 1, 1, 0.1)).await;
    let trainer = bench.start();
    trainer.aim(bench.goal(0, 0, StateRoot([9; 32])));
    assert!(matches!(
        bench.end(trainer).await,
        TrainError::NoState {
            root: StateRoot([9, ..])
        }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_computes_otherwise_than_before_is_found_out() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(1, 3, 2, 0.1)).await;
    let start = bench.job.start_root();
    bench
        .shop
        .journal
        .begin(JOB, SegmentIndex(0), start)
        .unwrap();
    bench
        .shop
        .journal
        .record(JOB, SegmentIndex(0), IntervalIndex(0), StateRoot([9; 32]))
        .unwrap();
    let trainer = bench.start();
    trainer.aim(bench.whole());
    assert!(matches!(
        bench.end(trainer).await,
        TrainError::Unreliable { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn divergence_is_finished_and_reported() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::new(directory.path(), SmallJob::new(1, 4, 5, 1e38)).await;
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), bench.job.reference());
    let progress = bench.shop.board.get(JOB).unwrap();
    assert!(progress.diverged, "{progress:?}");
    assert_eq!(progress.step, 20);
}

#[test]
fn what_a_job_declares_is_checked() {
    let job = SmallJob::new(1, 1, 1, 0.1);
    let good = job.spec("http://localhost:1");
    assert!(check(&job.program, &good, 1 << 30).is_ok());
    let reason = |change: &dyn Fn(&mut assay_protocol::JobSpec), memory: u64| {
        let mut spec = good.clone();
        change(&mut spec);
        match check(&job.program, &spec, memory) {
            Err(MaterialError::Hopeless { reason, .. }) => reason,
            other => panic!("{other:?}"),
        }
    };
    use assay_protocol::DeclineReason::{
        MemoryUnderstated, NoCapacity, ProgramInvalid, WorkUnderstated,
    };
    assert_eq!(
        reason(&|spec| spec.work.flops_per_step -= 1, 1 << 30),
        WorkUnderstated
    );
    assert_eq!(
        reason(&|spec| spec.work.bytes_per_step -= 1, 1 << 30),
        WorkUnderstated
    );
    assert_eq!(
        reason(&|spec| spec.work.memory_bytes -= 1, 1 << 30),
        MemoryUnderstated
    );
    assert_eq!(
        reason(&|spec| spec.dataset_rows += 1, 1 << 30),
        ProgramInvalid
    );
    assert_eq!(
        reason(&|spec| spec.batch_size += 1, 1 << 30),
        ProgramInvalid
    );
    let work = estimate(&job.program);
    let needed = defence_bytes(&work);
    // Training holds two states more: one set aside, and its bytes on their way to the store.
    assert!(work.memory_bytes + 2 * work.state_bytes <= needed);
    assert!(check(&job.program, &good, needed).is_ok());
    assert_eq!(reason(&|_| (), needed - 1), NoCapacity);
}

/// The directory that the process with a file size limit uses.
const SMALL_DISK: &str = "ASSAY_TEST_SMALL_DISK";

/// Runs this very test again in a process whose files may not exceed 4 KiB, which fails the state's writes as a full disk
/// does, until the process lifts the limit.
#[test]
fn a_full_disk_is_waited_out() {
    match std::env::var_os(SMALL_DISK) {
        Some(directory) => tokio::runtime::Runtime::new().unwrap().block_on(async {
            let training = train_without_room(directory.as_ref());
            let limit = std::time::Duration::from_secs(120);
            tokio::time::timeout(limit, training).await.unwrap()
        }),
        None => {
            let directory = tempfile::tempdir().unwrap();
            let script =
                "trap '' XFSZ; exec \"$0\" --exact training::a_full_disk_is_waited_out --nocapture";
            let this = std::env::current_exe().unwrap();
            let output = Command::new("sh")
                .args(["-c", script])
                .arg(this)
                .env(SMALL_DISK, directory.path())
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

async fn train_without_room(directory: &Path) {
    use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
    let bench = Bench::new(directory, SmallJob::new(1, 3, 500, 0.1)).await;
    let start = bench.job.start_root();
    // The journal knows the start, so that steps are taken before anything must be written.
    bench
        .shop
        .journal
        .begin(JOB, SegmentIndex(0), start)
        .unwrap();
    let unlimited = getrlimit(Resource::Fsize);
    setrlimit(
        Resource::Fsize,
        Rlimit {
            current: Some(4_096),
            ..unlimited
        },
    )
    .unwrap();
    let trainer = bench.start();
    trainer.aim(bench.whole());
    bench
        .until(|progress| progress.phase == Phase::DiskFull)
        .await;
    // One more interval is trained meanwhile, and then there is nowhere to put its end.
    bench.until(|progress| progress.step == 1_000).await;
    assert_eq!(bench.noted(), [vec![]], "no root without its state");
    setrlimit(Resource::Fsize, unlimited).unwrap();
    bench.finish(trainer).await;
    assert_eq!(bench.noted(), bench.job.reference());
}
