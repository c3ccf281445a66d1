//! The commands that need a chain, against a real one.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for.

mod common;

use std::path::Path;

use assay_client::{At, ChainClient};
use assay_processes::{
    market::until,
    node::{alone, Node, Pace},
};
use assay_protocol::UNIT;
use common::{job_directory, user::User, SMALL};
use serde_json::Value;

/// Addresses of the well-known development keys.
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const BOB: &str = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const CHARLIE: &str = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y";

/// Blocks in which jobs that have ended stay.
const PACE: Pace = Pace {
    retention: 10,
    ..Pace::UNDISPUTED
};

/// One node serves all of it, since a node takes long to start.
#[tokio::test(flavor = "multi_thread")]
async fn what_users_ask_of_a_chain() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = alone(directory.path(), PACE);
    let node = Node::with(directory.path(), "node", &arguments).await;
    let url = node.url();
    accounts_are_shown(&url);
    a_generated_key_is_unknown_to_the_chain(&url, directory.path());
    the_wrong_chain_is_told(&url);
    a_provider_comes_changes_and_goes(&url);
    a_job_is_bought_and_cancelled(&url, &directory.path().join("blobs"));
    the_cancelled_job_is_cleaned_up(&url).await;
}

#[test]
fn a_node_that_is_not_there_is_named() {
    let nowhere = User::with_key("ws://127.0.0.1:1", "//Alice");
    for arguments in [
        &["account", "show"][..],
        &["provider", "show"],
        &["provider", "unregister"],
        &["provider", "add-stake", "1"],
        &["job", "list"],
        &["job", "cancel", "0"],
    ] {
        assert_eq!(
            nowhere.fails(arguments).0,
            "node_unreachable",
            "{arguments:?}"
        );
    }
}

fn accounts_are_shown(url: &str) {
    let alice = User::nobody(url).does(&["account", "show", ALICE]);
    assert_eq!(alice["address"], ALICE);
    assert_eq!(
        (&alice["held"], &alice["holds"]),
        (&"0".into(), &Value::Array(vec![]))
    );
    let free: u128 = alice["free"].as_str().unwrap().parse().unwrap();
    assert!(free > UNIT);
    assert_eq!(
        User::with_key(url, "//Alice").does(&["account", "show"]),
        alice
    );
    assert_eq!(User::nobody(url).fails(&["account", "show"]).0, "no_key");
}

fn a_generated_key_is_unknown_to_the_chain(url: &str, directory: &Path) {
    let file = directory.join("key.json");
    let file = file.to_str().unwrap();
    let made = User::nobody(url).does(&["key", "generate", "--out", file]);
    let with_file = |arguments: &[&str]| {
        let arguments = [arguments, &["--key-file", file]].concat();
        User::nobody(url).fails(&arguments)
    };
    let (code, details) = with_file(&["account", "show"]);
    assert_eq!(
        (&code[..], &details["account"]),
        ("unknown_account", &made["address"])
    );
    let register = [
        "provider",
        "register",
        "--operator",
        ALICE,
        "--endpoint",
        "http://127.0.0.1:1",
        "--stake",
        "1000",
    ];
    assert_eq!(with_file(&register).0, "unknown_account");
}

fn the_wrong_chain_is_told(url: &str) {
    let other = format!("0x{}", "11".repeat(32));
    let (code, _) = User::nobody(url).fails(&["job", "list", "--genesis", &other]);
    assert_eq!(code, "wrong_chain");
}

fn a_provider_comes_changes_and_goes(url: &str) {
    let bob = User::with_key(url, "//Bob");
    assert_eq!(bob.fails(&["provider", "show"]).0, "no_provider");
    assert_eq!(
        bob.fails(&["provider", "update", "--max-jobs", "3"]).0,
        "no_provider"
    );
    let register = |stake| {
        [
            "provider",
            "register",
            "--operator",
            CHARLIE,
            "--endpoint",
            "http://127.0.0.1:8420",
            "--stake",
            stake,
        ]
    };
    let (code, details) = bob.fails(&register("2000000"));
    assert_eq!(
        (&code[..], &details["account"]),
        ("insufficient_balance", &BOB.into())
    );
    let (code, details) = bob.fails(&register("0.001"));
    assert_eq!(
        (&code[..], &details["name"]),
        ("call_failed", &"StakeTooSmall".into())
    );

    let registered = bob.does(&register("1000"));
    assert_eq!(registered["owner"], BOB);
    assert_eq!(registered["provider"]["operator"], CHARLIE);
    assert_eq!(held(url, BOB, "Providers"), Some(1_000 * UNIT));
    assert_eq!(bob.fails(&register("1000")).1["name"], "AlreadyRegistered");
    let by_operator = User::nobody(url).does(&["provider", "show", CHARLIE]);
    assert_eq!(by_operator["owner"], BOB);

    let updated = bob.does(&["provider", "update", "--max-jobs", "3"]);
    assert_eq!(updated["provider"]["capabilities"]["max_jobs"], 3);
    assert_eq!(updated["provider"]["endpoint"], "http://127.0.0.1:8420");
    let moved = bob.does(&["provider", "update", "--endpoint", "https://example.org"]);
    assert_eq!(moved["provider"]["endpoint"], "https://example.org");
    assert_eq!(
        moved["provider"]["capabilities"],
        updated["provider"]["capabilities"]
    );
    let nowhere = bob.fails(&["provider", "update", "--endpoint", "nowhere"]);
    assert_eq!(nowhere.0, "url");

    let replaced = bob.does(&["provider", "set-operator", ALICE]);
    assert_eq!(replaced["provider"]["operator"], ALICE);
    let raised = bob.does(&["provider", "add-stake", "0.5"]);
    assert_eq!(
        raised["provider"]["stake"],
        (1_000 * UNIT + UNIT / 2).to_string()
    );
    assert_eq!(held(url, BOB, "Providers"), Some(1_000 * UNIT + UNIT / 2));
    let (code, _) = bob.fails(&["provider", "add-stake", "2000000"]);
    assert_eq!(code, "insufficient_balance");

    let gone = bob.does(&["provider", "unregister"]);
    assert!(
        gone["provider"]["status"]["unbonding"]["until"].is_u64(),
        "{gone}"
    );
    let (code, details) = bob.fails(&["provider", "withdraw"]);
    assert_eq!(
        (&code[..], &details["name"]),
        ("call_failed", &"StillUnbonding".into())
    );
}

