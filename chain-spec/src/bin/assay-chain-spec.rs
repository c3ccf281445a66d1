//! Writes the raw specification of a network; `scripts/chain-spec` runs it.

use anyhow::{bail, Context};
use assay_chain_spec::Network;
use clap::Parser;
use sc_network::config::MultiaddrWithPeerId;
use serde_json::Value;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Most bytes of a file that is read.
const MAX_INPUT: u64 = 16 << 20;

/// Makes the raw specification of a network from a runtime's Wasm and one of its genesis presets.
#[derive(Parser)]
struct Arguments {
    /// The runtime's Wasm
    #[arg(long, value_name = "FILE")]
    runtime: PathBuf,
    /// Name of the genesis in the runtime
    #[arg(long, default_value = "testnet", value_name = "NAME")]
    preset: String,
    /// JSON with what is different from the preset: validators, their keys and stakes, balances. Objects are merged, lists replaced
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// What people call the network
    #[arg(long, default_value = "Assay Testnet")]
    name: String,
    /// What directories and telemetry call it: letters, digits and underscores
    #[arg(long, default_value = "assay_testnet", value_parser = identifier)]
    id: String,
    /// Address of a node that new ones ask first, with its peer id; may be given several times
    #[arg(long = "boot-node", value_name = "MULTIADDR")]
    boot_nodes: Vec<MultiaddrWithPeerId>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let wasm = read(&arguments.runtime)?;
    let network = Network {
        name: &arguments.name,
        id: &arguments.id,
        wasm: &wasm,
        preset: &arguments.preset,
        changes: changes(arguments.genesis.as_deref())?,
        boot_nodes: arguments.boot_nodes,
    };
    let json = network.raw()?;
    std::fs::write(&arguments.output, json)
        .with_context(|| format!("writing {}", arguments.output.display()))
}

/// What the file changes in the preset; nothing if there is none.
fn changes(file: Option<&Path>) -> anyhow::Result<Value> {
    let Some(file) = file else {
        return Ok(Value::Object(Default::default()));
    };
    let changes: Value = serde_json::from_slice(&read(file)?)
        .with_context(|| format!("{} is not JSON", file.display()))?;
    if !changes.is_object() {
        bail!(
            "{} must be an object of pallets, as in {{\"session\": {{\"keys\": [...]}}}}",
            file.display()
        );
    }
    Ok(changes)
}

fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let doing = || format!("reading {}", file.display());
    let mut bytes = Vec::new();
    let mut open = File::open(file).with_context(doing)?.take(MAX_INPUT + 1);
    open.read_to_end(&mut bytes).with_context(doing)?;
    if bytes.len() as u64 > MAX_INPUT {
        bail!("{} is larger than {MAX_INPUT} bytes", file.display());
    }
    Ok(bytes)
}

fn identifier(text: &str) -> Result<String, String> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match !text.is_empty() && text.len() <= 64 && text.bytes().all(legal) {
        true => Ok(text.to_owned()),
        false => Err("1 to 64 letters, digits and underscores".into()),
    }
}
