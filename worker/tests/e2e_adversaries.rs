//! Every kind of cheat as a process against a real node: each provider that cheats is convicted, each challenger that lies
//! loses its bond. All of it goes on at once on one chain, before one honest verifier and one honest provider.
//!
//! Needs the binaries `assay-node` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for.

mod common {
    pub mod world;
}

use std::sync::Arc;

use assay_client::{Account, Key};
use assay_game::{Party, Reason};
use assay_processes::{
    daemon::Daemon,
    market::{fund, key, until_dispute, Lane},
    node::Pace,
    small_job::SmallJob,
};
use assay_protocol::{Balance, IntervalIndex, JobId, UNIT};
use common::world::World;
use tokio::task::JoinSet;

/// How a game against a cheat must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// By the chain's own arithmetic, at the false step.
    Proof,
    /// By a slot of the false step that no operator gave.
    Slot,
    /// By the time that the cheat has let run out.
    TimeOut,
    /// So, since its process ends as the game begins.
    Death,
}

/// A cheat: the arguments that make it one, and its end.
type Row = (&'static [&'static str], End);

const fn runs_out_of_time(arguments: &'static [&'static str]) -> Row {
    (arguments, End::TimeOut)
}

/// Those that let their time run out, on either side. They come first, as their games take longest.
const LATE: [Row; 6] = [
    runs_out_of_time(&["--fault", "unfused", "--silent-from", "steps"]),
    runs_out_of_time(&["--fault", "unfused", "--silent-from", "operators"]),
    runs_out_of_time(&["--fault", "unfused", "--silent-from", "tiles"]),
    runs_out_of_time(&["--fault", "unfused", "--silent-from", "fold"]),
    runs_out_of_time(&["--fault", "unfused", "--delay", "90"]),
    (&["--fault", "reorder"], End::Death),
];

/// More providers that cheat. All are wrong from step 17 on, step 7 of the second interval.
const CHEATS: [Row; 15] = [
    // A challenger has nothing to say there.
    runs_out_of_time(&["--fault", "unfused", "--silent-from", "proof"]),
    (&["--fault", "flip-weight"], End::Proof),
    (&["--fault", "skip-step"], End::Slot),
    (&["--fault", "reuse-checkpoint"], End::Proof),
    (&["--fault", "other-rate"], End::Proof),
    (&["--fault", "other-loss"], End::Proof),
    (&["--fault", "other-data"], End::Proof),
    (&["--fault", "other-order"], End::Proof),
    (&["--fault", "unfused"], End::Proof),
    (&["--fault", "reorder"], End::Proof),
    (&["--fault", "swap-slots"], End::Slot),
    (&["--fault", "element", "--at-node", "0"], End::Proof),
    (&["--fault", "element", "--at-node", "4"], End::Proof),
    (&["--fault", "element", "--at-node", "8"], End::Proof),
    (&["--fault", "element", "--at-node", "12"], End::Proof),
];

/// More challengers that lie, about the same step.
const LIARS: [Row; 4] = [
    (&["--fault", "other-loss"], End::Proof),
    (&["--fault", "unfused"], End::Proof),
    (&["--fault", "skip-step"], End::Slot),
    (&["--fault", "element", "--at-node", "8"], End::Proof),
];

/// All providers that cheat.
fn cheats() -> Vec<Row> {
    [&LATE[..], &CHEATS].concat()
}

/// All challengers that lie.
fn liars() -> Vec<Row> {
    [&LATE[..], &LIARS].concat()
}

/// The development chain with longer windows: three dozen processes share the machine.
const PACE: Pace = Pace {
    slot_ms: 1_000,
    challenge_window: 30,
    move_allowance: 20,
    budget_factor: 6_000,
    ..Pace::FAST
};

/// What a provider that cheats needs for stake, collateral and its operator.
const MEANS: Balance = 2_000 * UNIT;

/// Frauds that may wait for the verifier to find them, at most: on a busy machine it would miss the windows of more.
const UNCHALLENGED: usize = 6;

/// The lane of the honest provider, above those of the cheats.
const HONEST: Lane = Lane((LATE.len() + CHEATS.len()) as u32);

