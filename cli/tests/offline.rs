//! What buyers do before there is a chain: quotes, dry runs, blobs; and what they are told if there is none.

mod common;

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Stdio},
};

use assay_blobs::{BlobId, BlobStore, Expected, HttpClient, Limits, Reach};
use assay_protocol::{JobSubmission, Params};
use codec::DecodeAll;
use common::{assay, data, digits, error};

#[test]
fn a_quote_needs_no_chain() {
    let quote = data(
        assay()
            .args(["job", "quote", "--params", "development"])
            .arg(digits()),
    );
    assert_eq!(
        (&quote["segments"], &quote["price_total"]),
        (&8.into(), &"4000000000000".into())
    );
    assert_eq!(quote["full_escrow"], "4100000000000");
}

#[test]
fn a_dry_run_is_complete_and_writes_what_workers_read() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = assay();
    command
        .args(["job", "submit", "--dry-run", "--params", "development"])
        .arg(digits());
    command
        .args([
            "--location",
            "http://a.example",
            "--location",
            "https://b.example",
        ])
        .arg("--blobs")
        .arg(directory.path());
    let run = data(&mut command);
    let submission: JobSubmission = serde_json::from_value(run["submission"].clone()).unwrap();
    let scale = hex::decode(run["scale"].as_str().unwrap().strip_prefix("0x").unwrap()).unwrap();
    assert_eq!(
        JobSubmission::decode_all(&mut &scale[..]).unwrap(),
        submission
    );
    assert_eq!(submission.check(&Params::development()), Ok(()));
    assert_eq!(submission.spec.blobs.len(), 2);
    for path in run["blobs"].as_array().unwrap() {
        assert!(
            directory.path().join(path.as_str().unwrap()).is_file(),
            "{path}"
        );
    }
    let program = submission
        .spec
        .header
        .program_root::<assay_commitment::Sha3>(&submission.spec.node_tree_root);
    assert_eq!(run["program_root"], program.to_string());
}

#[test]
fn locations_are_checked() {
    let dry = |location: &str| {
        let mut command = assay();
        command
            .args([
                "job",
                "submit",
                "--dry-run",
                "--params",
                "main",
                "--location",
                location,
            ])
            .arg(digits());
        error(&mut command)
    };
    assert_eq!(dry("nowhere")["code"], "url");
    assert_eq!(
        dry("http://1,http://2,http://3,http://4,http://5")["code"],
        "too_many"
    );
}

#[test]
fn a_node_that_is_not_there_is_told() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let node = format!("ws://127.0.0.1:{port}");
    for arguments in [
        &["job", "show", "0"][..],
        &["job", "list"],
        &["job", "watch", "0"],
        &["account", "show"],
        &["provider", "show"],
    ] {
        let error = error(
            assay()
                .args(arguments)
                .args(["--node", &node])
                .env("ASSAY_KEY", "//Alice"),
        );
        assert_eq!(error["code"], "node_unreachable", "{arguments:?}");
        assert!(error["message"].as_str().unwrap().contains("--node"));
    }
    assert_eq!(
        error(assay().args(["job", "list", "--node", "http://localhost"]))["code"],
        "node_url"
    );
    let quote = data(
        assay()
            .args(["job", "quote", "--node", &node])
            .arg(digits()),
    );
    assert_eq!(
        quote["segments"], 8,
        "without a node the main chain's parameters hold"
    );
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn blobs_are_served_as_they_are_written() {
    let directory = tempfile::tempdir().unwrap();
    common::publish_digits(directory.path());
    let root = data(assay().args(["program", "root"]).arg(digits()))["program_root"]
        .as_str()
        .unwrap()[2..]
        .to_owned();

    let mut serving = assay();
    serving
        .args(["blob", "serve", "--listen", "127.0.0.1:0", "--dir"])
        .arg(directory.path());
    let mut server = Server(serving.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address: serde_json::Value = serde_json::from_str(&line).unwrap();
    let address = address["address"].as_str().unwrap();

    let fetched = tempfile::tempdir().unwrap();
    let store = BlobStore::local(fetched.path()).unwrap();
    let http = HttpClient::new(Limits::default(), Reach::Any).unwrap();
    let id = BlobId::from_parts("program", &root).unwrap();
    http.fetch(address, &id, &Expected::Program, &store)
        .await
        .unwrap();
    assert!(store.contains(&id).await.unwrap());

    let taken = address.strip_prefix("http://").unwrap();
    let error = error(
        assay()
            .args(["blob", "serve", "--listen", taken, "--dir"])
            .arg(fetched.path()),
    );
    assert_eq!(error["code"], "listen");
}
