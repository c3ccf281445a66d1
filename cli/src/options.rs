//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use assay_client::{parse_hash, Account, H256};
use assay_protocol::{Balance, DeviceClass};
use clap::{builder::FalseyValueParser, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::{
    amount, dispute::Which, gov::options::GovCommand, validator::options::ValidatorCommand,
};

/// Submits training jobs, follows them and fetches what they trained; registers providers.
#[derive(Debug, Parser)]
#[command(name = "assay", version, about, max_term_width = 100)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// WebSocket URL of the node.
    #[arg(
        long,
        global = true,
        env = "ASSAY_NODE",
        default_value = "ws://127.0.0.1:9944",
        value_name = "URL"
    )]
    pub node: String,
    /// Genesis hash that the chain must have.
    #[arg(long, global = true, env = "ASSAY_GENESIS", value_name = "HASH", value_parser = parse_hash)]
    pub genesis: Option<H256>,
    /// File with the signer's secret, mode 0600. Without it ASSAY_KEY holds the secret.
    #[arg(long, global = true, env = "ASSAY_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Print one JSON document: {schema_version, success, data | error {code, message, details}}.
    #[arg(long, global = true, env = "ASSAY_JSON", value_parser = FalseyValueParser::new())]
    pub json: bool,
    /// Fetch from private and loopback addresses too.
    #[arg(long, global = true, env = "ASSAY_ALLOW_PRIVATE", value_parser = FalseyValueParser::new())]
    pub allow_private: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Buys training: from a job file to a trained model.
    #[command(subcommand)]
    Job(JobCommand),
    /// Registers and shows providers.
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Shows what is argued about commitments; challenges one.
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// Looks at programs and runs them on this machine.
    #[command(subcommand)]
    Program(ProgramCommand),
    /// Sets session keys, bonds, nominates; shows where a validator stands.
    #[command(subcommand)]
    Validator(ValidatorCommand),
    /// Shows and changes the protocol's parameters; proposes, votes on and follows referenda.
    #[command(subcommand)]
    Gov(GovCommand),
    /// Makes and shows keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Shows accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Serves blobs.
    #[command(subcommand)]
    Blob(BlobCommand),
    /// Prints a completion script.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Prints the manual page, or writes the pages of all commands.
    Man {
        /// Directory for the pages of all commands.
        #[arg(long, env = "ASSAY_MAN_OUT", value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

/// `assay job`
#[derive(Debug, Subcommand)]
pub enum JobCommand {
    /// Checks a job file, its data and the program it makes.
    Validate(ValidateOptions),
    /// Tells what a job costs and how long it may take.
    Quote(QuoteOptions),
    /// Writes a job's blobs, locks its escrow and submits it.
    Submit(SubmitOptions),
    /// Follows a job to its end.
    Watch(WatchOptions),
    /// Shows a job with its segments.
    Show(ShowOptions),
    /// Lists jobs.
    List(ListOptions),
    /// Fetches the newest final state of a job and writes its parameters as safetensors.
    Fetch(FetchOptions),
    /// Measures a fetched model on the held-out data of its job file.
    Eval(EvalOptions),
    /// Cancels a job.
    Cancel(CancelOptions),
    /// Locks more escrow for a job.
    TopUp(TopUpOptions),
    /// Removes an ended job's records after their retention and returns the buyer's deposit. Anyone may; it is free.
    CleanUp(CleanUpOptions),
}

/// Where parameters come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ParamsSource {
    /// From the chain if a node can be reached, else those of the main chain.
    #[default]
    Auto,
    /// From the chain.
    Chain,
    /// The main chain's.
    #[value(alias = "default")]
    Main,
    /// A development chain's.
    Development,
}

/// How sure a transaction's place must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Wait {
    /// In a block of the longest chain, which may be undone.
    Best,
    /// In a block that cannot be undone.
    #[default]
    #[value(alias = "finalized")]
    Finalised,
}

/// Options of `job validate`.
#[derive(Clone, Debug, Args)]
pub struct ValidateOptions {
    /// The job file; - is standard input.
    pub file: PathBuf,
    /// Whose rules it is checked against.
    #[arg(long, env = "ASSAY_PARAMS", value_enum, default_value = "main")]
    pub params: ParamsSource,
}

