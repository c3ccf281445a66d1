//! The network: litep2p, block and warp sync, GRANDPA's gossip.

use super::parts::{FullBackend, FullClient, Pool};
use assay_peers::{pursue_justifications, Lenient, Peers};
use assay_runtime::{opaque::Block, Hash};
use futures::StreamExt;
use sc_client_api::{Backend as _, BlockBackend, BlockchainEvents};
use sc_consensus::ImportQueue;
use sc_consensus_grandpa::{warp_proof::NetworkProvider, SharedAuthoritySet};
use sc_network::{
    config::FullNetworkConfiguration,
    service::{traits::NetworkService, NotificationMetrics},
    Litep2pNetworkBackend, NetworkBackend, NetworkBlock, NotificationService, ProtocolName,
};
use sc_network_sync::{
    engine::SyncingEngine,
    service::network::{NetworkServiceHandle, NetworkServiceProvider},
    strategy::SyncingStrategy,
    SyncingService, WarpSyncConfig,
};
use sc_network_transactions::TransactionsHandlerController;
use sc_service::{
    build_default_block_downloader, build_network_advanced, build_polkadot_syncing_strategy,
    default_gap_sync_body_policy, error::Error as ServiceError, BuildNetworkAdvancedParams,
    Configuration, TaskManager,
};
use sc_utils::mpsc::TracingUnboundedSender;
use sp_blockchain::HeaderBackend;
use sp_consensus::block_validation::DefaultBlockAnnounceValidator;
use std::{future::Future, sync::Arc};

type Backend = Litep2pNetworkBackend;
type NetConfig = FullNetworkConfiguration<Block, Hash, Backend>;
type AnnouncementConfig = <Backend as NetworkBackend<Block, Hash>>::NotificationProtocolConfig;

/// The group of the network's tasks.
const NETWORKING: Option<&str> = Some("networking");

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
    let mut net_config = NetConfig::new(&config.network, registry.clone());

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

    let provider = NetworkServiceProvider::new();
    let (sync_service, block_announce_config) =
        spawn_synchronisation(config, &needs, &mut net_config, provider.handle(), &metrics)?;
    let (service, system_rpc, transactions, sync, _) =
        build_network_advanced(BuildNetworkAdvancedParams {
            role: config.role,
            protocol_id: config.protocol_id(),
            fork_id: config.chain_spec.fork_id(),
            announce_block: config.announce_block,
            net_config,
            client: needs.client.clone(),
            transaction_pool: needs.pool.clone(),
            spawn_handle: needs.task_manager.spawn_handle(),
            spawn_essential_handle: needs.task_manager.spawn_essential_handle(),
            import_queue: needs.import_queue,
            sync_service,
            block_announce_config,
            // One that nobody asks: synchronisation has a view of its own.
            network_service_provider: NetworkServiceProvider::new(),
            metrics_registry: registry.as_ref(),
            metrics,
            blocks_pruning: config.blocks_pruning,
        })?;
    let (peers, work) = Peers::of(service.clone());
    let tasks = needs.task_manager.spawn_handle();
    tasks.spawn("sync-peers", NETWORKING, provider.run(Arc::new(peers)));
    tasks.spawn("sync-peers-work", NETWORKING, work);
    let best = tell_best(needs.client.clone(), sync.clone());
    tasks.spawn("sync-best", NETWORKING, best);
    let pursuit = pursue(needs.client, needs.backend.clone(), sync.clone());
    tasks.spawn_blocking("sync-justifications", NETWORKING, pursuit);
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

/// Tells peers which block is the best after finality has chosen. An import tells it too; but finality may take the best block
/// back to a lower one, and peers that still hear of the old one ask for it, in vain, and drop this node for it.
async fn tell_best(client: Arc<FullClient>, sync: Arc<SyncingService<Block>>) {
    let mut finalised = client.finality_notification_stream();
    let mut told = None;
    while finalised.next().await.is_some() {
        let info = client.info();
        if told.replace(info.best_hash) != Some(info.best_hash) {
            sync.new_best_block_imported(info.best_hash, info.best_number);
        }
    }
}

/// Asks for the justifications without which finality would stand still on this node alone.
fn pursue(
    client: &FullClient,
    backend: Arc<FullBackend>,
    sync: Arc<SyncingService<Block>>,
) -> impl Future<Output = ()> {
    let finalised = client.finality_notification_stream();
    async move { pursue_justifications(backend.blockchain(), &sync, finalised).await }
}

/// Starts block, state and warp synchronisation, which asks `network` for what it needs and keeps peers that lack a block.
fn spawn_synchronisation(
    config: &Configuration,
    needs: &Needs<'_>,
    net_config: &mut NetConfig,
    network: NetworkServiceHandle,
    metrics: &NotificationMetrics,
) -> Result<(SyncingService<Block>, AnnouncementConfig), ServiceError> {
    let (protocol, fork) = (config.protocol_id(), config.chain_spec.fork_id());
    let strategy = synchronisation_strategy(config, needs, net_config, network.clone())?;
    let (engine, service, block_announce_config) = SyncingEngine::new(
        (&config.role).into(),
        needs.client.clone(),
        config.prometheus_registry(),
        metrics.clone(),
        net_config,
        protocol,
        fork,
        Box::new(DefaultBlockAnnounceValidator),
        Box::new(Lenient::new(strategy)),
        network,
        needs.import_queue.service(),
        net_config.peer_store_handle(),
    )?;
    let essential = needs.task_manager.spawn_essential_handle();
    essential.spawn_blocking("syncing", None, engine.run());
    Ok((service, block_announce_config))
}

/// The SDK's strategy, and what serves blocks, state and warp proofs to others.
fn synchronisation_strategy(
    config: &Configuration,
    needs: &Needs<'_>,
    net_config: &mut NetConfig,
    network: NetworkServiceHandle,
) -> Result<Box<dyn SyncingStrategy<Block>>, ServiceError> {
    let (protocol, fork) = (config.protocol_id(), config.chain_spec.fork_id());
    let peers = &config.network.default_peers_set;
    let tasks = needs.task_manager.spawn_handle();
    let blocks = build_default_block_downloader(
        &protocol,
        fork,
        net_config,
        network,
        needs.client.clone(),
        (peers.in_peers + peers.out_peers) as usize,
        &tasks,
    );
    let warp = NetworkProvider::new(needs.backend.clone(), needs.authorities.clone(), Vec::new());
    build_polkadot_syncing_strategy(
        protocol,
        fork,
        net_config,
        Some(WarpSyncConfig::WithProvider(Arc::new(warp))),
        blocks,
        needs.client.clone(),
        &tasks,
        config.prometheus_registry(),
        default_gap_sync_body_policy(config.blocks_pruning),
    )
}
