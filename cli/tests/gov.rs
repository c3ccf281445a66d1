//! A referendum from the file of parameters to the deposits' return, against a real node.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for.

mod common;

use std::path::Path;

use assay_processes::node::{alone, Node, Pace};
use common::user::User;
use serde_json::{json, Value};

/// Whose votes are more than half of all tokens.
const VOTERS: [&str; 8] = [
    "//Bob",
    "//Charlie",
    "//Dave",
    "//Eve",
    "//Ferdie",
    "//Alice//stash",
    "//Bob//stash",
    "//Charlie//stash",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_referendum_changes_a_parameter() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = alone(directory.path(), Pace::UNDISPUTED);
    let node = Node::with(directory.path(), "node", &arguments).await;
    let url = node.url();
    let alice = User::with_key(&url, "//Alice");
    let file = directory.path().join("params.json");
    let file = file.to_str().unwrap();

    let before = alice.does(&["gov", "params", "--out", file]);
    let written = fee(before["params"].clone());
    assert_eq!((&before["version"], written), (&json!(0), json!(25)));
    files_are_checked_before_anything_is_sent(&alice, file);
    edit(file, json!(60));
    let preimage = proposed(&alice, file);
    everybody_votes(&url);
    wrong_votes_are_told(&url);

    let ended = alice.does(&["gov", "watch", "0"]);
    assert_eq!(ended["phase"]["name"], "dispatched", "{ended}");
    let after = User::nobody(&url).does(&["gov", "params"]);
    let set = fee(after["params"].clone());
    assert_eq!((&after["version"], set), (&json!(1), json!(60)));
    what_was_locked_and_held_comes_back(&url, &preimage);
}

fn fee(params: Value) -> Value {
    params["money"]["protocol_fee"].clone()
}

/// Changes the protocol's fee in a file of parameters.
fn edit(file: &str, fee: Value) {
    let mut params: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    params["money"]["protocol_fee"] = fee;
    std::fs::write(file, params.to_string()).unwrap();
}

fn files_are_checked_before_anything_is_sent(alice: &User<'_>, file: &str) {
    let fails = |file: &str| alice.fails(&["gov", "propose", "params", file]).0;
    assert_eq!(fails(file), "no_change");
    edit(file, json!(501));
    assert_eq!(fails(file), "params_refused");
    let nowhere = Path::new(file).with_file_name("none.json");
    assert_eq!(fails(nowhere.to_str().unwrap()), "file_not_found");
    let remark = ["gov", "propose", "remark", "hello", "--track", "nobody"];
    assert_eq!(alice.fails(&remark).0, "no_track");
    let call = ["gov", "propose", "call", "0xff", "--track", "root"];
    assert_eq!(alice.fails(&call).0, "call_malformed");
    let listed = alice.does(&["gov", "status", "--all"]);
    assert_eq!(listed["referenda"], json!([]), "nothing was submitted");
}

/// Proposes the file's parameters and puts the deposit down; the preimage's hash.
fn proposed(alice: &User<'_>, file: &str) -> String {
    let propose = ["gov", "propose", "params", file];
    let dry = User::does(alice, &[&propose[..], &["--dry-run"]].concat());
    assert_eq!(dry["referendum"], Value::Null);
    let submitted = alice.does(&propose);
    assert_eq!(submitted["referendum"], 0);
    assert_eq!(
        (&submitted["bytes"], &submitted["changes"]),
        (&dry["bytes"], &dry["changes"])
    );
    assert_eq!(submitted["changes"][0]["name"], "money.protocol_fee");
    let shown = alice.does(&["gov", "status", "0"]);
    assert_eq!(shown["phase"]["name"], "awaiting_deposit");
    assert_eq!(shown["proposal"]["changes"], submitted["changes"]);

    let placed = alice.does(&["gov", "deposit", "0"]);
    assert_eq!(placed["amount"], submitted["decision_deposit"]);
    let twice = alice.fails(&["gov", "deposit", "0"]);
    assert_eq!(twice.1["name"], "HasDeposit");
    submitted["preimage"].as_str().unwrap().to_owned()
}

fn everybody_votes(url: &str) {
    for voter in VOTERS {
        let vote = ["gov", "vote", "0", "--aye", "--amount", "900000"];
        let conviction = ["--conviction", if voter == "//Bob" { "0" } else { "6" }];
        let voted = User::with_key(url, voter).does(&[&vote[..], &conviction].concat());
        assert_eq!(voted["side"], "aye");
    }
    let votes = &User::nobody(url).does(&["gov", "status", "0"])["votes"];
    assert_eq!(votes["approval"], 1_000_000_000);
    assert_eq!(votes["missing_support"], "0", "{votes}");
}

fn wrong_votes_are_told(url: &str) {
    let bob = User::with_key(url, "//Bob");
    let vote = |index, amount| ["gov", "vote", index, "--nay", "--amount", amount];
    assert_eq!(bob.fails(&vote("0", "2000000")).0, "insufficient_balance");
    assert_eq!(bob.fails(&vote("1", "1")).0, "no_referendum");
    assert_eq!(bob.fails(&["gov", "refund", "0"]).0, "referendum_open");
}

fn what_was_locked_and_held_comes_back(url: &str, preimage: &str) {
    let bob = User::with_key(url, "//Bob");
    let late = ["gov", "vote", "0", "--aye", "--amount", "1"];
    assert_eq!(bob.fails(&late).0, "referendum_decided");
    let unlocked = bob.does(&["gov", "unlock"]);
    assert_eq!(unlocked["taken_back"], json!([0]));
    assert_eq!(unlocked["after"], "0", "he voted without conviction");
    let unlocked = User::with_key(url, "//Dave").does(&["gov", "unlock"]);
    assert_eq!(
        unlocked["after"], unlocked["before"],
        "he voted with conviction"
    );

    let alice = User::with_key(url, "//Alice");
    let back = alice.does(&["gov", "refund", "0", "--preimage", preimage]);
    assert_eq!(back["deposits"].as_array().unwrap().len(), 2, "{back}");
    assert_eq!(alice.does(&["account", "show"])["held"], "0");
    assert_eq!(alice.fails(&["gov", "refund", "0"]).0, "nothing_to_refund");
}