/// Options of `job quote`.
#[derive(Clone, Debug, Args)]
pub struct QuoteOptions {
    /// The job file; - is standard input.
    pub file: PathBuf,
    /// Whose rules it is quoted by.
    #[arg(long, env = "ASSAY_PARAMS", value_enum, default_value_t)]
    pub params: ParamsSource,
}

/// Options of `job submit`.
#[derive(Clone, Debug, Args)]
pub struct SubmitOptions {
    /// The job file; - is standard input.
    pub file: PathBuf,
    /// Directory into which program, constants, data and start state are written.
    #[arg(
        long,
        env = "ASSAY_BLOBS",
        value_name = "DIR",
        required_unless_present = "dry_run"
    )]
    pub blobs: Option<PathBuf>,
    /// URL under which that directory is served (see `assay blob serve`); up to four.
    #[arg(
        long,
        env = "ASSAY_LOCATION",
        value_name = "URL",
        required = true,
        value_delimiter = ','
    )]
    pub location: Vec<String>,
    /// Print the submission instead of sending it; needs no key. Blobs are written if --blobs is given.
    #[arg(long, env = "ASSAY_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// Whose rules hold for --dry-run.
    #[arg(long, env = "ASSAY_PARAMS", value_enum, default_value_t)]
    pub params: ParamsSource,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `job watch`.
