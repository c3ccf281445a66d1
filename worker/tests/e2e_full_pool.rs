//! Games while the node's pool is full and the parties' accounts are empty.
//!
//! Needs the binaries `assay-node` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for.

mod common {
    pub mod flood;
    pub mod moves;
    pub mod wallet;
    pub mod world;
}

use assay_client::{calls, Account, At, Call, ChainClient, ChainError, Key, Until};
use assay_game::{DisputeView, Party};
use assay_processes::{
    daemon::Daemon,
    market::{fund, key, until_dispute, Lane},
    small_job::SmallJob,
};
use assay_protocol::{JobId, UNIT};
use common::{
    flood::Flood,
    moves::{moves, Made},
    world::World,
};
use tokio::task::JoinSet;

/// Blocks after which most honest moves must have landed. One that comes before its turn is in the node's view is said again as many
/// blocks later, so that all must have landed within [`IN_TIME`].
const SOON: u32 = 3;

/// Blocks that a move may take, beside its side's budget.
const IN_TIME: u32 = 10;

/// Transactions that the pool holds at most, so that few senders fill it.
const POOL: &str = "1000";

/// An honest challenger and an honest defender, each in a game against a cheat. Once the games are open, all parties'
/// accounts are emptied and the pool is filled with transfers whose tips are thousands of fees, and with forged moves.
#[tokio::test(flavor = "multi_thread")]
async fn honest_moves_land_in_time_from_empty_accounts_and_through_a_full_pool() {
    let world = World::with(&["--dev", "--port", "0", "--pool-limit", POOL]).await;
    let (node, path) = (world.node.url(), world.path());
    let fault = |name| ["--fault", name, "--at-step", "17"];
    let mut cheat = Daemon::cheat(path, &node, "//Bob//operator", &fault("flip-weight"));
    let mut honest = Daemon::provider(path, &node, "//Eve//operator");
    let senders = senders(&world.chain).await;
    tokio::join!(
        cheat.register(&world.chain, &key("//Bob"), Lane(0)),
        honest.register(&world.chain, &key("//Eve"), Lane(1)),
    );
    cheat.start();
    honest.start();
    let fraud = offer(&world, "fraud", Lane(0)).await;
    let lie = offer(&world, "lie", Lane(1)).await;
    let of = |job: JobId| job.to_string();
    let mut verifier = Daemon::verifier(path, &node, "//Dave", &["--job", &of(fraud)]);
    let choice = ["--job", &of(lie)];
    let mut liar = Daemon::liar(path, &node, "//Ferdie", &choice, &fault("other-loss"));
    verifier.start();
    liar.start();

    let before = world.chain.head(At::Best).await.unwrap().number;
    let chain = &world.chain;
    let fraud_game = until_dispute(chain, fraud, "the challenge of the fraud", |_| true).await;
    let lie_game = until_dispute(chain, lie, "the challenge of the truth", |_| true).await;
    let parties = ["//Dave", "//Bob//operator", "//Ferdie", "//Eve//operator"];
    empty(&world.chain, parties.map(key)).await;
    let flood = Flood::start(&world.chain, senders, vec![fraud_game.game, lie_game.game]);

    let (_, about_fraud) = world.verdict(fraud).await;
    let (_, about_lie) = world.verdict(lie).await;
    assert_eq!(about_fraud.winner, Party::Challenger);
    assert_eq!(about_lie.winner, Party::Defender);
    let tally = flood.stop().await;
    eprintln!("{tally:?}");
    assert!(tally.transfers > 2_000, "{tally:?}");
    assert!(tally.full > 0 && tally.forged > 100, "{tally:?}");
    for (view, honest) in [
        (&fraud_game, Party::Challenger),
        (&lie_game, Party::Defender),
    ] {
        check_moves(&world.chain, view, honest, before).await;
        world.settled(view).await;
    }
}

async fn offer(world: &World, name: &str, lane: Lane) -> JobId {
    let mut job = SmallJob::new(1, 3, 10, 0.05);
    job.requirements = lane.requirements();
    world.offer(name, &job).await
}

/// Keys with money enough for thousands of tips.
async fn senders(chain: &ChainClient) -> Vec<Key> {
    let keys: Vec<_> = (0..4)
        .map(|number| key(&format!("//Sender//{number}")))
        .collect();
    let accounts: Vec<_> = keys.iter().map(Key::account).collect();
    fund(chain, &accounts, 100_000 * UNIT).await;
    keys
}

/// Sends away all that accounts have free, until they cannot pay the smallest fee.
async fn empty(chain: &ChainClient, keys: [Key; 4]) {
    let mut sendings = JoinSet::new();
    for key in keys {
        let chain = chain.clone();
        sendings.spawn(async move {
            let to = assay_processes::market::key("//Alice").account();
            let all = Call::new("Balances", "transfer_all", (0u8, to, false));
            chain.execute(&all, &key, Until::InBestBlock).await.unwrap();
            check_empty(&chain, &key, to).await;
        });
    }
    sendings.join_all().await;
}

/// Checks that an account can pay for nothing.
async fn check_empty(chain: &ChainClient, key: &Key, to: Account) {
    let least = calls::transfer(to, 1);
    let refused = chain.execute(&least, key, Until::InBestBlock).await;
    assert!(
        matches!(refused, Err(ChainError::CannotPay { .. })),
        "{key:?}: {refused:?}"
    );
}

/// Checks that honest moves landed soon after the game had come to wait for them, and each in time.
async fn check_moves(chain: &ChainClient, view: &DisputeView<Account>, honest: Party, before: u32) {
    let moves = moves(chain, view.game, before).await;
    let by_honest: Vec<&Made> = moves.iter().filter(|made| made.by == honest).collect();
    eprintln!(
        "game {} of the {honest:?}: {:?}",
        view.number,
        waits(&moves)
    );
    assert!(by_honest.len() >= 3, "{moves:?}");
    let mut taken: Vec<u32> = by_honest.iter().map(|made| made.at - made.due).collect();
    taken.sort_unstable();
    assert!(taken[taken.len() / 2] <= SOON, "{taken:?} of {moves:?}");
    assert!(taken[taken.len() - 1] <= IN_TIME, "{taken:?} of {moves:?}");
}

/// Blocks that each move took.
fn waits(moves: &[Made]) -> Vec<u32> {
    moves.iter().map(|made| made.at - made.due).collect()
}
