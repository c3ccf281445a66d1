//! Games on a chain that fails: finality that stands still, blocks that are undone.
//!
//! Needs the binaries `assay-node` and `assay-adversary`; see `assay_processes::program` for where they are
//! looked for.

mod common {
    pub mod world;
}

use std::path::Path;

use assay_client::{Account, At, ChainClient, Head};
use assay_game::{DisputeView, GameId, Party, Reason, Standing};
use assay_processes::{
    daemon::{free_port, Daemon},
    market::{key, offer, until, until_dispute, Lane, PATIENCE},
    node::{alone, chain_at, node_key, Node, Pace},
    proxy::Proxy,
    small_job::SmallJob,
};
use assay_protocol::{BlockNumber, JobId};
use common::world::World;
use serde_json::json;

/// Chain time stands only once finality lags by fifty blocks, so they come fast. A budget is longer than these, but not by much.
const PACE: Pace = Pace {
    budget_factor: 14_000,
    ..Pace::FAST
};

/// A cheat's or a liar's fault: one that is argued about through all levels.
const FAULT: [&str; 4] = ["--fault", "unfused", "--at-step", "17"];

fn job() -> SmallJob {
    SmallJob::new(1, 3, 10, 0.05)
}

/// Waits for a best block with at least this number.
async fn until_block(chain: &ChainClient, number: BlockNumber) {
    let mut heads = chain.heads();
    let waiting = heads.wait_for(|heads| heads.best.number >= number);
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.expect("the chain goes on").unwrap();
}

fn defender_is_to_move(view: &DisputeView<Account>) -> bool {
    let Standing::Running { mover, .. } = view.standing else {
        return false;
    };
    mover == Party::Defender
}

/// The last block of chain time in which the defender of the only game about a job may move.
async fn defenders_deadline(world: &World, job: JobId) -> BlockNumber {
    let disputes = world.disputes(job, At::Best).await;
    match disputes[..] {
        [DisputeView {
            standing:
                Standing::Running {
                    mover: Party::Defender,
                    deadline,
                    ..
                },
            ..
        }] => deadline,
        _ => panic!("{disputes:?}"),
    }
}

/// The number of a game's next move, if it is being played.
fn next_round(view: &DisputeView<Account>) -> Option<u32> {
    match view.standing {
        Standing::Running { round, .. } => Some(round),
        _ => None,
    }
}

/// An honest provider is struck by the same fault as its chain: finality stands still, and the provider is away for more
/// blocks than it has time. Chain time stands; once finality is back so is the provider, and wins.
#[tokio::test(flavor = "multi_thread")]
async fn while_finality_stalls_no_deadline_passes() {
    let directory = tempfile::tempdir().unwrap();
    let chain = alone(directory.path(), PACE);
    let mut world = World::with(&chain).await;
    let url = world.node.url();
    let mut honest = Daemon::provider(world.path(), &url, "//Eve//operator");
    honest.register(&world.chain, &key("//Eve"), Lane(0)).await;
    honest.start();
    let id = world.offer("lie", &job()).await;
    let mut liar = Daemon::liar(world.path(), &url, "//Ferdie", &["--all"], &FAULT);
    liar.start();
    let running = |view: &DisputeView<Account>| next_round(view).is_some();
    until_dispute(&world.chain, id, "the challenge", running).await;
    honest.kill();
    // What it has said last, and the liar's answer, come into blocks meanwhile.
    let head = world.chain.head(At::Best).await.unwrap();
    until_block(&world.chain, head.number + 5).await;
    until_dispute(&world.chain, id, "the liar's answer", defender_is_to_move).await;
    let deadline = defenders_deadline(&world, id).await;

    let stalled = [&chain[..], &["--no-grandpa".to_owned()]].concat();
    world.node.run_with(&stalled).await;
    let now = world.chain.chain_time(At::Best).await.unwrap();
    let head = world.chain.head(At::Best).await.unwrap();
    assert!(
        deadline - now > 60,
        "chain time must stand before the deadline"
    );
    let missed = head.number + (deadline - now) + 10;
    until_block(&world.chain, missed).await;
    let stands = world.chain.chain_time(At::Best).await.unwrap();
    until_block(&world.chain, missed + 2).await;
    let still = world.chain.chain_time(At::Best).await.unwrap();
    assert_eq!(still, stands, "chain time stands");
    assert!(stands < deadline, "{stands} is before {deadline}");
    assert_eq!(
        defenders_deadline(&world, id).await,
        deadline,
        "nothing has happened"
    );

    world.node.run_with(&chain).await;
    honest.start();
    let (view, verdict) = world.verdict(id).await;
    assert_eq!(verdict.winner, Party::Defender, "{verdict:?}");
    assert!(
        matches!(verdict.reason, Reason::Proof { .. }),
        "{verdict:?}"
    );
    world.settled(&view).await;
}

