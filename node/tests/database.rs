//! The commands that open a database without running the node.

mod common;

use common::{Client, Node};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Output},
};

/// Blocks that are made.
const BLOCKS: u64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_looked_at_copied_and_taken_back() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (base, copy) = (first.path(), second.path());
    let mut node = Node::start(base);
    Client::connect(&node).await.finalised(BLOCKS).await;
    // Killed, it might lose its last blocks.
    assert!(node.stop().1.success());

    let info = info(base);
    let best = info["best_number"].as_u64().unwrap();
    assert!(info["finalized_number"].as_u64().unwrap() >= BLOCKS);
    done(base, &["check-block", &BLOCKS.to_string()]);
    state_is_exported(base);

    let file = copy.join("blocks");
    let file = file.to_str().unwrap();
    done(base, &["export-blocks", "--binary", "--from", "1", file]);
    done(copy, &["import-blocks", "--binary", file]);
    blocks_are_copied_and_taken_back(copy, &info, best);

    done(base, &["purge-chain", "-y"]);
    assert_eq!(self::info(base)["best_number"], 0, "nothing but genesis");
}

fn state_is_exported(base: &Path) {
    let exported = done(base, &["export-state", &BLOCKS.to_string()]);
    let spec: Value = serde_json::from_slice(&exported.stdout).unwrap();
    let top = spec["genesis"]["raw"]["top"].as_object().unwrap();
    let number = format!(
        "0x{}{}",
        "26aa394eea5630e07c48ae0c9558cef7", "02a5c1b19ab7a04f536c519aca4983ac"
    );
    assert_eq!(top[&number], "0x04000000", "System.Number");
}

/// The copy has no justifications, so none of it is final and all of it can be taken back.
fn blocks_are_copied_and_taken_back(copy: &Path, original: &Value, best: u64) {
    let copied = info(copy);
    for name in ["genesis_hash", "best_hash", "best_number"] {
        assert_eq!(copied[name], original[name], "{name}");
    }
    done(copy, &["revert", "2"]);
    assert_eq!(info(copy)["best_number"], best - 2);
}

/// What the database says of its chain.
fn info(base: &Path) -> Value {
    serde_json::from_slice(&done(base, &["chain-info"]).stdout).unwrap()
}

/// Runs a command on a database to its end.
fn done(base: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_assay-node"))
        .args(arguments)
        .args(["--dev", "--base-path"])
        .arg(base)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}
