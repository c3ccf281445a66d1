//! The tasks of a running node: block production, finality, authority discovery, offchain workers.

use super::{
    network::FinalityGossip,
    parts::{
        with_finality, Consensus, FullBackend, FullClient, Pool, SelectChain, JUSTIFICATION_PERIOD,
    },
};
use assay_runtime::{opaque::Block, MAX_BLOCK_LENGTH};
use futures::{FutureExt, StreamExt};
use sc_client_api::Backend;
use sc_consensus_babe::{BabeParams, SlotProportion};
use sc_consensus_grandpa::{GrandpaParams, LinkHalf, SharedVoterState, VotingRulesBuilder};
use sc_network::{
    config::Role, multiaddr::Multiaddr, service::traits::NetworkService, Event, NetworkEventStream,
};
use sc_network_sync::SyncingService;
use sc_offchain::{OffchainWorkerOptions, OffchainWorkers};
use sc_service::{config::Configuration, error::Error as ServiceError, TaskManager};
use sc_telemetry::TelemetryHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_keystore::KeystorePtr;
use std::{path::PathBuf, sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;

/// How long a vote travels, as GRANDPA plans.
const GOSSIP: Duration = Duration::from_millis(333);
/// Part of a slot in which a block is filled; the rest is for sending it.
const PROPOSAL_SHARE: f32 = 0.5;

/// What of the configuration the tasks go by.
pub struct Settings {
    role: Role,
    name: String,
    force_authoring: bool,
    finality: bool,
    offchain_workers: bool,
    public_addresses: Vec<Multiaddr>,
    publish_private_addresses: bool,
    address_cache: Option<PathBuf>,
    registry: Option<Registry>,
}

impl Settings {
    /// Copies what the tasks need, because the RPC server takes the configuration.
    pub fn of(config: &Configuration) -> Self {
        Self {
            role: config.role,
            name: config.network.node_name.clone(),
            force_authoring: config.force_authoring,
            finality: !config.disable_grandpa,
            offchain_workers: config.offchain_worker.enabled,
            public_addresses: config.network.public_addresses.clone(),
            publish_private_addresses: config.network.allow_non_globals_in_dht,
            address_cache: config.network.net_config_path.clone(),
            registry: config.prometheus_registry().cloned(),
        }
    }
}

/// What the tasks work on.
pub struct Running {
    /// State and blocks.
    pub client: Arc<FullClient>,
    /// The database.
    pub backend: Arc<FullBackend>,
    /// Transactions that wait.
    pub pool: Arc<Pool>,
    /// Which chain is the best.
    pub select_chain: SelectChain,
    /// The validator's keys.
    pub keystore: KeystorePtr,
    /// Peers.
    pub network: Arc<dyn NetworkService>,
    /// Block synchronisation.
    pub sync: Arc<SyncingService<Block>>,
    /// The round in which GRANDPA is.
    pub voter_state: SharedVoterState,
    /// Where to report to.
    pub telemetry: Option<TelemetryHandle>,
}

/// Starts the tasks that this node's role asks for.
pub fn spawn(
    settings: Settings,
    running: Running,
    consensus: Consensus,
    gossip: FinalityGossip,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let Consensus {
        block_import,
        babe_link,
        grandpa_link,
        ..
    } = consensus;
    if settings.role.is_authority() {
        spawn_author(&settings, &running, block_import, babe_link, task_manager)?;
        spawn_discovery(&settings, &running, task_manager);
    }
    if settings.finality {
        spawn_voter(&settings, &running, grandpa_link, gossip, task_manager)?;
    }
    if settings.offchain_workers {
        spawn_offchain_workers(&settings, &running, task_manager)?;
    }
    Ok(())
}

/// Makes blocks in this validator's slots, at full pace while finality lags: governance counts blocks, and may have to mend it.
fn spawn_author(
    settings: &Settings,
    running: &Running,
    block_import: super::parts::BlockImport,
    babe_link: sc_consensus_babe::BabeLink<Block>,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let mut proposer = sc_basic_authorship::ProposerFactory::new(
        task_manager.spawn_handle(),
        running.client.clone(),
        running.pool.clone(),
        settings.registry.as_ref(),
        running.telemetry.clone(),
    );
    proposer.set_default_block_size_limit(MAX_BLOCK_LENGTH as usize);
    let author = sc_consensus_babe::start_babe(BabeParams {
        keystore: running.keystore.clone(),
        client: running.client.clone(),
        select_chain: running.select_chain.clone(),
        env: proposer,
        block_import,
        sync_oracle: running.sync.clone(),
        justification_sync_link: running.sync.clone(),
        create_inherent_data_providers: with_finality(
            running.client.clone(),
            babe_link.config().slot_duration(),
        ),
        force_authoring: settings.force_authoring,
        // Only the honest would back off while finality lags, and leave nearly all blocks, with the hints that chain time
        // is told from, to those who do not.
        backoff_authoring_blocks: None::<()>,
        babe_link,
        block_proposal_slot_portion: SlotProportion::new(PROPOSAL_SHARE),
        max_block_proposal_slot_portion: None,
        telemetry: running.telemetry.clone(),
    })?;
    task_manager.spawn_essential_handle().spawn_blocking(
        "babe-author",
        Some("block-authoring"),
        author,
    );
    Ok(())
}

/// Publishes this validator's addresses and finds those of the others.
fn spawn_discovery(settings: &Settings, running: &Running, task_manager: &TaskManager) {
    let events = running
        .network
        .event_stream("authority-discovery")
        .filter_map(|event| async move {
            match event {
                Event::Dht(event) => Some(event),
                _ => None,
            }
        });
    let (worker, _) = sc_authority_discovery::new_worker_and_service_with_config(
        sc_authority_discovery::WorkerConfig {
            publish_non_global_ips: settings.publish_private_addresses,
            public_addresses: settings.public_addresses.clone(),
            strict_record_validation: true,
            persisted_cache_directory: settings.address_cache.clone(),
            ..Default::default()
        },
        running.client.clone(),
        Arc::new(running.network.clone()),
        Box::pin(events),
        sc_authority_discovery::Role::PublishAndDiscover(running.keystore.clone()),
        settings.registry.clone(),
        task_manager.spawn_handle(),
    );
    task_manager
        .spawn_handle()
        .spawn("authority-discovery", Some("networking"), worker.run());
}

/// Votes for finality, or follows the votes if this node is no validator.
fn spawn_voter(
    settings: &Settings,
    running: &Running,
    link: LinkHalf<Block, FullClient, SelectChain>,
    gossip: FinalityGossip,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let config = sc_consensus_grandpa::Config {
        gossip_duration: GOSSIP,
        justification_generation_period: JUSTIFICATION_PERIOD,
        name: Some(settings.name.clone()),
        observer_enabled: false,
        keystore: settings
            .role
            .is_authority()
            .then(|| running.keystore.clone()),
        local_role: settings.role,
        telemetry: running.telemetry.clone(),
        protocol_name: gossip.protocol,
    };
    let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
        config,
        link,
        network: running.network.clone(),
        sync: running.sync.clone(),
        notification_service: gossip.service,
        voting_rule: VotingRulesBuilder::default().build(),
        prometheus_registry: settings.registry.clone(),
        shared_voter_state: running.voter_state.clone(),
        telemetry: running.telemetry.clone(),
        offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(running.pool.clone()),
    })?;
    // A node that cannot vote any more shall be noticed: the whole node stops with it.
    task_manager
        .spawn_essential_handle()
        .spawn_blocking("grandpa-voter", None, voter);
    Ok(())
}

/// Runs the runtime's offchain workers after each block.
fn spawn_offchain_workers(
    settings: &Settings,
    running: &Running,
    task_manager: &TaskManager,
) -> Result<(), ServiceError> {
    let workers = OffchainWorkers::new(OffchainWorkerOptions {
        runtime_api_provider: running.client.clone(),
        keystore: Some(running.keystore.clone()),
        offchain_db: running.backend.offchain_storage(),
        transaction_pool: Some(OffchainTransactionPoolFactory::new(running.pool.clone())),
        network_provider: Arc::new(running.network.clone()),
        is_validator: settings.role.is_authority(),
        enable_http_requests: false,
        custom_extensions: |_| vec![],
    })?;
    task_manager.spawn_handle().spawn(
        "offchain-workers",
        Some("offchain-worker"),
        workers
            .run(running.client.clone(), task_manager.spawn_handle())
            .boxed(),
    );
    Ok(())
}
