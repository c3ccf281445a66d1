//! The test network's specification in the repository is what the released runtime makes, and operators' keys change what they must.

use assay_chain_spec::{load, Network, NetworkError, TESTNET};
use serde_json::{json, Value};
use sp_core::storage::well_known_keys::CODE;
use sp_runtime::BuildStorage;

const WASM: &[u8] = include_bytes!("../../runtime/releases/assay-100.wasm");

fn network(changes: Value) -> Network<'static> {
    Network {
        name: "Assay Testnet",
        id: "assay_testnet",
        wasm: WASM,
        preset: "testnet",
        changes,
        boot_nodes: Vec::new(),
    }
}

#[test]
fn the_released_runtime_makes_it() {
    let written = include_str!("../testnet.json");
    let made = network(json!({})).raw().unwrap();
    assert!(made == written, "run scripts/chain-spec");
}

#[test]
fn it_starts_with_the_released_runtime() {
    let spec = load(TESTNET).unwrap();
    assert_eq!((spec.name(), spec.id()), ("Assay Testnet", "assay_testnet"));
    let storage = spec.build_storage().unwrap();
    assert!(storage.top[CODE] == WASM);
}

#[test]
fn operators_change_the_genesis() {
    let members = json!({ "technicalCommittee": { "members": [] } });
    let (ours, theirs) = (network(json!({})).raw(), network(members).raw());
    assert!(ours.unwrap() != theirs.unwrap());
}

#[test]
fn what_the_runtime_refuses_is_said() {
    let unknown = network(json!({ "nothing": {} })).raw();
    let Err(NetworkError::Genesis(reason)) = unknown else {
        panic!("a pallet that does not exist was taken");
    };
    assert!(reason.contains("nothing"), "{reason}");
    let no_preset = Network {
        preset: "mainnet",
        ..network(json!({}))
    };
    assert!(matches!(no_preset.raw(), Err(NetworkError::Preset { .. })));
}
