//! Specifications of lasting networks, made of one runtime's Wasm.

use crate::{properties, ChainSpec, PROTOCOL_ID};
use sc_chain_spec::{json_patch, ChainType, GenesisConfigBuilderRuntimeCaller};
use sc_network::config::MultiaddrWithPeerId;
use serde_json::Value;

/// What a network starts from.
///
/// The genesis comes out of the Wasm itself, not of the runtime that this program was built with, so the same input makes the same
/// specification in every build.
pub struct Network<'a> {
    /// What people call it.
    pub name: &'a str,
    /// What directories and telemetry call it.
    pub id: &'a str,
    /// The runtime, as it lies in `runtime/releases/`.
    pub wasm: &'a [u8],
    /// Name of the genesis in that runtime.
    pub preset: &'a str,
    /// What is different from the preset: an object is merged into the preset's, anything else takes its place.
    pub changes: Value,
    /// Whom a new node asks first.
    pub boot_nodes: Vec<MultiaddrWithPeerId>,
}

/// Why a network has no specification.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The runtime does not give its preset.
    #[error("preset {preset}: {reason}")]
    Preset {
        /// What was asked for.
        preset: String,
        /// What the runtime said.
        reason: String,
    },
    /// The runtime refuses the genesis.
    #[error("the runtime makes no state of this genesis: {0}")]
    Genesis(String),
}

impl Network<'_> {
    /// Its raw specification as JSON, the state of its genesis in it.
    pub fn raw(self) -> Result<String, NetworkError> {
        let spec = ChainSpec::builder(self.wasm, None)
            .with_name(self.name)
            .with_id(self.id)
            .with_protocol_id(PROTOCOL_ID)
            .with_chain_type(ChainType::Live)
            .with_properties(properties())
            .with_boot_nodes(self.boot_nodes)
            .with_genesis_config_patch(genesis(self.wasm, self.preset, self.changes)?)
            .build();
        spec.as_json(true).map_err(NetworkError::Genesis)
    }
}

/// The preset with the changes in it.
fn genesis(wasm: &[u8], preset: &str, changes: Value) -> Result<Value, NetworkError> {
    let runtime = <GenesisConfigBuilderRuntimeCaller>::new(wasm);
    let mut genesis = runtime
        .get_named_preset(Some(&preset.to_owned()))
        .map_err(|reason| NetworkError::Preset {
            preset: preset.to_owned(),
            reason,
        })?;
    json_patch::merge(&mut genesis, changes);
    Ok(genesis)
}
