//! # Chain specifications
//!
//! A chain specification says what a chain starts from: the runtime's Wasm, one of its genesis presets, and what
//! wallets should show. `dev` and `local` come out of the runtime that the node was built with. `testnet` is `testnet.json`, which
//! [`Network`] made of a released runtime once and for all; any other chain comes from a file, of `assay-node export-chain-spec` or
//! of `scripts/chain-spec`.
//!
//! ```
//! use sc_chain_spec::ChainSpec;
//!
//! let spec = assay_chain_spec::load("dev").unwrap();
//! assert_eq!(spec.id(), "assay_dev");
//! assert!(assay_chain_spec::load("no/such/file.json").is_err());
//! ```

mod network;

pub use network::{Network, NetworkError};

use assay_runtime::{identity, presets, WASM_BINARY};
use sc_chain_spec::{ChainType, GenericChainSpec, Properties};
use std::path::{Path, PathBuf};

/// A specification without extensions.
pub type ChainSpec = GenericChainSpec;

/// Name of the chain specification for a developer's own chain: one validator, blocks of one second.
pub const DEV: &str = "dev";
/// Name of the chain specification for a local network of four validators.
pub const LOCAL: &str = "local";

/// Name of the chain specification for the test network: four validators, blocks of six seconds.
pub const TESTNET: &str = "testnet";

/// The test network's raw specification: every node starts from the same bytes, whatever runtime it was built with.
const TESTNET_JSON: &[u8] = include_bytes!("../testnet.json");

/// Prefix of the network protocols: nodes of other chains do not connect.
const PROTOCOL_ID: &str = "asy";

/// Why there is no specification.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// No chain was named, and there is no public one to fall back to.
    #[error("no chain was named: choose --dev, --chain dev, --chain local, --chain testnet or --chain FILE")]
    Unnamed,
    /// The runtime's Wasm is missing from this build.
    #[error("this build carries no runtime Wasm: build without SKIP_WASM_BUILD")]
    NoWasm,
    /// The runtime has no such genesis.
    #[error("the runtime of this build has no genesis named {0}: build node and runtime from one source")]
    NoPreset(&'static str),
    /// The specification that this build carries is none.
    #[error("the specification of testnet in this build is damaged: {0}")]
    BuiltIn(String),
    /// The file cannot be read or is no specification.
    #[error("chain specification {path}: {reason}; known names are dev, local and testnet, anything else must be a file written by export-chain-spec")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The specification that `id` names: `dev`, `local` (or their presets' names, `development` and `local_testnet`), `testnet` or
/// the path of a JSON file.
pub fn load(id: &str) -> Result<ChainSpec, SpecError> {
    match id {
        "" => Err(SpecError::Unnamed),
        DEV | presets::DEVELOPMENT => from_preset(&DEVELOPMENT),
        LOCAL | presets::LOCAL_TESTNET => from_preset(&LOCAL_TESTNET),
        TESTNET => ChainSpec::from_json_bytes(TESTNET_JSON).map_err(SpecError::BuiltIn),
        path => from_file(Path::new(path)),
    }
}

/// A specification from a file that `export-chain-spec` wrote.
pub fn from_file(path: &Path) -> Result<ChainSpec, SpecError> {
    let error = |reason: String| SpecError::File {
        path: path.into(),
        reason,
    };
    let json = std::fs::read(path).map_err(|cause| error(cause.to_string()))?;
    ChainSpec::from_json_bytes(json).map_err(error)
}

/// What a built-in specification is made of.
struct BuiltIn {
    name: &'static str,
    id: &'static str,
    preset: &'static str,
    chain_type: ChainType,
}

const DEVELOPMENT: BuiltIn = BuiltIn {
    name: "Assay Development",
    id: "assay_dev",
    preset: presets::DEVELOPMENT,
    chain_type: ChainType::Development,
};

const LOCAL_TESTNET: BuiltIn = BuiltIn {
    name: "Assay Local Testnet",
    id: "assay_local",
    preset: presets::LOCAL_TESTNET,
    chain_type: ChainType::Local,
};

fn from_preset(chain: &BuiltIn) -> Result<ChainSpec, SpecError> {
    let wasm = WASM_BINARY.ok_or(SpecError::NoWasm)?;
    // Of the native runtime, which is the same: asking the Wasm would compile it once more.
    let patch = presets::get_preset(&chain.preset.into());
    let patch = patch.and_then(|json| serde_json::from_slice(&json).ok());
    let patch = patch.ok_or(SpecError::NoPreset(chain.preset))?;
    Ok(ChainSpec::builder(wasm, None)
        .with_name(chain.name)
        .with_id(chain.id)
        .with_protocol_id(PROTOCOL_ID)
        .with_chain_type(chain.chain_type.clone())
        .with_genesis_config_patch(patch)
        .with_properties(properties())
        .build())
}

/// What a wallet needs to show amounts and addresses.
fn properties() -> Properties {
    let mut properties = Properties::new();
    properties.insert("tokenSymbol".into(), identity::TOKEN_SYMBOL.into());
    properties.insert("tokenDecimals".into(), identity::TOKEN_DECIMALS.into());
    properties.insert("ss58Format".into(), identity::SS58_PREFIX.into());
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_chains_are_different_and_buildable() {
        let (dev, local) = (load(DEV).unwrap(), load(LOCAL).unwrap());
        let (dev_json, local_json) = (dev.as_json(true).unwrap(), local.as_json(true).unwrap());
        assert!(dev_json.contains("\"id\": \"assay_dev\""));
        assert_ne!(dev_json, local_json);
    }

    #[test]
    fn a_wallet_finds_symbol_decimals_and_prefix() {
        let properties = load(DEV).unwrap().properties();
        assert_eq!(properties["tokenSymbol"], "ASY");
        assert_eq!(properties["tokenDecimals"], 12);
        assert_eq!(properties["ss58Format"], 42);
    }

    #[test]
    fn an_exported_specification_reads_back() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let written = load(LOCAL).unwrap().as_json(true).unwrap();
        std::fs::write(file.path(), &written).unwrap();
        let read = load(file.path().to_str().unwrap()).unwrap();
        assert_eq!(read.as_json(true).unwrap(), written);
    }

    #[test]
    fn errors_name_the_remedy() {
        let said = |id: &str| {
            load(id)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert!(said("").contains("--dev"));
        let missing = said("missing.json");
        assert!(
            missing.contains("missing.json") && missing.contains("export-chain-spec"),
            "{missing}"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\"name\": 1}").unwrap();
        assert!(matches!(
            from_file(file.path()),
            Err(SpecError::File { .. })
        ));
    }
}
