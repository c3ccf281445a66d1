//! The real binary as a development chain: it makes and finalises blocks, goes on after a restart, and says clearly
//! what keeps it from starting.

mod common;

use common::{command, failure, Client, Node};
use serde_json::json;
use std::{collections::BTreeSet, net::TcpListener, process::Command, time::Instant};

/// As the RPC writes bytes.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("0x{}", digits.collect::<String>())
}

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
async fn authors_tell_the_chain_what_is_final() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start(base.path());
    let mut client = Client::connect(&node).await;
    // Finality lags a few blocks, so the first blocks can name no more than genesis.
    client.finalised(10).await;
    let head = client
        .call("chain_getFinalizedHead", json!([]))
        .await
        .unwrap();
    let header = client.call("chain_getHeader", json!([head])).await.unwrap();
    let number = header["number"].as_str().expect("a number in hex");
    let number = u32::from_str_radix(&number[2..], 16).unwrap();

    let key = pallet_assay_timing::ChainClock::<assay_runtime::Runtime>::hashed_key();
    let clock = client
        .call("state_getStorage", json!([hex(&key), head]))
        .await
        .unwrap();
    let clock = clock.as_str().expect("the chain has a clock");
    // Nine hints of four bytes come first, the newest last.
    let newest = u32::from_str_radix(&clock[2 + 64..2 + 72], 16)
        .unwrap()
        .swap_bytes();
    assert!((1..number).contains(&newest), "{newest} in block {number}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_told_to_stop_ends_well() {
    let base = tempfile::tempdir().unwrap();
    let mut node = Node::start(base.path());
    Client::connect(&node).await.finalised(1).await;
    let (said, status) = node.stop();
    assert!(status.success(), "{said:#?}");
    let bad = |line: &&String| line.contains("failed") || line.contains("ERROR");
    assert_eq!(said.iter().find(bad), None);
    let by = "by The Assay developers, 2026";
    assert!(said.iter().any(|line| line.contains(by)), "{said:#?}");
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
        "assay_dispute",
        "assay_disputes",
    ] {
        assert!(methods.contains(&expected), "{expected} is missing");
    }
}

/// More than a connection may make at once to a node that strangers reach, and the calls a second that it may make then.
const CALLS: u32 = 620;
const CALLS_A_SECOND: u32 = 10;

#[tokio::test(flavor = "multi_thread")]
async fn an_rpc_that_strangers_reach_refuses_what_is_unsafe_and_too_many_calls() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start_with(base.path(), &["--rpc-external"]);
    let mut client = Client::connect(&node).await;
    let refused = client.call("author_rotateKeys", json!([])).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused["code"], -32601, "{refused}");

    let begun = Instant::now();
    for _ in 0..CALLS {
        client.call("system_name", json!([])).await.unwrap();
    }
    let beyond = f64::from(CALLS - 600) / f64::from(CALLS_A_SECOND);
    let taken = begun.elapsed().as_secs_f64();
    assert!(taken > beyond - 0.2, "{CALLS} calls took {taken} s");
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
    let disputes = client.call("assay_disputes", json!([0])).await.unwrap();
    assert_eq!(disputes, json!({"items": [], "next": null}));
    let unopened = json!([format!("0x{}", "22".repeat(32))]);
    let dispute = client.call("assay_dispute", unopened).await.unwrap();
    assert_eq!(dispute, json!(null));

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

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_gone_is_named() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start_with(base.path(), &["--state-pruning", "2"]);
    let mut client = Client::connect(&node).await;
    client.finalised(8).await;
    let first = client.call("chain_getBlockHash", json!([1])).await.unwrap();
    let asked = client.call("assay_params", json!([null, first])).await;
    assert_eq!(asked.unwrap_err()["code"], -32_052);
}

/// Metrics that a text names: ours begin with `substrate_`.
fn named(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter(|word| word.starts_with("substrate_"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_that_dashboard_and_alerts_name_are_exported() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start(base.path());
    Client::connect(&node).await.finalised(1).await;
    let exported = node.exported().await;

    let listed = named(include_str!("../../deploy/metrics.txt"));
    let substrate = exported
        .keys()
        .filter(|name| name.starts_with("substrate_"));
    for name in substrate {
        assert!(listed.contains(&**name), "deploy/metrics.txt lacks {name}");
    }
    let is_exported = |series: &str| {
        let parts = ["_bucket", "_sum", "_count"].into_iter();
        let histogram = parts.filter_map(|part| series.strip_suffix(part));
        let is_histogram = |name| exported.get(name).is_some_and(|kind| kind == "histogram");
        exported.contains_key(series) || histogram.into_iter().any(is_histogram)
    };
    let dashboard = named(include_str!("../../deploy/grafana/assay.json"));
    let alerts = named(include_str!("../../deploy/prometheus/alerts.yml"));
    for series in dashboard.union(&alerts) {
        assert!(is_exported(series), "no {series} in {exported:#?}");
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

#[tokio::test(flavor = "multi_thread")]
async fn the_test_network_is_built_in() {
    let base = tempfile::tempdir().unwrap();
    let node = Node::start_with(base.path(), &["--chain", "testnet"]);
    let mut client = Client::connect(&node).await;
    let name = client.call("system_chain", json!([])).await.unwrap();
    assert_eq!(name, "Assay Testnet");
    let key = pallet_assay_timing::Chosen::<assay_runtime::Runtime>::hashed_key();
    let timing = client
        .call("state_getStorage", json!([hex(&key)]))
        .await
        .unwrap();
    let slot_ms = timing
        .as_str()
        .and_then(|timing| timing.strip_prefix("0x7017"));
    assert!(slot_ms.is_some(), "slots of 6,000 ms, not {timing}");
}

#[test]
fn the_chain_specification_is_exported() {
    let spec = specification(&["export-chain-spec"]);
    assert_eq!(spec["id"], "assay_local");
    assert!(spec["genesis"]["raw"]["top"].as_object().unwrap().len() > 20);
    let built = specification(&["build-spec", "--disable-default-bootnode"]);
    assert_eq!(built, spec);
}

/// What a command writes of the local chain, raw.
fn specification(command: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_assay-node"))
        .args(command)
        .args(["--chain", "local", "--raw"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}