/// Two validators that are kept from each other make two branches. A move is made on the one that is undone; the worker
/// makes it again on the other, and wins.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_whose_block_is_undone_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut net = Net::new(directory.path()).await;
    let chain = ChainClient::connect(&net.door.url(), None).await.unwrap();
    let url = net.door.url();
    // The game is to last until its opening is final and the validators are parted.
    let mut cheat =
        Daemon::cheat(directory.path(), &url, "//Bob//operator", &FAULT).also(&["--delay", "8"]);
    cheat.register(&chain, &key("//Bob"), Lane(0)).await;
    cheat.start();
    let id = offer(
        &chain,
        &directory.path().join("fraud"),
        &job(),
        &key("//Charlie"),
    )
    .await;
    let mut verifier = Daemon::verifier(directory.path(), &url, "//Dave", &["--all"]);
    verifier.start();
    let opened = until_dispute(&chain, id, "the challenge", |_| true).await;
    let about = |at| {
        let chain = chain.clone();
        async move { chain.dispute(opened.game, at).await }
    };
    until(&chain, "the challenge for ever", about, Option::is_some).await;

    let undone = net.part(opened.game).await;
    let over = |view: &DisputeView<Account>| matches!(view.standing, Standing::Ended { .. });
    until_dispute(&chain, id, "the verdict on the other branch", over).await;
    net.unite().await;
    let ended = |view: &Option<DisputeView<Account>>| view.as_ref().is_some_and(over);
    let view = until(&chain, "the verdict for ever", about, ended).await;
    let Some(Standing::Ended { verdict, .. }) = view.map(|view| view.standing) else {
        panic!("it is over");
    };
    assert_eq!(verdict.winner, Party::Challenger, "{verdict:?}");
    assert!(
        matches!(verdict.reason, Reason::Proof { .. }),
        "{verdict:?}"
    );
    let first = ChainClient::connect(&net.alice.url(), None).await.unwrap();
    let now = first.block_hash(undone.number).await.unwrap();
    assert_ne!(now, Some(undone.hash), "the block with the move was undone");
}

/// Two validators, and a door to one of them.
struct Net {
    alice: Node,
    bob: Node,
    door: Proxy,
    arguments: [Vec<String>; 2],
}

impl Net {
    /// Both, connected, with the door to Alice.
    async fn new(directory: &Path) -> Self {
        let spec = chain_at(directory, "local", Pace::FAST);
        keep_validators(&spec, 2);
        let ports = [free_port(), free_port()];
        let arguments = [("--alice", 0), ("--bob", 1)].map(|(who, number)| {
            let (spec, port) = (spec.display().to_string(), ports[number].to_string());
            let name = node_key(number);
            let network = ["--allow-private-ip", "--port", &port, "--node-key", &name];
            // The door is another host to the node.
            let network = [&network[..], &["--rpc-cors", "all"]].concat();
            let all = [&["--chain", &spec, who, "--force-authoring"][..], &network].concat();
            all.iter().map(ToString::to_string).collect::<Vec<_>>()
        });
        let [mut first, mut second] = arguments;
        let alice = Node::with(directory, "alice", &first).await;
        second.extend(knowing(&alice, ports[0]).await);
        let bob = Node::with(directory, "bob", &second).await;
        first.extend(knowing(&bob, ports[1]).await);
        Self {
            door: Proxy::new(alice.port()).await,
            alice,
            bob,
            arguments: [first, second],
        }
    }

    /// Lets Alice alone make blocks until one has another move of a game, and then Bob alone, who never saw them. Returns
    /// that block. The door leads to Bob.
    async fn part(&mut self, game: GameId) -> Head {
        let chain = ChainClient::connect(&self.alice.url(), None).await.unwrap();
        self.bob.kill();
        let known = chain.head(At::Best).await.unwrap();
        let before = round(&chain, game, known).await;
        let mut heads = chain.heads();
        let undone = loop {
            heads.mark_unchanged();
            let head = chain.head(At::Best).await.unwrap();
            if head.number > known.number && round(&chain, game, head).await > before {
                break head;
            }
            let changed = tokio::time::timeout(PATIENCE, heads.changed()).await;
            changed.expect("Alice goes on alone").unwrap();
        };
        self.alice.kill();
        self.bob.run_with(&self.arguments[1]).await;
        self.door.turn_to(self.bob.port());
        undone
    }

    /// Lets Alice come back.
    async fn unite(&mut self) {
        self.alice.run_with(&self.arguments[0]).await;
    }
}

/// Leaves a specification its first validators alone.
fn keep_validators(spec: &Path, number: usize) {
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(spec).unwrap()).unwrap();
    let patch = &mut json["genesis"]["runtimeGenesis"]["patch"];
    patch["staking"]["validatorCount"] = number.into();
    patch["staking"]["minimumValidatorCount"] = number.into();
    // Forks are chosen by their blocks of primary slots, and only then by their length: with hardly any, by their length.
    patch["babe"]["epochConfig"]["c"] = json!([1, 1_000_000_000]);
    for list in ["/session/keys", "/staking/stakers"] {
        let list = patch.pointer_mut(list).and_then(|list| list.as_array_mut());
        list.expect("the specification names its validators")
            .truncate(number);
    }
    std::fs::write(spec, json.to_string()).unwrap();
}

/// What makes a node look for another one.
async fn knowing(node: &Node, port: u16) -> [String; 2] {
    let name = node.identity().await;
    let address = format!("/ip4/127.0.0.1/tcp/{port}/p2p/{name}");
    ["--bootnodes".to_owned(), address]
}

/// The number of a game's next move in a block.
async fn round(chain: &ChainClient, game: GameId, at: Head) -> u32 {
    let view = chain.dispute(game, At::Block(at.hash)).await.unwrap();
    let round = view.as_ref().and_then(next_round);
    round.expect("the game is being played")
}
