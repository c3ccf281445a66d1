//! Disputes on a real node: a provider that cheats is convicted, a challenger that lies loses its bond.
//!
//! Needs the binaries `assay-node` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for.

mod common {
    pub mod world;
}

use assay_client::{Account, At};
use assay_game::{Entry, Party, Reason};
use assay_processes::{
    daemon::Daemon,
    market::{key, until_job, Lane},
    node::Pace,
    small_job::SmallJob,
};
use assay_protocol::{IntervalIndex, JobStatus, JobView, SegmentIndex};
use common::world::World;

/// One node serves all of it, since a node takes long to start.
#[tokio::test(flavor = "multi_thread")]
async fn disputes_on_a_real_node() {
    let world = World::at(Pace::FAST).await;
    let mut honest = a_cheating_provider_is_convicted(&world).await;
    a_lying_challenger_loses(&world, &mut honest).await;
}

/// The cheat flips a bit in the second of three segments; the verifier finds it, is killed in the middle of the game, and
/// wins it all the same. An honest provider finishes the job.
async fn a_cheating_provider_is_convicted(world: &World) -> Daemon {
    let job = SmallJob::new(3, 2, 10, 0.05);
    let (node, fault) = (
        world.node.url(),
        ["--fault", "flip-weight", "--at-step", "25"],
    );
    let mut cheat = Daemon::cheat(world.path(), &node, "//Bob//operator", &fault);
    cheat.register(&world.chain, &key("//Bob"), Lane(0)).await;
    cheat.start();
    let id = world.offer("fraud", &job).await;
    let until_end = ["--all", "--until-job-ends", &id.to_string()];
    let mut verifier = Daemon::verifier(world.path(), &node, "//Dave", &until_end);
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

    let mut honest = Daemon::provider(world.path(), &node, "//Eve//operator");
    honest.register(&world.chain, &key("//Eve"), Lane(0)).await;
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
    let (node, fault) = (
        world.node.url(),
        ["--fault", "other-loss", "--at-step", "13"],
    );
    let mut liar = Daemon::liar(world.path(), &node, "//Ferdie", &["--all"], &fault);
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
