//! What can go wrong in a command.

use std::{io, path::PathBuf};

use assay_blobs::{Fault, FetchError, ListenError, StoreError};
use assay_client::{Account, ChainError, KeyError, H256};
use assay_engine::EngineError;
use assay_models::{job::AmountError, CheckpointError, DataError, EvaluateError, JobError};
use assay_program::{DecodeError, ProgramError};
use assay_protocol::{
    Balance, EndReason, JobId, ParamsError, SegmentIndex, SubmissionError, UrlError,
};
use serde_json::{json, Value};

use crate::{amount::show, dispute::Which};

/// Why a command failed: what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// The job file or what it describes.
    #[error(transparent)]
    Job(#[from] JobError),
    /// An amount of the job file.
    #[error("{field}: {cause}")]
    Amount {
        /// The field of the job file.
        field: &'static str,
        /// What is wrong with it.
        cause: AmountError,
    },
    /// The protocol's parameters do not allow the job.
    #[error("the chain would refuse the job: {0}")]
    Submission(#[from] SubmissionError),
    /// The chain's own check refuses the job.
    #[error("the chain would refuse the job: {reason}")]
    Refused {
        /// The field and what is wrong with it.
        reason: String,
    },
    /// A URL that no chain takes.
    #[error("{field} {url:?}: {cause}")]
    Url {
        /// The flag.
        field: &'static str,
        /// What was given.
        url: String,
        /// What is wrong with it.
        cause: UrlError,
    },
    /// More of something than a job can have.
    #[error("{field}: {found} are too many; give at most {most}")]
    TooMany {
        /// What it is.
        field: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: u32,
    },
    /// More steps than the job has.
    #[error("--steps: {asked}, but the job has {total}; give at most that")]
    Steps {
        /// Steps asked for.
        asked: u32,
        /// Steps of the job.
        total: u32,
    },
    /// The chain, or the way to it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A new key has no place.
    #[error("no place for the new key; give --out FILE")]
    KeyPlace,
    /// The account does not exist.
    #[error("account {account} is unknown to the chain; endow it first, or use another key")]
    UnknownAccount {
        /// The account.
        account: Account,
    },
    /// The account owns too little.
    #[error("account {account} has {} free, but {} are needed; endow it, or lower the amount", show(*free), show(*needed))]
    Balance {
        /// The account.
        account: Account,
        /// What it can spend.
        free: Balance,
        /// What is needed, fees not counted.
        needed: Balance,
    },
    /// No such job.
    #[error("there is no job {id}; `assay job list` shows those there are")]
    NoJob {
        /// The number asked for.
        id: JobId,
    },
    /// No such dispute.
    #[error("there is no dispute {which}, or its record was cleaned up; `assay dispute list` shows those there are")]
    NoDispute {
        /// What was asked for.
        which: Which,
    },
    /// The segment cannot be challenged.
    #[error("segment {segment} of job {id} is not committed, or final already; `assay job show {id}` lists the segments")]
    NotCommitted {
        /// The job.
        id: JobId,
        /// The segment asked for.
        segment: SegmentIndex,
    },
    /// No such provider.
    #[error("{account} is no provider; register it with `assay provider register`")]
    NoProvider {
        /// The account asked for.
        account: Account,
    },
    /// The chain does not know the parameters that it should have.
    #[error(
        "the chain has no protocol parameters; use a node whose chain is past its first block"
    )]
    NoParams,
    /// No such version of the parameters.
    #[error("there is no version {version} of the parameters, or no job is left that uses it; `assay gov params` shows those in force")]
    NoVersion {
        /// The version asked for.
        version: u32,
    },
    /// A file that should hold the protocol's parameters.
    #[error("{}: these are no protocol parameters: {cause}; edit a file that `assay gov params --out` wrote", path.display())]
    ParamsFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: serde_json::Error,
    },
    /// The parameters break a bound or a relation.
    #[error("the chain would refuse the parameters: {0}")]
    Params(#[from] ParamsError),
    /// The parameters are those in force.
    #[error("{}: these are the parameters in force; change a number", path.display())]
    NoChange {
        /// The file.
        path: PathBuf,
    },
    /// A file is too long.
    #[error("{}: more than {most} bytes; give another file", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes that it may have.
        most: u64,
    },
    /// Bytes that are no call.
    #[error("these bytes are no call of the chain's runtime: {cause}; give indices of pallet and call and the arguments, in hexadecimal digits")]
    Call {
        /// What is wrong with them.
        cause: String,
    },
    /// A file that is no runtime.
    #[error("{}: this is no Wasm, compressed or not; give the runtime that scripts/build made", path.display())]
    NoWasm {
        /// The file.
        path: PathBuf,
    },
    /// No referendum has allowed the runtime.
    #[error("no referendum has allowed the runtime {found:?}; {}", match allowed {
        Some(hash) => format!("{hash:?} is allowed: give that file"),
        None => "propose it with `assay gov propose upgrade`".to_owned(),
    })]
    NotAllowed {
        /// Hash of the file.
        found: H256,
        /// Hash of the runtime that may be set, if one may.
        allowed: Option<H256>,
    },
    /// No such track.
    #[error("there is no track {name}; there are {}", known.join(", "))]
    NoTrack {
        /// The name or number asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// No such referendum.
    #[error("there is no referendum {index}; `assay gov status --all` lists those there are")]
    NoReferendum {
        /// The number asked for.
        index: u32,
    },
    /// A referendum that is over.
    #[error("referendum {index} is decided; `assay gov status` lists those that are open")]
    Decided {
        /// Its number.
        index: u32,
    },
    /// A referendum that is not over.
    #[error("referendum {index} is open, and its deposits stay until it is decided; `assay gov status {index}` tells when")]
    Undecided {
        /// Its number.
        index: u32,
    },
    /// No deposit is left.
    #[error("referendum {index} has no deposit to return; its preimage's goes back with --preimage HASH")]
    NothingToRefund {
        /// Its number.
        index: u32,
    },
    /// An account that has bonded nothing.
    #[error("account {account} has bonded nothing; `assay validator bond` does")]
    NotBonded {
        /// The account.
        account: Account,
    },
    /// More than is bonded.
    #[error("account {account} has {} bonded, but {} are asked for; lower the amount", show(*bonded), show(*asked))]
    Bond {
        /// The account.
        account: Account,
        /// What it has bonded.
        bonded: Balance,
        /// What is asked for.
        asked: Balance,
    },
    /// No reward is unpaid.
    #[error("validator {account} has been paid for every era that has ended; wait for the next, or name another")]
    NothingToPay {
        /// The validator.
        account: Account,
    },
    /// The job ended before all of it was done.
    #[error("job {id} ended without being completed: {}", describe(*reason))]
    Ended {
        /// The job.
        id: JobId,
        /// Why.
        reason: EndReason,
        /// Where it stood at its end.
        job: Value,
    },
    /// No segment is final yet.
    #[error("job {id} has no final segment yet; wait for one with `assay job watch {id}`")]
    NothingFinal {
        /// The job.
        id: JobId,
    },
    /// The job file describes another job.
    #[error("{field} of the job file has root {found}, that of job {id} is {expected}; give the file and the data that were submitted")]
    OtherJob {
        /// The job.
        id: JobId,
        /// What differs.
        field: String,
        /// The root on the chain.
        expected: String,
        /// The root of the file.
        found: String,
    },
    /// A directory or store of blobs.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A blob that could not be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// A file with parameters.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The held-out data.
    #[error("data: {0}")]
    Data(#[from] DataError),
    /// The model cannot be measured.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Not a program file.
    #[error("{}: not a program file: {cause}", path.display())]
    ProgramFile {
        /// The file.
        path: PathBuf,
        /// What the decoder says.
        cause: DecodeError,
    },
    /// The program breaks a rule.
    #[error("{}: the program is refused: {cause}", path.display())]
    Program {
        /// The file.
        path: PathBuf,
        /// Which rule.
        cause: ProgramError,
    },
    /// The bytes of a state are not those of the program's types.
    #[error("the state is not one of this program: {0}")]
    State(#[from] assay_numerics::TensorError),
    /// A server does not start.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// A file cannot be read or written.
    #[error("{}: {cause}; check path, permissions and space", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// Standard output is closed or full.
    #[error("cannot write the output: {cause}")]
    Output {
        /// What the system says.
        cause: io::Error,
    },
}

impl CliError {
    pub(crate) fn output(cause: io::Error) -> Self {
        Self::Output { cause }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { path, cause }
    }

    /// The exit status: 2 for wrong usage, else 1.
    pub const fn status(&self) -> u8 {
        match self {
            Self::KeyPlace => 2,
            _ => 1,
        }
    }

    /// A name that programs may rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Job(error) => job_code(error),
            Self::Amount { .. } => "amount",
            Self::Submission(_) | Self::Refused { .. } => "submission_refused",
            Self::Url { .. } => "url",
            Self::TooMany { .. } => "too_many",
            Self::Steps { .. } => "steps",
            Self::Chain(error) => chain_code(error),
            Self::Key(error) => key_code(error),
            Self::KeyPlace => "usage",
            Self::UnknownAccount { .. } => "unknown_account",
            Self::Balance { .. } => "insufficient_balance",
            Self::NoJob { .. } => "no_job",
            Self::NoDispute { .. } => "no_dispute",
            Self::NotCommitted { .. } => "not_committed",
            Self::NoProvider { .. } => "no_provider",
            Self::NoParams => "no_params",
            Self::NoVersion { .. } => "no_params_version",
            Self::ParamsFile { .. } => "params_malformed",
            Self::Params(_) => "params_refused",
            Self::NoChange { .. } => "no_change",
            Self::TooLong { .. } => "file_too_long",
            Self::Call { .. } => "call_malformed",
            Self::NoWasm { .. } => "no_wasm",
            Self::NotAllowed { .. } => "not_allowed",
            Self::NoTrack { .. } => "no_track",
            Self::NoReferendum { .. } => "no_referendum",
            Self::Decided { .. } => "referendum_decided",
            Self::Undecided { .. } => "referendum_open",
            Self::NothingToRefund { .. } => "nothing_to_refund",
            Self::NotBonded { .. } => "not_bonded",
            Self::Bond { .. } => "insufficient_bond",
            Self::NothingToPay { .. } => "nothing_to_pay",
            Self::Ended { .. } => "job_ended",
            Self::NothingFinal { .. } => "nothing_final",
            Self::OtherJob { .. } => "root_differs",
            Self::Store(error) => store_code(error),
            Self::Fetch(error) => fetch_code(error),
            Self::Checkpoint(error) => checkpoint_code(error),
            Self::Data(_) => "data",
            Self::Evaluate(_) => "model",
            Self::Engine(_) => "engine",
            Self::ProgramFile { .. } => "program_malformed",
            Self::Program { .. } => "program_refused",
            Self::State(_) => "state",
            Self::Listen(_) => "listen",
            Self::File { cause, .. } | Self::Output { cause } => io_code(cause),
        }
    }

    /// The error's parts for programs.
    pub fn details(&self) -> Option<Value> {
        match self {
            Self::Job(JobError::Field {
                field,
                problem,
                remedy,
            }) => Some(json!({ "field": field, "problem": problem, "remedy": remedy })),
            Self::Job(JobError::Syntax(error)) => {
                Some(json!({ "field": field_of(error.message()), "problem": error.message() }))
            }
            Self::Job(JobError::Data(_)) | Self::Data(_) => Some(json!({ "field": "data" })),
            Self::Job(JobError::Weights(_)) => Some(json!({ "field": "model.weights" })),
            Self::Amount { field, .. } => Some(json!({ "field": field })),
            Self::Submission(error) => Some(split(&error.to_string())),
            Self::Refused { reason } => Some(split(reason)),
            Self::Url { field, url, .. } => Some(json!({ "field": field, "found": url })),
            Self::TooMany { field, found, most } => {
                Some(json!({ "field": field, "found": found, "most": most }))
            }
            Self::Steps { asked, total } => {
                Some(json!({ "field": "steps", "found": asked, "most": total }))
            }
            Self::UnknownAccount { account }
            | Self::NoProvider { account }
            | Self::NotBonded { account }
            | Self::NothingToPay { account } => Some(json!({ "account": account })),
            Self::Bond {
                account,
                bonded,
                asked,
            } => Some(
                json!({ "account": account, "bonded": bonded.to_string(), "asked": asked.to_string() }),
            ),
            Self::Balance {
                account,
                free,
                needed,
            } => Some(
                json!({ "account": account, "free": free.to_string(), "needed": needed.to_string() }),
            ),
            Self::NoJob { id } | Self::NothingFinal { id } => Some(json!({ "job": id })),
            Self::NoDispute { which } => Some(json!({ "dispute": which.to_string() })),
            Self::NotCommitted { id, segment } => Some(json!({ "job": id, "segment": segment })),
            Self::Ended { reason, job, .. } => Some(json!({ "reason": reason, "job": job })),
            Self::OtherJob {
                id,
                field,
                expected,
                found,
            } => Some(json!({ "job": id, "field": field, "expected": expected, "found": found })),
            Self::NoReferendum { index }
            | Self::Decided { index }
            | Self::Undecided { index }
            | Self::NothingToRefund { index } => Some(json!({ "referendum": index })),
            Self::Params(error) => Some(json!({ "problem": error.to_string() })),
            Self::NotAllowed { found, allowed } => {
                Some(json!({ "found": found, "allowed": allowed }))
            }
            Self::NoTrack { name, known } => Some(json!({ "track": name, "known": known })),
            Self::Chain(ChainError::Failed { pallet, name, .. }) => {
                Some(json!({ "pallet": pallet, "name": name }))
            }
            Self::File { path, .. }
            | Self::ParamsFile { path, .. }
            | Self::NoChange { path }
            | Self::TooLong { path, .. }
            | Self::NoWasm { path } => Some(json!({ "path": path })),
            _ => None,
        }
    }
}

