//! The real binary as a development chain: it makes and finalises blocks, goes on after a restart, and says clearly
//! what keeps it from starting.

mod common;

use common::{command, failure, Client, Node};
use serde_json::json;
use std::{net::TcpListener, process::Command};

/// A well-known account.
const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

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
    assert_eq!(
        client
            .call("system_accountNextIndex", json!([ALICE]))
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

#[tokio::test(flavor = "multi_thread")]
async fn the_market_answers_and_its_errors_say_what_to_do() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start(base.path());
    let mut client = Client::connect(&node).await;

    let params = client.call("assay_params", json!([])).await.unwrap();
    assert_eq!(params["version"], 0);
    assert!(
        params["params"]["money"]["deposit_per_job"].is_string(),
        "an amount is a decimal string"
    );
    assert_eq!(
        client.call("assay_params", json!([7])).await.unwrap(),
        json!(null)
    );
    assert_eq!(
        client.call("assay_jobs", json!([0, 10])).await.unwrap(),
        json!({"items": [], "next": null})
    );
    assert_eq!(
        client.call("assay_job", json!([0])).await.unwrap(),
        json!(null)
    );
    assert_eq!(
        client.call("assay_segments", json!([0, 0])).await.unwrap(),
        json!({"items": [], "next": null})
    );
    assert_eq!(
        client.call("assay_provider", json!([ALICE])).await.unwrap(),
        json!(null)
    );

    let genesis = client.call("chain_getBlockHash", json!([0])).await.unwrap();
    assert!(client
        .call("assay_params", json!([null, genesis]))
        .await
        .is_ok());
    let unknown = format!("0x{}", "11".repeat(32));
    let error = client
        .call("assay_job", json!([0, unknown]))
        .await
        .unwrap_err();
    assert_eq!(error["code"], -32_051);
    assert!(
        error["message"].as_str().unwrap().contains(&unknown),
        "{error}"
    );
    let error = client.call("assay_quote", json!([{}])).await.unwrap_err();
    assert_eq!(error["code"], -32_602);
    assert!(error["data"].as_str().unwrap().contains("spec"), "{error}");
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
