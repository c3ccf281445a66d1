//! The network: litep2p, block and warp sync, GRANDPA's gossip.

use super::parts::{FullBackend, FullClient, Pool};
use assay_runtime::{opaque::Block, Hash};
use sc_client_api::BlockBackend;
use sc_consensus_grandpa::{warp_proof::NetworkProvider, SharedAuthoritySet};
use sc_network::{
    config::FullNetworkConfiguration, service::traits::NetworkService, Litep2pNetworkBackend,
    NetworkBackend, NotificationService, ProtocolName,
};
use sc_network_sync::SyncingService;
use sc_network_transactions::TransactionsHandlerController;
use sc_service::{
    error::Error as ServiceError, BuildNetworkParams, Configuration, TaskManager, WarpSyncConfig,
};
use sc_utils::mpsc::TracingUnboundedSender;
use std::sync::Arc;

type Backend = Litep2pNetworkBackend;

/// What the network needs of the node.
pub struct Needs<'a> {
    /// Blocks and state to serve.
    pub client: &'a Arc<FullClient>,
    /// The database, for warp proofs.
    pub backend: &'a Arc<FullBackend>,
    /// Transactions to pass on.
    pub pool: &'a Arc<Pool>,
    /// Who finalises, for warp proofs.
    pub authorities: SharedAuthoritySet<Hash, u32>,
    /// Runs the network's tasks.
    pub task_manager: &'a TaskManager,
    /// Where blocks from others go.
    pub import_queue: sc_consensus::DefaultImportQueue<Block>,
}

/// A running network.
pub struct Network {
    /// Peers, streams, the distributed hash table.
    pub service: Arc<dyn NetworkService>,
    /// Block synchronisation.
    pub sync: Arc<SyncingService<Block>>,
    /// Questions of the RPC about the network.
    pub system_rpc: TracingUnboundedSender<sc_rpc::system::Request<Block>>,
    /// Passes transactions on.
    pub transactions: TransactionsHandlerController<Hash>,
}

/// GRANDPA's channel to its peers.
pub struct FinalityGossip {
    /// Name of the protocol, which holds the genesis hash.
    pub protocol: ProtocolName,
    /// Sends and receives votes.
    pub service: Box<dyn NotificationService>,
}

/// Starts to listen, to dial and to synchronise.
pub fn start(
    config: &Configuration,
    needs: Needs<'_>,
) -> Result<(Network, FinalityGossip), ServiceError> {
    let registry = config.prometheus_registry().cloned();
    let metrics =
        <Backend as NetworkBackend<Block, Hash>>::register_notification_metrics(registry.as_ref());
    let mut net_config =
        FullNetworkConfiguration::<Block, Hash, Backend>::new(&config.network, registry);

    let genesis = needs
        .client
        .block_hash(0)?
        .ok_or_else(|| ServiceError::Other("the database has no genesis".into()))?;
    let protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
    let (gossip_config, gossip) = sc_consensus_grandpa::grandpa_peers_set_config::<Block, Backend>(
        protocol.clone(),
        metrics.clone(),
        net_config.peer_store_handle(),
    );
    net_config.add_notification_protocol(gossip_config);

    let warp = NetworkProvider::new(needs.backend.clone(), needs.authorities, Vec::new());
    let (service, system_rpc, transactions, sync, _) =
        sc_service::build_network(BuildNetworkParams {
            config,
            net_config,
            client: needs.client.clone(),
            transaction_pool: needs.pool.clone(),
            spawn_handle: needs.task_manager.spawn_handle(),
            spawn_essential_handle: needs.task_manager.spawn_essential_handle(),
            import_queue: needs.import_queue,
            block_announce_validator_builder: None,
            warp_sync_config: Some(WarpSyncConfig::WithProvider(Arc::new(warp))),
            block_relay: None,
            metrics,
            gap_sync_body_policy: None,
        })?;
    Ok((
        Network {
            service,
            sync,
            system_rpc,
            transactions,
        },
        FinalityGossip {
            protocol,
            service: gossip,
        },
    ))
}
