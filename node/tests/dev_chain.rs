//! The real binary as a development chain: it makes and finalises blocks, goes on after a restart, and says clearly
//! what keeps it from starting.

mod common;

use common::{command, failure, Client, Node};
use serde_json::json;
use std::{net::TcpListener, process::Command};

#[tokio::test(flavor = "multi_thread")]
async fn blocks_become_final_and_go_on_after_a_restart() {
    let base = tempfile::tempdir().unwrap();
    let mut node = Node::start(base.path());
    let mut client = Client::connect(&node).await;
    let genesis = client.call("chain_getBlockHash", json!([0])).await.unwrap();
    let reached = client.finalised(2).await;
    node.kill();

    let node = Node::start(base.path());
    let mut client = Client::connect(&node).await;
    assert_eq!(
        client.call("chain_getBlockHash", json!([0])).await.unwrap(),
        genesis
    );
    assert!(client.finalised(reached + 1).await > reached);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rpc_answers_what_clients_ask() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start(base.path());
    let mut client = Client::connect(&node).await;

    let properties = client.call("system_properties", json!([])).await.unwrap();
    assert_eq!(
        properties,
        json!({"ss58Format": 42, "tokenDecimals": 12, "tokenSymbol": "ASY"})
    );
    let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    assert_eq!(
        client
            .call("system_accountNextIndex", json!([alice]))
            .await
            .unwrap(),
        json!(0)
    );
    let methods = client.call("rpc_methods", json!([])).await.unwrap();
    let methods: Vec<&str> = methods["methods"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    for expected in [
        "author_submitExtrinsic",
        "babe_epochAuthorship",
        "chain_getHeader",
        "grandpa_roundState",
        "payment_queryInfo",
        "state_getMetadata",
        "system_health",
        "assay_job",
        "assay_jobs",
        "assay_provider",
        "assay_quote",
    ] {
        assert!(methods.contains(&expected), "{expected} is missing");
    }
}

#[test]
fn a_taken_port_is_named_with_its_remedy() {
    let base = tempfile::tempdir().unwrap();
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port().to_string();
    let error = failure(command(base.path()).args(["--rpc-port", &port]));
    assert!(
        error.contains("port taken") && error.contains(&port) && error.contains("--rpc-port"),
        "{error}"
    );
}

#[test]
fn a_missing_chain_specification_is_named() {
    let base = tempfile::tempdir().unwrap();
    let error = failure(command(base.path()).args(["--chain", "no-such-chain.json"]));
    assert!(
        error.contains("no-such-chain.json") && error.contains("export-chain-spec"),
        "{error}"
    );
}

#[test]
fn the_chain_specification_is_exported() {
    let output = Command::new(env!("CARGO_BIN_EXE_assay-node"))
        .args(["export-chain-spec", "--chain", "local", "--raw"])
        .output()
        .unwrap();
    assert!(output.status.success());
    let spec: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(spec["id"], "assay_local");
    assert!(spec["genesis"]["raw"]["top"].as_object().unwrap().len() > 20);
}
