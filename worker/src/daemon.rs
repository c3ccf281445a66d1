//! What every daemon stands on: key, chain, journal, store.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use anyhow::Context;
use assay_blobs::{BlobStore, Fetcher, HttpClient, Limits, Reach, Server};
use assay_client::{ChainClient, ChainError, Key};
use indicatif::MultiProgress;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    bars,
    compute::{choose, Compute, Honest, Installed},
    http,
    journal::Journal,
    metrics::Metrics,
    options::{ChainOptions, DaemonOptions, MachineOptions},
    progress::Board,
    train::Shop,
};

/// The longest wait between two tries to reach the node.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What every daemon stands on.
pub(crate) struct Daemon {
    pub(crate) chain: ChainClient,
    pub(crate) key: Key,
    pub(crate) fetcher: Fetcher,
    pub(crate) shop: Shop,
    drawing: Option<JoinHandle<()>>,
}

impl Daemon {
    /// Opens all of it and serves metrics, waiting for a node that is not there yet; nothing if `stop` comes meanwhile.
    ///
    /// # Errors
    /// Whatever no waiting can help: a bad key, a taken port, a directory that cannot be used, another chain.
    pub(crate) async fn open(
        options: &DaemonOptions,
        bars: MultiProgress,
        compute: Arc<dyn Compute>,
        mut stop: watch::Receiver<bool>,
    ) -> anyhow::Result<Option<Self>> {
        let key = Key::load(options.chain.key_file.as_deref())?;
        let machine = options.machine.machine()?;
        make_directory(options)?;
        let metrics = Arc::new(Metrics::default());
        serve_metrics(options, &metrics, &stop).await?;
        tracing::info!(account = %key.account(), version = env!("CARGO_PKG_VERSION"), "assay-worker");
        let Some(chain) = connect(&options.chain, &mut stop).await? else {
            return Ok(None);
        };
        let (store, board) = (store(options)?, Board::default());
        let journal = Arc::new(Journal::open(&options.machine.data_dir, chain.genesis().0)?);
        let terminal = std::io::stderr().is_terminal();
        Ok(Some(Self {
            chain,
            key,
            fetcher: Fetcher {
                store: store.clone(),
                http: client(options)?,
            },
            drawing: terminal.then(|| tokio::spawn(bars::draw(bars, board.clone()))),
            shop: Shop {
                journal,
                store,
                board,
                metrics,
                machine,
                compute,
            },
        }))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(drawing) = &self.drawing {
            drawing.abort();
        }
    }
}

/// Computes on the device that the options name, once that has been found to compute right.
///
/// # Errors
/// That there is no such device, or that it computes wrongly.
pub(crate) async fn honest(options: &MachineOptions) -> anyhow::Result<Arc<Honest>> {
    let (choice, machine) = (options.device.device, options.machine()?);
    let choosing = tokio::task::spawn_blocking(move || choose(choice, &Installed, machine));
    let device = choosing.await??;
    tracing::info!(device = device.name(), "the device computes right");
    Ok(Arc::new(Honest { device }))
}

/// Ready once the daemon is to stop.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

fn make_directory(options: &DaemonOptions) -> anyhow::Result<()> {
    let directory = &options.machine.data_dir;
    std::fs::create_dir_all(directory).with_context(|| {
        format!(
            "data directory {}; name another with --data-dir",
            directory.display()
        )
    })
}

async fn serve_metrics(
    options: &DaemonOptions,
    metrics: &Arc<Metrics>,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    if let Some(address) = options.metrics {
        let server = Server::bind(address).await.context("--metrics")?;
        let routes = http::metrics_routes(metrics.clone());
        tokio::spawn(server.run(routes, stopped(stop.clone())));
    }
    Ok(())
}

fn store(options: &DaemonOptions) -> anyhow::Result<BlobStore> {
    Ok(match &options.blob_store {
        Some(place) => BlobStore::open(place)?,
        None => BlobStore::local(&options.machine.data_dir.join("blobs"))?,
    })
}

fn client(options: &DaemonOptions) -> anyhow::Result<HttpClient> {
    let reach = match options.allow_private {
        true => Reach::Any,
        false => Reach::Public,
    };
    Ok(HttpClient::new(Limits::default(), reach)?)
}

/// Connects, waiting for a node that is not there yet; nothing if the daemon is to stop meanwhile.
async fn connect(
    options: &ChainOptions,
    stop: &mut watch::Receiver<bool>,
) -> anyhow::Result<Option<ChainClient>> {
    let mut pause = Duration::from_millis(500);
    loop {
        match ChainClient::connect(&options.node, options.genesis).await {
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
