//! The parts of a running node and how they are joined.
//!
//! | file | subject |
//! |---|---|
//! | `parts` | database, client, pool, import queue: what needs no network |
//! | `pool` | the transaction pool |
//! | `reports` | reports of two blocks in a slot |
//! | `ports` | refuses to start on ports that another program holds |
//! | `network` | litep2p, block and warp sync |
//! | `peers` | the network as block synchronisation sees it |
//! | `tasks` | block production, finality, authority discovery, offchain workers |

mod network;
pub mod parts;
mod pool;
mod ports;
mod reports;
mod tasks;

use crate::rpc;
use network::Network;
use parts::Consensus;
use sc_consensus_grandpa::{FinalityProofProvider, SharedVoterState};
use sc_network::config::NetworkBackendType;
use sc_service::{
    error::Error as ServiceError, Configuration, PartialComponents, SpawnTasksParams, TaskManager,
};
use sc_storage_monitor::{StorageMonitorParams, StorageMonitorService};
use std::path::PathBuf;
use tasks::{Running, Settings};

/// Starts everything and returns what keeps it running.
pub fn start(
    mut config: Configuration,
    storage_monitor: StorageMonitorParams,
) -> Result<TaskManager, ServiceError> {
    if !matches!(config.network.network_backend, NetworkBackendType::Litep2p) {
        return Err(ServiceError::Other(
            "this node has litep2p only: leave --network-backend away".into(),
        ));
    }
    ports::claim(&mut config)?;
    let database = config.database.path().map(PathBuf::from);
    let task_manager = start_parts(config)?;
    if let Some(path) = database {
        StorageMonitorService::try_spawn(
            storage_monitor,
            path,
            &task_manager.spawn_essential_handle(),
        )
        .map_err(|error| ServiceError::Application(error.into()))?;
    }
    Ok(task_manager)
}

/// Opens the database, joins the network, opens the RPC and starts the tasks, in this order.
fn start_parts(config: Configuration) -> Result<TaskManager, ServiceError> {
    let settings = Settings::of(&config);
    let PartialComponents {
        client,
        backend,
        mut task_manager,
        keystore_container,
        select_chain,
        import_queue,
        transaction_pool: pool,
        other: mut consensus,
    } = parts::assemble(&config)?;
    let needs = network::Needs {
        client: &client,
        backend: &backend,
        pool: &pool,
        authorities: consensus.grandpa_link.shared_authority_set().clone(),
        task_manager: &task_manager,
        import_queue,
    };
    let (network, gossip) = network::start(&config, needs)?;
    let running = Running {
        client,
        backend,
        pool,
        select_chain,
        keystore: keystore_container.keystore(),
        network: network.service.clone(),
        sync: network.sync.clone(),
        voter_state: SharedVoterState::empty(),
        telemetry: parts::handle_of(&consensus.telemetry),
    };
    serve(config, &running, network, &mut consensus, &mut task_manager)?;
    tasks::spawn(settings, running, consensus, gossip, &task_manager)?;
    Ok(task_manager)
}

/// Opens the RPC and starts what every Substrate node runs: pool, metrics, the status line.
fn serve(
    config: Configuration,
    running: &Running,
    network: Network,
    consensus: &mut Consensus,
    task_manager: &mut TaskManager,
) -> Result<(), ServiceError> {
    let authorities = consensus.grandpa_link.shared_authority_set().clone();
    let needs = rpc::Needs {
        client: running.client.clone(),
        pool: running.pool.clone(),
        select_chain: running.select_chain.clone(),
        keystore: running.keystore.clone(),
        babe_worker: consensus.babe_worker.clone(),
        voter_state: running.voter_state.clone(),
        authorities: authorities.clone(),
        justifications: consensus.grandpa_link.justification_stream(),
        finality_proofs: FinalityProofProvider::new_for_service(
            running.backend.clone(),
            Some(authorities),
        ),
    };
    sc_service::spawn_tasks(SpawnTasksParams {
        config,
        client: running.client.clone(),
        backend: running.backend.clone(),
        task_manager,
        keystore: running.keystore.clone(),
        transaction_pool: running.pool.clone(),
        rpc_builder: Box::new(move |executor| rpc::build(&needs, executor).map_err(Into::into)),
        network: network.service,
        system_rpc_tx: network.system_rpc,
        tx_handler_controller: network.transactions,
        sync_service: network.sync,
        telemetry: consensus.telemetry.as_mut(),
        tracing_execute_block: None,
    })?;
    Ok(())
}