fn a_job_is_bought_and_cancelled(url: &str, blobs: &Path) {
    let charlie = User::with_key(url, "//Charlie");
    let job = SMALL.replace(
        "price_per_segment = \"0.5\"",
        "price_per_segment = \"0.5\"\nescrow_segments = 1",
    );
    let job = job_directory(&job);
    let file = job.path().join("job.toml");
    let file = file.to_str().unwrap();
    let quote = charlie.does(&["job", "quote", file]);
    assert_eq!(quote["segments"], 2);

    let submit = |file| {
        let blobs = blobs.to_str().unwrap();
        [
            "job",
            "submit",
            file,
            "--blobs",
            blobs,
            "--location",
            "http://127.0.0.1:1",
        ]
    };
    let submitted = charlie.does(&submit(file));
    assert_eq!(
        (&submitted["job"], &submitted["buyer"]),
        (&0.into(), &CHARLIE.into())
    );
    assert_eq!(submitted["escrow"], quote["first_segment_cost"]);
    let escrow = amount(&submitted["escrow"]);
    let deposit = amount(&submitted["deposit"]);
    assert_eq!(held(url, CHARLIE, "Jobs"), Some(escrow + deposit));

    let listed = User::nobody(url).does(&["job", "list"]);
    assert_eq!(listed["jobs"][0]["status"], "open", "{listed}");
    let shown = User::nobody(url).does(&["job", "show", "0"]);
    assert_eq!(
        amount(&shown["state"]["ledger"]["escrow"]),
        escrow,
        "{shown}"
    );
    assert_eq!(User::nobody(url).fails(&["job", "show", "1"]).0, "no_job");

    let raised = charlie.does(&["job", "top-up", "0", "0.25"]);
    assert_eq!(amount(&raised["escrow"]), escrow + UNIT / 4);
    let (code, _) = charlie.fails(&["job", "top-up", "0", "2000000"]);
    assert_eq!(code, "insufficient_balance");
    let (code, _) = charlie.fails(&["job", "top-up", "1", "1"]);
    assert_eq!(code, "no_job");
    let stranger = User::with_key(url, "//Dave").fails(&["job", "cancel", "0"]);
    assert_eq!(stranger.0, "call_failed");

    let cancelled = charlie.does(&["job", "cancel", "0"]);
    assert_eq!(
        (&cancelled["status"], &cancelled["escrow"]),
        (&"ended".into(), &"0".into())
    );
    assert_eq!(amount(&cancelled["refunded"]), escrow + UNIT / 4);
    assert_eq!(held(url, CHARLIE, "Jobs"), Some(deposit), "until clean-up");
    assert_eq!(charlie.fails(&["job", "cancel", "0"]).0, "call_failed");
}

async fn the_cancelled_job_is_cleaned_up(url: &str) {
    let deposit = held(url, CHARLIE, "Jobs");
    let dave = User::with_key(url, "//Dave");
    let (code, details) = dave.fails(&["job", "clean-up", "0"]);
    assert_eq!(
        (&code[..], &details["name"]),
        ("call_failed", &"TooEarly".into()),
        "{details}"
    );

    let chain = ChainClient::connect(url, None).await.unwrap();
    let now = chain.chain_time(At::Best).await.unwrap();
    let ask = |at| chain.chain_time(at);
    until(&chain, "the end of the retention", ask, |time| {
        *time >= now + PACE.retention
    })
    .await;
    let cleaned = dave.does(&["job", "clean-up", "0"]);
    assert_eq!(Some(amount(&cleaned["deposit"])), deposit);
    assert_eq!(
        (&cleaned["buyer"], &cleaned["transactions"]),
        (&CHARLIE.into(), &1.into())
    );
    assert_eq!(held(url, CHARLIE, "Jobs"), None);
    assert_eq!(dave.fails(&["job", "clean-up", "0"]).0, "no_job");
}

/// What a pallet holds of an account, if anything, by `account show`.
fn held(url: &str, account: &str, pallet: &str) -> Option<u128> {
    let shown = User::nobody(url).does(&["account", "show", account]);
    let holds = shown["holds"].as_array().unwrap();
    let amounts = holds.iter().filter(|hold| hold["pallet"] == pallet);
    let amounts: Vec<_> = amounts.map(|hold| amount(&hold["amount"])).collect();
    let total: u128 = shown["held"].as_str().unwrap().parse().unwrap();
    assert!(total >= amounts.iter().sum::<u128>());
    (!amounts.is_empty()).then(|| amounts.iter().sum())
}

fn amount(value: &Value) -> u128 {
    value.as_str().unwrap().parse().unwrap()
}
