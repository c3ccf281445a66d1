//! The command line of `assay gov`.

use std::path::PathBuf;

use assay_client::{governance::Conviction, parse_hash, H256};
use assay_protocol::Balance;
use clap::{builder::FalseyValueParser, Args, Subcommand};

use crate::{amount, options::Wait};

/// `assay gov`
#[derive(Debug, Subcommand)]
pub enum GovCommand {
    /// Shows the protocol's parameters with their units, or writes them to a file to edit.
    Params(ParamsOptions),
    /// Submits a referendum.
    #[command(subcommand)]
    Propose(ProposeCommand),
    /// Puts down a referendum's decision deposit; anyone may.
    Deposit(ReferendumOptions),
    /// Votes on a referendum; a later vote replaces an earlier one.
    Vote(VoteOptions),
    /// Lists referenda, or shows one: phase, votes, what is missing, what happens when.
    Status(StatusOptions),
    /// Follows a referendum until its call is dispatched or it has failed.
    Watch(ReferendumOptions),
    /// Takes back votes on decided referenda and unlocks what they no longer need.
    Unlock(UnlockOptions),
    /// Returns a decided referendum's deposits to those who put them down, and a preimage's to the key's account.
    Refund(RefundOptions),
    /// Sets the runtime that a referendum has allowed; anyone may.
    ApplyUpgrade(ApplyOptions),
}

/// Options of `gov params`.
#[derive(Clone, Debug, Args)]
pub struct ParamsOptions {
    /// The version; that in force if left out.
    pub number: Option<u32>,
    /// Write them to this new file as JSON, for `assay gov propose params`.
    #[arg(long, env = "ASSAY_OUT", value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `assay gov propose`
#[derive(Debug, Subcommand)]
pub enum ProposeCommand {
    /// To set the protocol's parameters as a file has them, on the track parameter_admin.
    Params {
        /// What `assay gov params --out` wrote, edited; - is standard input.
        file: PathBuf,
        /// How it is submitted.
        #[command(flatten)]
        terms: Terms,
    },
    /// To put a text on the chain, which does nothing else.
    Remark {
        /// The text.
        text: String,
        /// The track, by name or number.
        #[arg(long, env = "ASSAY_TRACK", default_value = "small_spender")]
        track: String,
        /// How it is submitted.
        #[command(flatten)]
        terms: Terms,
    },
    /// To dispatch a call.
    Call {
        /// The call's bytes in hexadecimal digits: indices of pallet and call, and the arguments.
        call: String,
        /// The track, by name or number: its origin dispatches the call.
        #[arg(long, env = "ASSAY_TRACK")]
        track: String,
        /// How it is submitted.
        #[command(flatten)]
        terms: Terms,
    },
    /// To allow a runtime, on the track root; `assay gov apply-upgrade` then sets it.
    Upgrade {
        /// The runtime's Wasm, compressed or not.
        wasm: PathBuf,
        /// How it is submitted.
        #[command(flatten)]
        terms: Terms,
    },
}

/// How a referendum is submitted.
#[derive(Clone, Debug, Args)]
pub struct Terms {
    /// Put down the decision deposit too.
    #[arg(long, env = "ASSAY_DEPOSIT", value_parser = FalseyValueParser::new())]
    pub deposit: bool,
    /// Blocks from approval to enactment, if more than the track's.
    #[arg(long, env = "ASSAY_AFTER", default_value_t = 0, value_name = "BLOCKS")]
    pub after: u32,
    /// Print what would be submitted instead of sending it; needs no key.
    #[arg(long, env = "ASSAY_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// A referendum, and how sure it must be.
#[derive(Clone, Debug, Args)]
pub struct ReferendumOptions {
    /// The referendum's number.
    pub index: u32,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `gov vote`.
#[derive(Clone, Debug, Args)]
pub struct VoteOptions {
    /// The referendum's number.
    pub index: u32,
    /// Which way.
    #[command(flatten)]
    pub side: Side,
    /// Tokens that vote, such as 12.5. They cannot be spent until the vote is unlocked, but vote elsewhere too.
    #[arg(long, env = "ASSAY_AMOUNT", value_parser = amount::parse)]
    pub amount: Balance,
    /// How often they count, 0 to 6, for 2^(N-1) periods of lock if their side wins; 0 counts a tenth and locks nothing.
    #[arg(
        long,
        env = "ASSAY_CONVICTION",
        default_value = "1",
        value_name = "LEVEL",
        conflicts_with = "abstain"
    )]
    pub conviction: Conviction,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Which way a vote goes.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Side {
    /// For it.
    #[arg(long)]
    pub aye: bool,
    /// Against it.
    #[arg(long)]
    pub nay: bool,
    /// Neither; counts to the support.
    #[arg(long)]
    pub abstain: bool,
}

/// Options of `gov status`.
#[derive(Clone, Debug, Args)]
pub struct StatusOptions {
    /// The referendum's number; all that are not over if left out.
    pub index: Option<u32>,
    /// List those that are over too.
    #[arg(long, env = "ASSAY_ALL", value_parser = FalseyValueParser::new(), conflicts_with = "index")]
    pub all: bool,
    /// Referenda looked at, the newest first.
    #[arg(long, env = "ASSAY_LIMIT", default_value_t = 100, value_name = "N")]
    pub limit: u32,
}

/// Options of `gov unlock`.
#[derive(Clone, Debug, Args)]
pub struct UnlockOptions {
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `gov refund`.
#[derive(Clone, Debug, Args)]
pub struct RefundOptions {
    /// The referendum's number.
    pub index: u32,
    /// Hash of its preimage, which the key's account noted, to remove that too.
    #[arg(long, env = "ASSAY_PREIMAGE", value_name = "HASH", value_parser = parse_hash)]
    pub preimage: Option<H256>,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}

/// Options of `gov apply-upgrade`.
#[derive(Clone, Debug, Args)]
pub struct ApplyOptions {
    /// The runtime's Wasm, the same file as was proposed.
    pub wasm: PathBuf,
    /// How long to wait.
    #[arg(long, env = "ASSAY_WAIT", value_enum, default_value_t)]
    pub wait: Wait,
}
