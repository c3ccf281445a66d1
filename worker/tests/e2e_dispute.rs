//! Disputes on a real node: a provider that cheats is convicted, a challenger that lies loses its bond.
//!
//! Needs the binaries `assay-node` and `assay-adversary`; see `common/node.rs` and `common/daemon.rs` for where they are
//! looked for.

mod common {
    pub mod daemon;
    pub mod market;
    pub mod node;
    pub mod process;
    pub mod small_job;
}

use std::path::Path;

use assay_blobs::{BlobId, BlobStore, Expected, HttpClient, Limits, Reach};
use assay_client::{Account, At, ChainClient};
use assay_game::{DisputeView, Entry, Party, Reason, Standing, Verdict};
use assay_protocol::{
    EndReason, IntervalIndex, JobId, JobStatus, JobView, SegmentIndex, SegmentStatus,
};
use assay_worker::commitment_of;
use common::{
    daemon::Daemon,
    market::{key, offer, until, until_job},
    node::Node,
    small_job::SmallJob,
};

/// A chain with its files.
struct World {
    directory: tempfile::TempDir,
    node: Node,
    chain: ChainClient,
}

impl World {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let node = Node::start(directory.path()).await;
        let chain = ChainClient::connect(&node.url(), None).await.unwrap();
        Self {
            directory,
            node,
            chain,
        }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    async fn offer(&self, name: &str, job: &SmallJob) -> JobId {
        let directory = self.path().join(name);
        offer(&self.chain, &directory, job, &key("//Charlie")).await
    }

    /// The disputes about a job, as the newest final block has them.
    async fn disputes(&self, job: JobId, at: At) -> Vec<DisputeView<Account>> {
        let page = self.chain.disputes(0, 100, at).await.unwrap();
        let all = page.items.into_iter();
        all.filter(|view| view.job == job).collect()
    }

    /// Waits until the only dispute about a job has its verdict.
    async fn verdict(&self, job: JobId) -> (DisputeView<Account>, Verdict) {
        let chain = &self.chain;
        let ask = |at| async move { chain.disputes(0, 100, at).await };
        let over = |view: &DisputeView<Account>| {
            view.job == job && matches!(view.standing, Standing::Ended { .. })
        };
        let page = until(chain, "the verdict", ask, |page| {
            page.items.iter().any(over)
        })
        .await;
        let about: Vec<_> = page.items.iter().filter(|view| view.job == job).collect();
        assert_eq!(about.len(), 1, "one challenge is enough: {about:?}");
        let Standing::Ended { verdict, .. } = about[0].standing else {
            panic!("{about:?}");
        };
        (about[0].clone(), verdict)
    }

    /// Copies the state at a segment's end from a provider to the buyer of the job, so that the next provider finds it.
    async fn keep_state(&self, from: &Daemon, name: &str, job: &SmallJob, segment: SegmentIndex) {
        let roots = &job.reference()[segment.0 as usize];
        let id = BlobId::state(roots.last().unwrap().0);
        let expected = Expected::State(job.program.get().slots.clone());
        let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
        let buyers = BlobStore::local(&self.path().join(name)).unwrap();
        http.fetch(&from.endpoint(), &id, &expected, &buyers)
            .await
            .unwrap();
    }

    /// Waits until a dispute's bond has gone where it was due.
    async fn settled(&self, view: &DisputeView<Account>) {
        let (chain, game) = (&self.chain, view.game);
        let ask = |at| async move { chain.dispute(game, at).await };
        let pulled =
            |view: &Option<DisputeView<Account>>| view.as_ref().is_none_or(|view| view.bond == 0);
        until(chain, "the bond's settlement", ask, pulled).await;
    }

    /// Checks that a job was completed with the very roots that training gives, by these providers.
    async fn check_result(&self, id: JobId, job: &SmallJob, by: &[Account]) {
        let done = |job: &JobView<Account>| matches!(job.state.status, JobStatus::Ended { .. });
        let job_view = until_job(&self.chain, id, "the job's end", done).await;
        let completed = JobStatus::Ended {
            reason: EndReason::Completed,
            at: 0,
        };
        assert_eq!(
            std::mem::discriminant(&job_view.state.status),
            std::mem::discriminant(&completed)
        );
        let page = self
            .chain
            .segments(id, SegmentIndex(0), 100, At::Finalised)
            .await
            .unwrap();
        let reference = job.reference();
        assert_eq!(page.items.len(), reference.len());
        for ((segment, roots), by) in page.items.iter().zip(&reference).zip(by) {
            let SegmentStatus::Final {
                provider, trace, ..
            } = &segment.status
            else {
                panic!("{segment:?} is not final");
            };
            assert_eq!((provider, *trace), (by, commitment_of(roots).trace));
        }
    }
}