/// A reason for a job's end in words.
pub(crate) const fn describe(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Completed => "every segment is final",
        EndReason::Cancelled => "its buyer cancelled it",
        EndReason::EscrowExhausted => "its escrow ran out and was not topped up in time",
        EndReason::NoProvider => "no provider took it in time",
        EndReason::Declined => {
            "too many providers declined it or were convicted over it; look at its program, data and their locations"
        }
    }
}

/// `field: problem` as an object.
fn split(text: &str) -> Value {
    match text.split_once(": ") {
        Some((field, problem)) => json!({ "field": field, "problem": problem }),
        None => json!({ "problem": text }),
    }
}

/// The field that a TOML error names between backticks.
fn field_of(message: &str) -> Option<&str> {
    message.split('`').nth(1)
}

fn io_code(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "disk_full"
        }
        io::ErrorKind::NotFound => "file_not_found",
        io::ErrorKind::AlreadyExists => "file_exists",
        _ => "io",
    }
}

fn job_code(error: &JobError) -> &'static str {
    match error {
        JobError::Read { error, .. } => io_code(error),
        JobError::TooLong { .. } => "job_file_too_long",
        JobError::Syntax(_) => "job_file_malformed",
        JobError::Field { .. } => "job_field",
        JobError::Data(_) => "data",
        JobError::Weights(error) => checkpoint_code(error),
        JobError::Build(_) => "model_impossible",
        JobError::Program(_) => "program_refused",
        _ => "job",
    }
}

