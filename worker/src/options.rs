//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use assay_client::{parse_hash, H256};
use assay_engine::{EngineError, Simd};
use clap::{Args, Parser, Subcommand};

use crate::{compute::Choice, material::Machine};

/// Trains models for pay on an Assay chain, and checks those who do.
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
    /// Executes what others commit, and disputes what is wrong, until it is stopped.
    Verify(VerifyOptions),
    /// Tells what is missing to take part: node, chain, registration, stake, disk, memory, clock, engine, GPU; and checks that the device computes right.
    Check(CheckOptions),
    /// Measures this machine: products, memory, training, hashing, disk, node; and tells what it could earn with open jobs.
    Bench(BenchOptions),
    /// Tells of this machine: processor, instruction sets, memory, GPU, version.
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
    pub genesis: Option<H256>,
    /// File with the secret of the operator or, to verify, of the account that challenges, mode 0600. Without it ASSAY_KEY holds the secret.
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
    #[command(flatten)]
    pub device: DeviceOptions,
}

/// What computes.
#[derive(Clone, Copy, Debug, Args)]
pub struct DeviceOptions {
    /// What computes: auto takes the first NVIDIA GPU that is there and computes right, else the processor.
    #[arg(
        long,
        env = "ASSAY_DEVICE",
        default_value_t,
        value_name = "auto|cpu|cuda:N"
    )]
    pub device: Choice,
}

/// What every daemon needs.
#[derive(Clone, Debug, Args)]
pub struct DaemonOptions {
    /// Which chain and which key.
    #[command(flatten)]
    pub chain: ChainOptions,
    /// Where things lie.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// Place for blobs: a directory, or an object store that this build knows.
    #[arg(long, alias = "store", env = "ASSAY_BLOB_STORE", value_name = "PLACE")]
    pub blob_store: Option<String>,
    /// Fetch from private and loopback addresses too. Only where every buyer may read this network.
    #[arg(long, env = "ASSAY_ALLOW_PRIVATE")]
    pub allow_private: bool,
    /// Address on which metrics are served for Prometheus.
    #[arg(long, env = "ASSAY_METRICS", value_name = "ADDRESS")]
    pub metrics: Option<SocketAddr>,
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
pub struct RunOptions {
    /// What every daemon needs.
    #[command(flatten)]
    pub daemon: DaemonOptions,
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
    /// Jobs at a time; the chain's own limits hold as well.
    #[arg(long, env = "ASSAY_MAX_JOBS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_jobs: u32,
}

/// Options of `verify`.
#[derive(Clone, Debug, Args)]
pub struct VerifyOptions {
    /// What every daemon needs.
    #[command(flatten)]
    pub daemon: DaemonOptions,
    /// Which committed segments are executed again.
    #[command(flatten)]
    pub choice: ChoiceOptions,
    /// Exit once this job has ended.
    #[arg(long, value_name = "JOB", value_parser = clap::value_parser!(u64))]
    pub until_job_ends: Option<u64>,
}

/// Which committed segments are executed again. Those of this very account's provider never are.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ChoiceOptions {
    /// All of them.
    #[arg(long)]
    pub all: bool,
    /// A share of them, from 0 to 1, that nobody can foretell.
    #[arg(long, value_name = "RATE", value_parser = share)]
    pub rate: Option<f64>,
    /// Those of this job; may be given several times.
    #[arg(long, value_name = "JOB")]
    pub job: Vec<u64>,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a rate is a number from 0 to 1".to_owned()),
    }
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

/// Options of `bench`.
#[derive(Clone, Debug, Args)]
pub struct BenchOptions {
    /// Which chain; no key is needed.
    #[command(flatten)]
    pub chain: ChainOptions,
    /// Where things lie.
    #[command(flatten)]
    pub machine: MachineOptions,
    /// Seconds that each measurement takes at least.
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS", value_parser = seconds)]
    pub seconds: f64,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.001..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a measurement takes 0.001 to 600 seconds".to_owned()),
    }
}

/// Options of `info`.
#[derive(Clone, Debug, Args)]
pub struct InfoOptions {
    /// What computes.
    #[command(flatten)]
    pub device: DeviceOptions,
    /// Print one JSON document.
    #[arg(long)]
    pub json: bool,
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

    /// How much of the machine a job may use.
    ///
    /// # Errors
    /// If `ASSAY_CPU` names an instruction set that is not there.
    pub fn machine(&self) -> Result<Machine, EngineError> {
        Ok(Machine {
            simd: Simd::from_env()?.resolve()?,
            memory_bytes: self.memory_bytes(),
        })
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
    fn a_device_is_auto_a_processor_or_a_gpu_by_its_number() {
        let parse = |device: &str| {
            let arguments = ["assay-worker", "info", "--device", device];
            match Cli::try_parse_from(arguments).map(|cli| cli.command) {
                Ok(Command::Info(options)) => Some(options.device.device),
                _ => None,
            }
        };
        assert_eq!(parse("auto"), Some(Choice::Auto));
        assert_eq!(parse("cpu"), Some(Choice::Cpu));
        assert_eq!(parse("cuda:0"), Some(Choice::Cuda(0)));
        assert_eq!(parse("cuda:11"), Some(Choice::Cuda(11)));
        for wrong in ["", "gpu", "cuda", "cuda:", "cuda:-1", "cuda:x", "CPU"] {
            assert_eq!(parse(wrong), None, "{wrong:?}");
        }
        for choice in [Choice::Auto, Choice::Cpu, Choice::Cuda(3)] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
    }

    #[test]
    fn a_verifier_is_told_what_to_check() {
        let parse = |arguments: &[&str]| {
            let all = ["assay-worker", "verify"].iter().chain(arguments);
            match Cli::try_parse_from(all).map(|cli| cli.command) {
                Ok(Command::Verify(options)) => Some(options.choice),
                _ => None,
            }
        };
        assert!(parse(&["--all"]).unwrap().all);
        assert_eq!(parse(&["--rate", "0.25"]).unwrap().rate, Some(0.25));
        assert_eq!(parse(&["--job", "3", "--job", "7"]).unwrap().job, [3, 7]);
        for wrong in [
            &[][..],
            &["--all", "--rate", "0.5"],
            &["--rate", "1.5"],
            &["--rate", "nan"],
            &["--job", "x"],
        ] {
            assert!(parse(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn no_flag_takes_a_secret() {
        let parsed = Cli::try_parse_from(["assay-worker", "run", "--key", "//Alice"]);
        assert!(parsed.is_err());
    }
}
