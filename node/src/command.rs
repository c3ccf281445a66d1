//! Runs what the command line asks for.

use crate::{
    cli::{Cli, Command},
    service::{self, parts},
};
use assay_runtime::opaque::Block;
use sc_cli::{RevertCmd, RunCmd, SubstrateCli};
use std::{num::NonZeroU32, sync::Arc};

/// For how long the pool refuses what was invalid once, unless `--tx-ban-seconds` says otherwise. A move in a game is the same bytes
/// however often it is sent: sent a block too early it must be taken a block later, not in half an hour.
const TX_BAN_SECONDS: u64 = 0;

/// Calls a minute that a connection may make to an RPC which is open to others, unless `--rpc-rate-limit` says otherwise.
const RPC_RATE_LIMIT: NonZeroU32 = NonZeroU32::new(600).expect("it is not zero");

impl SubstrateCli for Cli {
    fn impl_name() -> String {
        "Assay Node".into()
    }

    fn impl_version() -> String {
        env!("SUBSTRATE_CLI_IMPL_VERSION").into()
    }

    fn description() -> String {
        env!("CARGO_PKG_DESCRIPTION").into()
    }

    fn author() -> String {
        env!("CARGO_PKG_AUTHORS").into()
    }

    fn support_url() -> String {
        "the issue tracker of the Assay project".into()
    }

    fn copyright_start_year() -> i32 {
        2026
    }

    fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
        match assay_chain_spec::load(id) {
            Ok(spec) => Ok(Box::new(spec)),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Where the SDK's defaults are not safe for this chain.
fn set_defaults(run: &mut RunCmd) {
    run.pool_config.tx_ban_seconds.get_or_insert(TX_BAN_SECONDS);
    let rpc = &mut run.rpc_params;
    if rpc.rpc_external || rpc.unsafe_rpc_external {
        rpc.rpc_rate_limit.get_or_insert(RPC_RATE_LIMIT);
    }
}

/// Parses the command line and does what it says.
pub fn run() -> sc_cli::Result<()> {
    let mut cli = Cli::from_args();
    set_defaults(&mut cli.run);
    match &cli.subcommand {
        None => run_node(&cli),
        Some(Command::Key(cmd)) => cmd.run(&cli),
        Some(Command::Sign(cmd)) => cmd.run(),
        Some(Command::Verify(cmd)) => cmd.run(),
        Some(Command::Vanity(cmd)) => cmd.run(),
        Some(Command::BuildSpec(cmd)) => cli
            .create_runner(cmd)?
            .sync_run(|config| cmd.run(config.chain_spec, config.network)),
        Some(Command::ExportChainSpec(cmd)) => cmd.run(cli.load_spec(&cmd.chain)?),
        Some(Command::PurgeChain(cmd)) => cli
            .create_runner(cmd)?
            .sync_run(|config| cmd.run(config.database)),
        Some(Command::ChainInfo(cmd)) => cli
            .create_runner(cmd)?
            .sync_run(|config| cmd.run::<Block>(&config)),
        Some(Command::CheckBlock(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let parts = parts::assemble(&config)?;
            Ok((
                cmd.run(parts.client, parts.import_queue),
                parts.task_manager,
            ))
        }),
        Some(Command::ExportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let parts = parts::assemble(&config)?;
            Ok((cmd.run(parts.client, config.database), parts.task_manager))
        }),
        Some(Command::ExportState(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let parts = parts::assemble(&config)?;
            Ok((cmd.run(parts.client, config.chain_spec), parts.task_manager))
        }),
        Some(Command::ImportBlocks(cmd)) => cli.create_runner(cmd)?.async_run(|config| {
            let parts = parts::assemble(&config)?;
            Ok((
                cmd.run(parts.client, parts.import_queue),
                parts.task_manager,
            ))
        }),
        Some(Command::Revert(cmd)) => revert(&cli, cmd),
    }
}

fn run_node(cli: &Cli) -> sc_cli::Result<()> {
    let storage_monitor = cli.storage_monitor.clone();
    cli.create_runner(&cli.run)?
        .run_node_until_exit(|config| async move {
            service::start(config, storage_monitor).map_err(sc_cli::Error::Service)
        })
}

/// Goes back some blocks, in the database and in what BABE and GRANDPA remember beside it.
fn revert(cli: &Cli, cmd: &RevertCmd) -> sc_cli::Result<()> {
    cli.create_runner(cmd)?.async_run(|config| {
        let parts = parts::assemble(&config)?;
        let revert_consensus = Box::new(|client: Arc<parts::FullClient>, backend, blocks| {
            sc_consensus_babe::revert(client.clone(), backend, blocks)?;
            sc_consensus_grandpa::revert(client, blocks)?;
            Ok(())
        });
        Ok((
            cmd.run(parts.client, parts.backend, Some(revert_consensus)),
            parts.task_manager,
        ))
    })
}
