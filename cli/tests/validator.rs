//! A validator from its bond to its pay, against a real node.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for.

mod common;

use std::time::Duration;

use assay_client::ChainClient;
use assay_processes::node::{alone, Node, Pace};
use assay_protocol::UNIT;
use common::user::User;
use serde_json::{json, Value};

/// How long a block may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Within how many blocks an account is elected and makes blocks: three eras of the development chain.
const MOST_BLOCKS: u32 = 150;

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_is_elected_in_anothers_place_and_paid() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = alone(directory.path(), Pace::UNDISPUTED);
    let node = Node::with(directory.path(), "node", &arguments).await;
    let url = node.url();
    let chain = ChainClient::connect(&url, None).await.unwrap();
    let bob = User::with_key(&url, "//Bob");
    let alice = User::with_key(&url, "//Alice//stash");

    assert_eq!(standing(&alice), "active");
    // An era's last session begins with the election of the next one: what follows is to be done before the one after that.
    until(&chain, || {
        status(&alice)["session"].as_u64().unwrap() % 3 == 2
    })
    .await;
    wrong_steps_are_told(&bob);
    bob_offers_himself(&bob);
    eve_nominates(&url, &bob);
    until(&chain, || standing(&bob) == "active").await;
    until(&chain, || status(&bob)["backing"]["nominators"] == 1).await;
    let shown = status(&bob);
    assert_eq!(shown["next"], Value::Null);
    assert_eq!(standing(&alice), "waiting", "there is one place");
    until(&chain, || status(&bob)["blocks"] != 0).await;

    let era = shown["era"].as_u64().unwrap();
    until(&chain, || status(&bob)["era"] != era).await;
    he_is_paid_and_leaves(&bob);
}

fn status(user: &User<'_>) -> Value {
    user.does(&["validator", "status"])
}

fn standing(user: &User<'_>) -> String {
    status(user)["standing"].as_str().unwrap().to_owned()
}

/// Waits, block by block.
async fn until(chain: &ChainClient, done: impl Fn() -> bool) {
    let first = chain.heads().borrow().best.number;
    loop {
        let best = chain.heads().borrow().best.number;
        if done() {
            return;
        }
        assert!(
            best < first + MOST_BLOCKS,
            "not within {MOST_BLOCKS} blocks"
        );
        chain.next_block(best, PATIENCE).await;
    }
}

fn wrong_steps_are_told(bob: &User<'_>) {
    assert_eq!(standing(bob), "not_bonded");
    for command in ["chill", "withdraw"] {
        assert_eq!(bob.fails(&["validator", command]).0, "not_bonded");
    }
    assert_eq!(bob.fails(&["validator", "unbond", "1"]).0, "not_bonded");
    assert_eq!(bob.fails(&["validator", "payout"]).0, "nothing_to_pay");
    let (code, _) = bob.fails(&["validator", "bond", "2000000"]);
    assert_eq!(code, "insufficient_balance");
    let (code, details) = bob.fails(&["validator", "bond", "100"]);
    assert_eq!(
        (&code[..], &details["name"]),
        ("call_failed", &json!("InsufficientBond"))
    );
}

fn bob_offers_himself(bob: &User<'_>) {
    let bonded = bob.does(&["validator", "bond", "200000", "--commission", "2.5"]);
    assert_eq!(
        (&bonded["standing"], &bonded["commission"]),
        (&json!("waiting"), &json!(25_000_000))
    );
    assert_eq!(bonded["session_keys"], Value::Null);
    assert!(
        bonded["next"].as_str().unwrap().contains("validator keys"),
        "{bonded}"
    );
    let more = bob.does(&["validator", "bond", "1000"]);
    assert_eq!(more["bond"]["active"], (201_000 * UNIT).to_string());
    assert_eq!(
        more["commission"], bonded["commission"],
        "what is not named stays"
    );

    let keys = bob.does(&["validator", "keys"]);
    assert_eq!(
        (&keys["keys_at_node"], &keys["next"]),
        (&json!(true), &Value::Null)
    );
    let again = bob.does(&["validator", "keys"]);
    assert_ne!(again["session_keys"], keys["session_keys"]);
}

fn eve_nominates(url: &str, bob: &User<'_>) {
    let eve = User::with_key(url, "//Eve");
    let bob = bob.does(&["key", "inspect"])["address"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(eve.fails(&["validator", "nominate", &bob]).0, "not_bonded");
    let nominating = eve.does(&["validator", "nominate", &bob, "--bond", "5000"]);
    assert_eq!(
        (&nominating["standing"], &nominating["nominations"]),
        (&json!("nominating"), &json!([bob]))
    );
}

fn he_is_paid_and_leaves(bob: &User<'_>) {
    let before = status(bob);
    let paid = bob.does(&["validator", "payout", "--limit", "1"]);
    assert_eq!(paid["eras"].as_array().unwrap().len(), 1);
    let after = status(bob);
    let active = |shown: &Value| {
        shown["bond"]["active"]
            .as_str()
            .unwrap()
            .parse::<u128>()
            .unwrap()
    };
    assert!(active(&after) > active(&before), "rewards are bonded");

    let (code, _) = bob.fails(&["validator", "unbond", "900000"]);
    assert_eq!(code, "insufficient_bond");
    let chilled = bob.does(&["validator", "chill"]);
    assert_eq!(chilled["commission"], Value::Null);
    assert!(
        chilled["next"].as_str().is_some(),
        "he leaves with the next election: {chilled}"
    );
    let unbonding = bob.does(&["validator", "unbond", "1000"]);
    assert_eq!(
        unbonding["bond"]["unbonding"][0]["amount"],
        (1_000 * UNIT).to_string()
    );
    bob.does(&["validator", "withdraw"]);
}
