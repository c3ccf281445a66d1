//! `assay dispute` where there is nothing to argue about: on a fresh chain, and without one. `scripts/demo --fraud` and the
//! worker's tests have the arguments.
//!
//! Needs the binary `assay-node`; see `assay_processes::program` for where it is looked for.

mod common;

use std::process::Command;

use assay_processes::node::Node;
use common::{assay, data, error, status};

const GAME: &str = "0x0707070707070707070707070707070707070707070707070707070707070707";

fn at(node: &str, arguments: &[&str]) -> Command {
    let mut command = assay();
    command.arg("dispute").args(arguments);
    command.args(["--node", node]).env("ASSAY_KEY", "//Alice");
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_chain_has_no_disputes() {
    let directory = tempfile::tempdir().unwrap();
    let node = Node::start(directory.path()).await;
    let url = node.url();
    let listed = data(&mut at(&url, &["list"]));
    assert_eq!(listed["disputes"].as_array().map(Vec::len), Some(0));
    assert!(listed["next"].is_null());
    for command in ["show", "watch", "pull", "time-out"] {
        for which in ["0", GAME] {
            let error = error(&mut at(&url, &[command, which]));
            assert_eq!(error["code"], "no_dispute", "{command} {which}");
            assert_eq!(error["details"]["dispute"], which);
        }
    }
    let error = error(&mut at(&url, &["open", "0", "0", "--interval", "3"]));
    assert_eq!(error["code"], "no_job");
}

#[test]
fn a_node_that_is_not_there_is_named() {
    for arguments in [
        &["list"][..],
        &["show", "0"],
        &["watch", "0"],
        &["open", "0", "0"],
        &["pull", "0"],
        &["time-out", GAME],
    ] {
        let error = error(&mut at("ws://127.0.0.1:1", arguments));
        assert_eq!(error["code"], "node_unreachable", "{arguments:?}");
    }
}

#[test]
fn a_dispute_is_named_by_its_number_or_its_game() {
    for which in ["x", "0x07", "-1"] {
        let output = at("ws://127.0.0.1:1", &["show", which]).output().unwrap();
        assert_eq!(status(&output), 2, "{which}");
    }
}
