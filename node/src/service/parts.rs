//! The parts that every command needs which opens the database: client, transaction pool, import queue.

use super::{pool::new_pool, reports::Reports};
use assay_runtime::{opaque::Block, Hash, RuntimeApi};
use assay_seals::{Remembering, Seals};
use pallet_assay_timing::InherentDataProvider as FinalityProvider;
use sc_consensus_babe::{BabeBlockImport, BabeLink, BabeWorkerHandle, ImportQueueParams};
use sc_consensus_grandpa::{GrandpaBlockImport, LinkHalf};
use sc_service::{error::Error as ServiceError, Configuration, PartialComponents, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_blockchain::HeaderBackend;
use sp_consensus_babe::{
    inherents::{BabeCreateInherentDataProviders, InherentDataProvider as SlotProvider},
    SlotDuration,
};
use sp_inherents::CreateInherentDataProviders;
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::sync::Arc;

/// What the runtime may call of the node.
pub type HostFunctions = sp_io::SubstrateHostFunctions;
/// Runs the runtime's Wasm.
pub type RuntimeExecutor = sc_executor::WasmExecutor<HostFunctions>;
/// The database, the executor and what joins them.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, RuntimeExecutor>;
/// The database.
pub type FullBackend = sc_service::TFullBackend<Block>;
/// Which of several chains is the best.
pub type SelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// The transaction pool.
pub type Pool = TransactionPoolHandle<Block, FullClient>;
/// GRANDPA's part of a block's import.
pub type FinalityImport = GrandpaBlockImport<FullBackend, Block, FullClient, SelectChain>;
/// The import of a block: BABE's checks around GRANDPA's, and seals remembered for reports.
pub type BlockImport = Remembering<
    BabeBlockImport<
        Block,
        FullClient,
        FinalityImport,
        BabeCreateInherentDataProviders<Block>,
        SelectChain,
    >,
    Hash,
>;
/// The client and everything around it that does not need the network.
pub type Parts = PartialComponents<
    FullClient,
    FullBackend,
    SelectChain,
    sc_consensus::DefaultImportQueue<Block>,
    Pool,
    Consensus,
>;

/// Fewest blocks between two justifications that are kept.
pub const JUSTIFICATION_PERIOD: u32 = 512;

/// What joins block production and finality to the import of blocks.
pub struct Consensus {
    /// Imports a block.
    pub block_import: BlockImport,
    /// What BABE's import shares with its author.
    pub babe_link: BabeLink<Block>,
    /// Answers questions about BABE's epochs.
    pub babe_worker: BabeWorkerHandle<Block>,
    /// What GRANDPA's import shares with its voter.
    pub grandpa_link: LinkHalf<Block, FullClient, SelectChain>,
    /// Where to report to, if the operator wants it.
    pub telemetry: Option<Telemetry>,
}

/// Opens the database and puts the parts together. Nothing runs yet but the queue that checks blocks.
///
/// This takes as long as compiling the runtime's Wasm twice, for the SDK computes the genesis with an executor of its own.
/// The node's executor compiles a runtime once and keeps as many as `--runtime-cache-size` says: two are enough for an
/// upgrade.
pub fn assemble(config: &Configuration) -> Result<Parts, ServiceError> {
    let telemetry = telemetry_worker(config)?;
    let (client, backend, keystore_container, task_manager) =
        sc_service::new_full_parts::<Block, RuntimeApi, _>(
            config,
            telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
            sc_service::new_wasm_executor(&config.executor),
            // Pruning keeps the blocks from which warp proofs are made.
            vec![Arc::new(sc_consensus_grandpa::GrandpaPruningFilter)],
        )?;
    let client = Arc::new(client);
    let telemetry = spawn_telemetry(telemetry, &task_manager);
    let select_chain = SelectChain::new(backend.clone());
    let transaction_pool = new_pool(config, &client, &task_manager);

    let (consensus, import_queue) = new_consensus(
        config,
        &client,
        &select_chain,
        &transaction_pool,
        &task_manager,
        telemetry,
    )?;
    Ok(PartialComponents {
        client,
        backend,
        task_manager,
        keystore_container,
        select_chain,
        import_queue,
        transaction_pool,
        other: consensus,
    })
}

/// The import of blocks, and the queue in front of it.
fn new_consensus(
    config: &Configuration,
    client: &Arc<FullClient>,
    select_chain: &SelectChain,
    pool: &Arc<Pool>,
    task_manager: &TaskManager,
    telemetry: Option<Telemetry>,
) -> Result<(Consensus, sc_consensus::DefaultImportQueue<Block>), ServiceError> {
    let handle = || telemetry.as_ref().map(Telemetry::handle);
    let (finality_import, grandpa_link) = sc_consensus_grandpa::block_import(
        client.clone(),
        JUSTIFICATION_PERIOD,
        &(client.clone() as Arc<_>),
        select_chain.clone(),
        handle(),
    )?;
    let babe_config = sc_consensus_babe::configuration(&**client)?;
    let slot_duration = babe_config.slot_duration();
    let seals = Arc::<Seals<Hash>>::default();
    let reports = Reports {
        pool: pool.clone(),
        seals: seals.clone(),
    };
    let (babe_import, babe_link) = sc_consensus_babe::block_import(
        babe_config,
        finality_import.clone(),
        client.clone(),
        slot_and_time(slot_duration),
        select_chain.clone(),
        OffchainTransactionPoolFactory::new(reports),
    )?;
    let block_import = Remembering::new(babe_import, seals);
    let (import_queue, babe_worker) = sc_consensus_babe::import_queue(ImportQueueParams {
        link: babe_link.clone(),
        block_import: block_import.clone(),
        justification_import: Some(Box::new(finality_import)),
        client: client.clone(),
        slot_duration,
        spawner: &task_manager.spawn_essential_handle(),
        registry: config.prometheus_registry(),
        telemetry: handle(),
    })?;
    Ok((
        Consensus {
            block_import,
            babe_link,
            babe_worker,
            grandpa_link,
            telemetry,
        },
        import_queue,
    ))
}

/// What a block's slot and time are checked against: this machine's clock. Which block its author knew to be final
/// cannot be checked, see [`with_finality`].
fn slot_and_time(slot_duration: SlotDuration) -> BabeCreateInherentDataProviders<Block> {
    Arc::new(move |_, ()| async move { Ok(clock(slot_duration)) })
}

/// What goes into a block that this node makes: slot, time, and the newest block that it knows to be final, from
/// which the chain tells its own time.
pub fn with_finality(
    client: Arc<FullClient>,
    slot_duration: SlotDuration,
) -> impl CreateInherentDataProviders<
    Block,
    (),
    InherentDataProviders = (SlotProvider, TimestampProvider, FinalityProvider),
> {
    move |_: Hash, ()| {
        let client = client.clone();
        async move {
            let (slot, time) = clock(slot_duration);
            let finalised = FinalityProvider::new(client.info().finalized_number);
            Ok((slot, time, finalised))
        }
    }
}

fn clock(slot_duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
    let time = TimestampProvider::from_system_time();
    let slot = SlotProvider::from_timestamp_and_slot_duration(*time, slot_duration);
    (slot, time)
}

fn telemetry_worker(
    config: &Configuration,
) -> Result<Option<(TelemetryWorker, Telemetry)>, ServiceError> {
    let Some(endpoints) = config
        .telemetry_endpoints
        .clone()
        .filter(|endpoints| !endpoints.is_empty())
    else {
        return Ok(None);
    };
    let worker = TelemetryWorker::new(16)?;
    let telemetry = worker.handle().new_telemetry(endpoints);
    Ok(Some((worker, telemetry)))
}

fn spawn_telemetry(
    telemetry: Option<(TelemetryWorker, Telemetry)>,
    task_manager: &TaskManager,
) -> Option<Telemetry> {
    let (worker, telemetry) = telemetry?;
    task_manager
        .spawn_handle()
        .spawn("telemetry", None, worker.run());
    Some(telemetry)
}

/// The handle through which tasks report.
pub fn handle_of(telemetry: &Option<Telemetry>) -> Option<TelemetryHandle> {
    telemetry.as_ref().map(Telemetry::handle)
}
