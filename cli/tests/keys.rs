//! Key files: made with mode 0600, never overwritten, refused if others may read them; no secret is printed.

mod common;

use std::{fs, os::unix::fs::PermissionsExt};

use common::{assay, data, error, status};

#[test]
fn a_generated_key_is_private_and_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key.json");
    let made = assay()
        .args(["key", "generate", "--json", "--out"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(status(&made), 0);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&file).unwrap();
    let secret: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!String::from_utf8_lossy(&made.stdout).contains(secret["secret"].as_str().unwrap()));
    assert_eq!(
        error(assay().args(["key", "generate", "--out"]).arg(&file))["code"],
        "file_exists"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), text);

    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let inspected = data(assay().args(["key", "inspect", "--key-file"]).arg(&file));
    assert_eq!(inspected["address"], made["data"]["address"]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(
        error(
            assay()
                .args(["key", "inspect"])
                .env("ASSAY_KEY_FILE", &file)
        )["code"],
        "key_mode"
    );
}

#[test]
fn a_key_comes_from_the_environment_only() {
    let alice = data(assay().args(["key", "inspect"]).env("ASSAY_KEY", "//Alice"));
    assert_eq!(
        alice["address"],
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    );
    assert_eq!(
        alice["public_key"],
        "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    );
    assert_eq!(error(assay().args(["key", "inspect"]))["code"], "no_key");
    let malformed = assay()
        .args(["key", "inspect", "--json"])
        .env("ASSAY_KEY", "hush hush")
        .output()
        .unwrap();
    assert_eq!(status(&malformed), 1);
    let said = [malformed.stdout, malformed.stderr].concat();
    assert!(!String::from_utf8(said).unwrap().contains("hush"));
}

#[test]
fn a_new_key_needs_a_place() {
    let output = assay().args(["key", "generate"]).output().unwrap();
    assert_eq!(status(&output), 2);
    assert!(output.stdout.is_empty());
}