#[derive(Clone, Debug, Args)]
pub struct WatchOptions {
    /// The job's number.
    pub id: u64,
    /// How sure the job's end must be.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `job show`.
#[derive(Clone, Debug, Args)]
pub struct ShowOptions {
    /// The job's number.
    pub id: u64,
}

/// Options of `job list`.
#[derive(Clone, Debug, Args)]
pub struct ListOptions {
    /// The first number.
    #[arg(long, env = "ASSAY_FROM", default_value_t = 0, value_name = "ID")]
    pub from: u64,
    /// Jobs listed at most.
    #[arg(long, env = "ASSAY_LIMIT", default_value_t = 100, value_name = "N")]
    pub limit: u32,
}

/// Options of `job fetch`.
#[derive(Clone, Debug, Args)]
pub struct FetchOptions {
    /// The job's number.
    pub id: u64,
    /// The job file that was submitted; - is standard input.
    #[arg(long, env = "ASSAY_JOB_FILE", value_name = "FILE")]
    pub job: PathBuf,
    /// Where the parameters are written.
    #[arg(long, env = "ASSAY_OUT", value_name = "FILE")]
    pub out: PathBuf,
    /// Base URL of a server that has the state, instead of the provider's endpoint.
    #[arg(long, env = "ASSAY_FETCH_FROM", value_name = "URL")]
    pub from: Option<String>,
    /// Directory of blobs to look into first and to keep the state in.
    #[arg(long, env = "ASSAY_BLOBS", value_name = "DIR")]
    pub blobs: Option<PathBuf>,
}

/// Options of `job eval`.
#[derive(Clone, Debug, Args)]
pub struct EvalOptions {
    /// The job file; - is standard input.
    pub file: PathBuf,
    /// The model's parameters as safetensors.
    #[arg(long, env = "ASSAY_MODEL", value_name = "FILE")]
    pub model: PathBuf,
}

/// Options of `job cancel`.
#[derive(Clone, Debug, Args)]
pub struct CancelOptions {
    /// The job's number.
    pub id: u64,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `job clean-up`.
#[derive(Clone, Debug, Args)]
pub struct CleanUpOptions {
    /// The job's number.
    pub id: u64,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `job top-up`.
#[derive(Clone, Debug, Args)]
pub struct TopUpOptions {
    /// The job's number.
    pub id: u64,
    /// Tokens to add, such as 12.5.
    #[arg(value_parser = amount::parse)]
    pub amount: Balance,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// `assay provider`
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Registers the key's account as the owner of a provider and locks its stake.
    Register(RegisterOptions),
    /// Shows the provider of an owner or operator; of the key's account if none is named.
    Show(AccountOptions),
    /// Changes where the worker is reached and what it can do; what is not named stays.
    Update(UpdateOptions),
    /// Replaces the key that signs work; the old one loses all rights at once.
    SetOperator(SetOperatorOptions),
    /// Raises the stake.
    AddStake(AddStakeOptions),
    /// Starts the unbonding of the stake; the provider must be free of jobs.
    Unregister(OwnerOptions),
    /// Returns the stake after unbonding.
    Withdraw(OwnerOptions),
}

/// Options of `provider register`.
#[derive(Clone, Debug, Args)]
pub struct RegisterOptions {
    /// Account of the key that signs work.
    #[arg(long, env = "ASSAY_OPERATOR", value_name = "ADDRESS")]
    pub operator: Account,
    /// URL under which the worker is reached.
    #[arg(long, env = "ASSAY_ENDPOINT", value_name = "URL")]
    pub endpoint: String,
    /// Tokens at stake, such as 100.
    #[arg(long, env = "ASSAY_STAKE", value_name = "AMOUNT", value_parser = amount::parse)]
    pub stake: Balance,
    /// The best device that the worker has.
    #[arg(long, env = "ASSAY_DEVICE", value_enum, default_value_t)]
    pub device: Device,
    /// Bytes of memory for one job.
    #[arg(long, env = "ASSAY_MEMORY", default_value_t = 1 << 30, value_name = "BYTES")]
    pub memory: u64,
    /// Jobs at a time.
    #[arg(long, env = "ASSAY_MAX_JOBS", default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_jobs: u32,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `provider update`.
#[derive(Clone, Debug, Args)]
pub struct UpdateOptions {
    /// What changes.
    #[command(flatten)]
    pub changes: ProviderChanges,
    /// How long to wait.
    #[command(flatten)]
    pub owner: OwnerOptions,
}

/// What of a provider changes.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = true)]
pub struct ProviderChanges {
    /// URL under which the worker is reached.
    #[arg(long, env = "ASSAY_ENDPOINT", value_name = "URL")]
    pub endpoint: Option<String>,
    /// The best device that the worker has.
    #[arg(long, env = "ASSAY_DEVICE", value_enum)]
    pub device: Option<Device>,
    /// Bytes of memory for one job.
    #[arg(long, env = "ASSAY_MEMORY", value_name = "BYTES")]
    pub memory: Option<u64>,
    /// Jobs at a time.
    #[arg(long, env = "ASSAY_MAX_JOBS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub max_jobs: Option<u32>,
}

/// Options of `provider set-operator`.
#[derive(Clone, Debug, Args)]
pub struct SetOperatorOptions {
    /// Account of the new key.
    pub operator: Account,
    /// How long to wait.
    #[command(flatten)]
    pub owner: OwnerOptions,
}

/// Options of `provider add-stake`.
#[derive(Clone, Debug, Args)]
pub struct AddStakeOptions {
    /// Tokens to add, such as 12.5.
    #[arg(value_parser = amount::parse)]
    pub amount: Balance,
    /// How long to wait.
    #[command(flatten)]
    pub owner: OwnerOptions,
}

/// A class of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Device {
    /// A processor.
    #[default]
    Cpu,
    /// A GPU.
    Gpu,
}

impl From<Device> for DeviceClass {
    fn from(device: Device) -> Self {
        match device {
            Device::Cpu => Self::Cpu,
            Device::Gpu => Self::Gpu,
        }
    }
}

/// Options of commands that the owner of a provider signs.
#[derive(Clone, Debug, Args)]
pub struct OwnerOptions {
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// An account to look at.
#[derive(Clone, Debug, Args)]
pub struct AccountOptions {
    /// SS58 address, or 0x and 64 hexadecimal digits; the key's account if left out.
    pub address: Option<Account>,
}

/// `assay dispute`
#[derive(Debug, Subcommand)]
pub enum DisputeCommand {
    /// Lists disputes.
    List(DisputesOptions),
    /// Shows what is argued, who is to move and how long they have; at the end what was wrong.
    Show(DisputeOptions),
    /// Follows a dispute to its end, one line for each move.
    Watch(DisputeWatchOptions),
    /// Challenges a committed segment and locks a bond, which is lost if the provider is right.
    ///
    /// `assay-worker verify` finds wrong commitments, challenges them and plays the games to their ends; this is for a
    /// challenge by hand, which `assay-worker verify --job` then plays with the same key.
    Open(OpenOptions),
    /// Moves a dispute's money where it is due: the bond, and the share of a slash.
    Pull(DisputeCallOptions),
    /// Ends a game whose side to move has run out of time.
    TimeOut(DisputeCallOptions),
}

/// Options of `dispute list`.
#[derive(Clone, Debug, Args)]
pub struct DisputesOptions {
    /// Only those about this job.
    #[arg(long, env = "ASSAY_JOB", value_name = "ID")]
    pub job: Option<u64>,
    /// The first number.
    #[arg(long, env = "ASSAY_FROM", default_value_t = 0, value_name = "NUMBER")]
    pub from: u64,
    /// Disputes listed at most.
    #[arg(long, env = "ASSAY_LIMIT", default_value_t = 100, value_name = "N")]
    pub limit: u32,
}

/// Options of `dispute show`.
#[derive(Clone, Debug, Args)]
pub struct DisputeOptions {
    /// The dispute's number, or its game's name.
    pub dispute: Which,
}

/// Options of `dispute watch`.
#[derive(Clone, Debug, Args)]
pub struct DisputeWatchOptions {
    /// The dispute's number, or its game's name.
    pub dispute: Which,
    /// How sure the end must be.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `dispute open`.
#[derive(Clone, Debug, Args)]
pub struct OpenOptions {
    /// The job's number.
    pub job: u64,
    /// The number of the committed segment.
    pub segment: u32,
    /// The first interval whose end is wrong; without it the argument narrows to the interval first.
    #[arg(long, env = "ASSAY_INTERVAL", value_name = "NUMBER")]
    pub interval: Option<u32>,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of calls that anyone may make about a dispute.
#[derive(Clone, Debug, Args)]
pub struct DisputeCallOptions {
    /// The dispute's number, or its game's name.
    pub dispute: Which,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// `assay program`
#[derive(Debug, Subcommand)]
pub enum ProgramCommand {
    /// Prints the roots of a job file's program, data and start state, or of a program file.
    Root(ProgramOptions),
    /// Trains a job file on this machine and prints the state root at each interval's end.
    ///
    /// ASSAY_CPU (auto, scalar, avx2, avx512, neon) names the instruction set, RAYON_NUM_THREADS the number of threads;
    /// neither changes a bit of any root.
    Run(RunOptions),
    /// Prints a program's header, nodes and work estimate.
    Show(ProgramOptions),
}

/// A program to look at.
#[derive(Clone, Debug, Args)]
pub struct ProgramOptions {
    /// A job file or a program file; - is standard input.
    pub file: PathBuf,
}

/// Options of `program run`.
#[derive(Clone, Debug, Args)]
pub struct RunOptions {
    /// The job file; - is standard input.
    pub file: PathBuf,
    /// Steps to take; all of the job's if left out.
    #[arg(long, env = "ASSAY_STEPS", value_name = "N")]
    pub steps: Option<u32>,
}

/// `assay key`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Makes a key and writes it to a new file that only its owner may read.
    Generate {
        /// The file; that of --key-file if left out. It must not exist.
        #[arg(long, env = "ASSAY_KEY_OUT", value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Shows the address and the public key of the key in use, never its secret.
    Inspect,
}

/// `assay account`
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Shows what an account owns.
    Show(AccountOptions),
}

/// `assay blob`
#[derive(Debug, Subcommand)]
pub enum BlobCommand {
    /// Serves a directory of blobs over HTTP, read-only, until it is stopped.
    ///
    /// The first line of standard output is {"address":"http://..."}.
    Serve(ServeOptions),
}

/// Options of `blob serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeOptions {
    /// The directory.
    #[arg(long, env = "ASSAY_BLOBS", value_name = "DIR")]
    pub dir: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    #[arg(
        long,
        env = "ASSAY_LISTEN",
        default_value = "127.0.0.1:0",
        value_name = "ADDRESS"
    )]
    pub listen: SocketAddr,
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
        for arguments in [
            ["assay", "--key", "//Alice", "key", "inspect"],
            ["assay", "key", "inspect", "--key", "//Alice"],
        ] {
            assert!(Cli::try_parse_from(arguments).is_err());
        }
    }
}
