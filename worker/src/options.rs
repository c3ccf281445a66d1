//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Trains models for pay on an Assay chain.
#[derive(Debug, Parser)]
#[command(name = "assay-worker", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Takes jobs, trains them, commits segments and serves states, until it is stopped.
    Run(RunOptions),
    /// Tells what is missing to take part: node, chain, registration, stake, disk, memory, clock, engine.
    Check(CheckOptions),
    /// Tells of this machine: processor, instruction sets, memory, version.
    Info(InfoOptions),
}

/// Which chain and which key.
#[derive(Clone, Debug, Args)]
pub struct ChainOptions {
    /// WebSocket URL of the node.
    #[arg(
        long,
        env = "ASSAY_NODE",
        default_value = "ws://127.0.0.1:9944",
        value_name = "URL"
    )]
    pub node: String,
    /// Genesis hash that the chain must have.
    #[arg(long, env = "ASSAY_GENESIS", value_name = "HASH", value_parser = parse_hash)]
    pub genesis: Option<[u8; 32]>,
    /// File with the operator's secret, mode 0600. Without it ASSAY_KEY holds the secret.
    #[arg(long, env = "ASSAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// Where things lie and how much of the machine may be used.
#[derive(Clone, Debug, Args)]
pub struct MachineOptions {
    /// Directory for the journal and, unless --blob-store names another place, blobs.
    #[arg(long, env = "ASSAY_DATA_DIR", default_value_os_t = default_data_dir(), value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Bytes of memory for a job; by default 80 % of this machine's.
    #[arg(long, env = "ASSAY_MEMORY", value_name = "BYTES")]
    pub memory: Option<u64>,
    /// What computes.
    #[arg(long, env = "ASSAY_DEVICE", value_enum, default_value_t)]
    pub device: Device,
}

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// The best there is.
    #[default]
    Auto,
    /// The processor.
    Cpu,
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunOptions {
    /// Which chain and which key.
    #[command(flatten)]
    pub chain: ChainOptions,
    /// Where things lie.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// Place for blobs: a directory, or an object store that this build knows.
    #[arg(long, env = "ASSAY_BLOB_STORE", value_name = "PLACE")]
    pub blob_store: Option<String>,
    /// Address on which blobs and progress are served.
    #[arg(
        long,
        env = "ASSAY_LISTEN",
        default_value = "127.0.0.1:8420",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
    /// URL under which others reach that address; must be the endpoint registered on the chain.
    #[arg(long, env = "ASSAY_ENDPOINT", value_name = "URL")]
    pub endpoint: Option<String>,
    /// Fetch from private and loopback addresses too. Only where every buyer may read this network.
    #[arg(long, env = "ASSAY_ALLOW_PRIVATE")]
    pub allow_private: bool,
    /// Jobs at a time; the chain's own limits hold as well.
    #[arg(long, env = "ASSAY_MAX_JOBS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_jobs: u32,
    /// Address on which metrics are served for Prometheus.
    #[arg(long, env = "ASSAY_METRICS", value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
}

/// Options of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckOptions {
    /// Which chain and which key.
    #[command(flatten)]
    pub chain: ChainOptions,
    /// Where things lie.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

/// Options of `info`.
#[derive(Clone, Debug, Args)]
pub struct InfoOptions {
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

fn parse_hash(text: &str) -> Result<[u8; 32], String> {
    let mut hash = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut hash)
        .map_err(|_| "a hash is 0x and 64 hexadecimal digits".to_owned())?;
    Ok(hash)
}

fn default_data_dir() -> PathBuf {
    let from = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = from("XDG_DATA_HOME").or_else(|| from("HOME").map(|home| home.join(".local/share")));
    base.unwrap_or_default().join("assay-worker")
}

impl MachineOptions {
    /// Bytes of memory for a job.
    pub fn memory_bytes(&self) -> u64 {
        self.memory
            .unwrap_or_else(|| crate::machine::memory_bytes() / 5 * 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn no_flag_takes_a_secret() {
        let parsed = Cli::try_parse_from(["assay-worker", "run", "--key", "//Alice"]);
        assert!(parsed.is_err());
    }
}
