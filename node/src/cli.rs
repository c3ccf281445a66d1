//! The command line.

use clap::{Parser, Subcommand};
use sc_cli::{
    BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd, ExportStateCmd,
    ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd, SignCmd, VanityCmd,
    VerifyCmd,
};
use sc_storage_monitor::StorageMonitorParams;

/// What the node was started with.
#[derive(Debug, Parser)]
pub struct Cli {
    /// A command other than running the node.
    #[command(subcommand)]
    pub subcommand: Option<Command>,

    /// How to run the node.
    #[command(flatten)]
    pub run: RunCmd,

    /// When to stop because the disk is full.
    #[command(flatten)]
    pub storage_monitor: StorageMonitorParams,
}

/// Everything that the node does apart from running.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Generate, inspect and insert keys.
    #[command(subcommand)]
    Key(KeySubcommand),
    /// Write a chain's specification to standard output, with this machine as the boot node where it has none.
    BuildSpec(BuildSpecCmd),
    /// Write a chain's specification to standard output or a file.
    ExportChainSpec(ExportChainSpecCmd),
    /// Check a block of the database again.
    CheckBlock(CheckBlockCmd),
    /// Write blocks to a file.
    ExportBlocks(ExportBlocksCmd),
    /// Write the state of a block as a chain specification.
    ExportState(ExportStateCmd),
    /// Read blocks from a file.
    ImportBlocks(ImportBlocksCmd),
    /// Delete the chain's database.
    PurgeChain(PurgeChainCmd),
    /// Go back some blocks.
    Revert(RevertCmd),
    /// Show what the database holds.
    ChainInfo(ChainInfoCmd),
    /// Sign a message.
    Sign(SignCmd),
    /// Verify a signature.
    Verify(VerifyCmd),
    /// Find a key whose address begins with given letters.
    Vanity(VanityCmd),
}