/// One node serves all of it, since a node takes long to start.
#[tokio::test(flavor = "multi_thread")]
async fn disputes_on_a_real_node() {
    let world = World::new().await;
    let mut honest = a_cheating_provider_is_convicted(&world).await;
    a_lying_challenger_loses(&world, &mut honest).await;
}

/// The cheat flips a bit in the second of three segments; the verifier finds it, is killed in the middle of the game, and
/// wins it all the same. An honest provider finishes the job.
async fn a_cheating_provider_is_convicted(world: &World) -> Daemon {
    let job = SmallJob::new(3, 2, 10, 0.05);
    let mut cheat = Daemon::cheat(
        world.path(),
        &world.node,
        "//Bob//operator",
        "flip-weight",
        25,
    );
    cheat.register(&world.chain, &key("//Bob")).await;
    cheat.start();
    let id = world.offer("fraud", &job).await;
    let until_end = ["--all", "--until-job-ends", &id.to_string()];
    let mut verifier = Daemon::verifier(world.path(), &world.node, "//Dave", &until_end);
    verifier.start();
    verifier.die_in_the_middle_of_a_game().await;

    let (view, verdict) = world.verdict(id).await;
    assert_eq!(view.entry, Entry::Interval(IntervalIndex(0)));
    assert_eq!(view.segment, SegmentIndex(1));
    assert_eq!(view.challenger, key("//Dave").account());
    assert_eq!(view.defender, key("//Bob").account());
    assert_eq!(verdict.winner, Party::Challenger);
    let Reason::Proof {
        interval,
        step,
        claimed,
        computed,
        ..
    } = verdict.reason
    else {
        panic!("{verdict:?}");
    };
    assert_eq!((interval, step), (IntervalIndex(0), 5), "step 25");
    assert_ne!(claimed, computed);
    world
        .keep_state(&cheat, "fraud", &job, SegmentIndex(0))
        .await;
    cheat.kill();

    let open = |job: &JobView<Account>| matches!(job.state.status, JobStatus::Open { .. });
    let opened = until_job(&world.chain, id, "the re-opening", open).await;
    assert_eq!(opened.resume.segment, SegmentIndex(1), "the first stands");
    world.settled(&view).await;

    let mut honest = Daemon::provider(world.path(), &world.node, "//Eve//operator");
    honest.register(&world.chain, &key("//Eve")).await;
    honest.start();
    let [bob, eve] = ["//Bob", "//Eve"].map(|secret| key(secret).account());
    world.check_result(id, &job, &[bob, eve, eve]).await;
    assert!(verifier.wait().success(), "it ends with the job");
    assert_eq!(world.disputes(id, At::Finalised).await.len(), 1);
    honest
}

/// The liar says that a right segment is wrong; the provider, killed in the middle of the game, proves it right.
async fn a_lying_challenger_loses(world: &World, honest: &mut Daemon) {
    let job = SmallJob::new(2, 2, 10, 0.05);
    let mut liar = Daemon::liar(world.path(), &world.node, "//Ferdie", "other-loss", 13);
    liar.start();
    let id = world.offer("lie", &job).await;
    honest.die_in_the_middle_of_a_game().await;

    let (view, verdict) = world.verdict(id).await;
    assert_eq!(view.challenger, key("//Ferdie").account());
    assert_eq!(view.defender, key("//Eve").account());
    assert_eq!(verdict.winner, Party::Defender);
    assert!(
        matches!(
            verdict.reason,
            Reason::Proof {
                interval: IntervalIndex(1),
                step: 3,
                ..
            }
        ),
        "step 13: {verdict:?}"
    );
    world.settled(&view).await;
    let eve = key("//Eve").account();
    liar.kill();
    world.check_result(id, &job, &[eve, eve]).await;
}
