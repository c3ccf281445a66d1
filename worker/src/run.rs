//! `assay-worker run`.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use anyhow::Context;
use assay_blobs::{router, BlobStore, Fetcher, HttpClient, Limits, Reach, Server};
use assay_client::{ChainClient, ChainError, Key, H256};
use assay_engine::Simd;
use indicatif::MultiProgress;
use tokio::sync::watch;

use crate::{
    bars, http,
    journal::Journal,
    metrics::Metrics,
    options::{ChainOptions, RunOptions},
    progress::Board,
    uploads::Wanted,
    worker::{Parts, Worker},
};

/// The longest wait between two tries to reach the node.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Runs a worker until `stop` says so.
///
/// # Errors
/// Whatever no waiting can help: a bad key, a taken port, a directory that cannot be used, another chain.
pub async fn run(
    options: &RunOptions,
    bars: MultiProgress,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let key = Key::load(options.chain.key_file.as_deref())?;
    let simd = Simd::from_env()?;
    simd.resolve()?;
    std::fs::create_dir_all(&options.machine.data_dir).with_context(|| {
        format!(
            "data directory {}; name another with --data-dir",
            options.machine.data_dir.display()
        )
    })?;
    let server = Server::bind(options.listen).await.context("--listen")?;
    let metrics_server = match options.metrics {
        Some(address) => Some(Server::bind(address).await.context("--metrics")?),
        None => None,
    };
    tracing::info!(operator = %key.account(), listen = %server.address(), version = env!("CARGO_PKG_VERSION"), "assay-worker");

    let Some(chain) = connect(&options.chain, &mut stop).await? else {
        return Ok(());
    };
    let journal = Arc::new(Journal::open(&options.machine.data_dir, chain.genesis().0)?);
    let store = match &options.blob_store {
        Some(place) => BlobStore::open(place)?,
        None => BlobStore::local(&options.machine.data_dir.join("blobs"))?,
    };
    let reach = if options.allow_private {
        Reach::Any
    } else {
        Reach::Public
    };
    let http_client = HttpClient::new(Limits::default(), reach)?;
    let (board, metrics, wanted) = (
        Board::default(),
        Arc::new(Metrics::default()),
        Wanted::default(),
    );

    let routes = router(
        store.clone(),
        Arc::new(wanted.clone()),
        http_client.limits().idle,
    );
    let routes = routes.merge(http::progress_routes(board.clone()));
    let serving = tokio::spawn(server.run(routes, stopped(stop.clone())));
    if let Some(server) = metrics_server {
        tokio::spawn(server.run(http::metrics_routes(metrics.clone()), stopped(stop.clone())));
    }
    let drawing = std::io::stderr()
        .is_terminal()
        .then(|| tokio::spawn(bars::draw(bars, board.clone())));

    let parts = Parts {
        chain,
        key,
        journal,
        fetcher: Fetcher {
            store,
            http: http_client,
        },
        wanted,
        board,
        metrics,
        max_jobs: options.max_jobs,
        memory_bytes: options.machine.memory_bytes(),
        simd,
        endpoint: options.endpoint.clone(),
    };
    let worked = Worker::new(parts)?.run(stopped(stop.clone())).await;
    if let Some(drawing) = drawing {
        drawing.abort();
    }
    worked?;
    tracing::info!("stopping");
    serving.await.context("the server broke off")?;
    Ok(())
}

/// Ready once the worker is to stop.
async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Connects, waiting for a node that is not there yet; nothing if the worker is to stop meanwhile.
async fn connect(
    options: &ChainOptions,
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<Option<ChainClient>> {
    let mut pause = Duration::from_millis(500);
    loop {
        match ChainClient::connect(&options.node, options.genesis.map(H256)).await {
            Ok(chain) => return Ok(Some(chain)),
            Err(error @ ChainError::Unreachable { .. }) => {
                tracing::warn!(%error, "trying again in {} s", pause.as_secs_f32());
            }
            Err(error) => return Err(error.into()),
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return Ok(None),
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