const fn chain_code(error: &ChainError) -> &'static str {
    match error {
        ChainError::Url { .. } => "node_url",
        ChainError::Unreachable { .. } => "node_unreachable",
        ChainError::WrongChain { .. } | ChainError::WrongGenesis { .. } => "wrong_chain",
        ChainError::Refused { .. } => "node_refused",
        ChainError::Incompatible { .. } => "incompatible",
        ChainError::CannotPay { .. } => "insufficient_balance",
        ChainError::Rejected { .. } => "rejected",
        ChainError::Outrun => "outrun",
        ChainError::Expired { .. } => "expired",
        ChainError::Late { .. } => "late",
        ChainError::Failed { .. } => "call_failed",
    }
}

fn key_code(error: &KeyError) -> &'static str {
    match error {
        KeyError::Missing => "no_key",
        KeyError::File { cause, .. } => io_code(cause),
        KeyError::Mode { .. } => "key_mode",
        KeyError::Malformed { .. } => "key_malformed",
        KeyError::Randomness { .. } => "randomness",
    }
}

const fn fault_code(fault: &Fault) -> &'static str {
    match fault {
        Fault::TooLarge { .. } => "blob_too_large",
        Fault::Truncated { .. } => "blob_truncated",
        Fault::Malformed { .. } => "blob_malformed",
        Fault::WrongRoot { .. } => "root_differs",
    }
}

const fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::NotFound { .. } => "blob_not_found",
        StoreError::Fault { fault, .. } => fault_code(fault),
        StoreError::Full { .. } => "disk_full",
        StoreError::Directory { .. } | StoreError::Location { .. } => "directory",
        StoreError::Backend { .. } => "store",
    }
}

/// The code of the first location's failure stands for all.
fn fetch_code(error: &FetchError) -> &'static str {
    match error {
        FetchError::Url { .. } | FetchError::Scheme { .. } => "url",
        FetchError::PrivateAddress { .. } => "private_address",
        FetchError::Redirects { .. } => "redirects",
        FetchError::Unreachable { .. } => "server_unreachable",
        FetchError::NotFound { .. } | FetchError::NoLocation { .. } => "blob_not_found",
        FetchError::Status { .. } => "server_status",
        FetchError::Stalled { .. } | FetchError::TooSlow { .. } | FetchError::Deadline { .. } => {
            "server_stalled"
        }
        FetchError::Fault { fault, .. } => fault_code(fault),
        FetchError::Store(error) => store_code(error),
        FetchError::Everywhere { failures, .. } => {
            failures.first().map_or("blob_not_found", fetch_code)
        }
        FetchError::Client { .. } => "http_client",
    }
}

fn checkpoint_code(error: &CheckpointError) -> &'static str {
    match error {
        CheckpointError::Io { error, .. } => io_code(error),
        _ => "model",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_field() {
        let error = CliError::from(SubmissionError::PriceTooLow);
        assert_eq!(error.code(), "submission_refused");
        assert_eq!(error.details().unwrap()["field"], "price_per_segment");
    }

    #[test]
    fn a_full_disk_is_told_apart() {
        let error = CliError::output(io::ErrorKind::StorageFull.into());
        assert_eq!((error.code(), error.status()), ("disk_full", 1));
    }
}