#[tokio::test(flavor = "multi_thread")]
async fn every_cheat_is_convicted_and_every_liar_loses_its_bond() {
    let world = Arc::new(World::at(PACE).await);
    let node = world.node.url();
    let mut verifier = Daemon::verifier(world.path(), &node, "//Dave", &["--all"]);
    let mut honest =
        Daemon::provider(world.path(), &node, "//Eve//operator").also(&["--max-jobs", "32"]);
    let (frauds, lies) = (cheats(), liars());
    let mut cheats = daemons(&world, &frauds);
    register(&world, &cheats, &honest).await;
    let liars: Vec<_> = (0..lies.len()).map(|one| liar_key(one).account()).collect();
    fund(&world.chain, &liars, 100 * UNIT).await;
    for daemon in cheats.iter_mut().chain([&mut verifier, &mut honest]) {
        daemon.start();
    }
    let (mut offered, mut games) = (Vec::new(), JoinSet::new());
    for (number, (cheat, fraud)) in cheats.into_iter().zip(frauds).enumerate() {
        if let Some(lie) = lies.get(number) {
            let job = offer(&world, &format!("lie {number}"), HONEST).await;
            let liar = liar(&world, number, lie, job);
            let account = liar_key(number).account();
            games.spawn(loses(world.clone(), liar, job, *lie, account));
        }
        if let Some(earlier) = number.checked_sub(UNCHALLENGED) {
            until_dispute(&world.chain, offered[earlier], "a challenge", |_| true).await;
        }
        let lane = Lane(number as u32);
        let job = offer(&world, &format!("fraud {number}"), lane).await;
        let owner = owner_key(number).account();
        games.spawn(loses(world.clone(), cheat, job, fraud, owner));
        offered.push(job);
    }
    games.join_all().await;
}

fn owner_key(number: usize) -> Key {
    key(&format!("//Cheat//{number}"))
}

fn liar_key(number: usize) -> Key {
    key(&format!("//Liar//{number}"))
}

/// The cheats of the table, not running yet.
fn daemons(world: &World, cheats: &[Row]) -> Vec<Daemon> {
    let cheats = cheats.iter().enumerate().map(|(number, (fault, _))| {
        let secret = format!("//Cheat//{number}//operator");
        Daemon::cheat(world.path(), &world.node.url(), &secret, fault).also(&["--at-step", "17"])
    });
    cheats.collect()
}

/// Starts a liar that looks at one job alone.
fn liar(world: &World, number: usize, (fault, _): &Row, job: JobId) -> Daemon {
    let secret = format!("//Liar//{number}");
    let choice = ["--job", &job.to_string()];
    let mut liar = Daemon::liar(world.path(), &world.node.url(), &secret, &choice, fault)
        .also(&["--at-step", "17"]);
    liar.start();
    liar
}

/// Registers each cheat in a lane of its own, and the honest provider in the next.
async fn register(world: &World, cheats: &[Daemon], honest: &Daemon) {
    let owners: Vec<_> = (0..cheats.len())
        .map(|one| owner_key(one).account())
        .collect();
    fund(&world.chain, &owners, MEANS).await;
    let mut registrations = JoinSet::new();
    for (number, cheat) in cheats.iter().enumerate() {
        let lane = Lane(number as u32);
        registrations.spawn(cheat.register(&world.chain, &owner_key(number), lane));
    }
    registrations.spawn(honest.register(&world.chain, &key("//Eve"), HONEST));
    registrations.join_all().await;
}

async fn offer(world: &World, name: &str, lane: Lane) -> JobId {
    let mut job = SmallJob::new(1, 3, 10, 0.05);
    job.requirements = lane.requirements();
    // Whoever falls silent runs out of time soon.
    job.seconds = 1;
    world.offer(name, &job).await
}

/// Waits for a cheat's verdict: it must lose, in the way that its row says, and its bond or the other's goes where it is due.
async fn loses(world: Arc<World>, daemon: Daemon, job: JobId, (what, end): Row, cheat: Account) {
    let daemon = match end {
        End::Death => {
            until_dispute(&world.chain, job, "a challenge", |_| true).await;
            drop(daemon);
            None
        }
        _ => Some(daemon),
    };
    let (view, verdict) = world.verdict(job).await;
    drop(daemon);
    let loser = match verdict.winner {
        Party::Challenger => view.defender,
        Party::Defender => view.challenger,
    };
    assert_eq!(loser, cheat, "{what:?}: {verdict:?}");
    let place = match (end, verdict.reason) {
        (End::Proof, Reason::Proof { interval, step, .. })
        | (End::Slot, Reason::Slot { interval, step, .. }) => Some((interval, step)),
        (End::TimeOut | End::Death, Reason::TimeOut) => None,
        (_, reason) => panic!("{what:?}: {reason:?}"),
    };
    if let Some(place) = place {
        assert_eq!(place, (IntervalIndex(1), 7), "{what:?}: step 17");
    }
    world.settled(&view).await;
}
