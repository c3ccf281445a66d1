//! `assay-worker run`.

use std::sync::Arc;

use anyhow::Context;
use assay_blobs::{router, Server};
use axum::Router;
use indicatif::MultiProgress;
use tokio::sync::watch;

use crate::{
    compute::Compute,
    daemon::{honest, stopped, Daemon},
    http,
    options::RunOptions,
    uploads::Wanted,
    worker::{Parts, Worker},
};

/// Runs a worker until `stop` says so.
///
/// # Errors
/// Whatever no waiting can help: a bad key, a taken port, a directory that cannot be used, another chain, a device that is
/// missing or computes wrongly.
pub async fn run(
    options: &RunOptions,
    bars: MultiProgress,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let compute = honest(&options.daemon.machine).await?;
    run_with(options, bars, compute, stop).await
}

/// Runs a worker that computes in another way.
///
/// # Errors
/// As [`run`].
pub async fn run_with(
    options: &RunOptions,
    bars: MultiProgress,
    compute: Arc<dyn Compute>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let server = Server::bind(options.listen).await.context("--listen")?;
    tracing::info!(listen = %server.address(), "blobs and progress are served");
    let Some(daemon) = Daemon::open(&options.daemon, bars, compute, stop.clone()).await? else {
        return Ok(());
    };
    let wanted = Wanted::default();
    let routes = routes(&daemon, &wanted);
    let serving = tokio::spawn(server.run(routes, stopped(stop.clone())));
    let parts = Parts {
        chain: daemon.chain.clone(),
        key: daemon.key.clone(),
        fetcher: daemon.fetcher.clone(),
        shop: daemon.shop.clone(),
        wanted,
        max_jobs: options.max_jobs,
        endpoint: options.endpoint.clone(),
    };
    Worker::new(parts)?.run(stopped(stop)).await?;
    tracing::info!("stopping");
    serving.await.context("the server broke off")?;
    Ok(())
}

/// What others may ask this worker for.
fn routes(daemon: &Daemon, wanted: &Wanted) -> Router {
    let (shop, idle) = (&daemon.shop, daemon.fetcher.http.limits().idle);
    router(shop.store.clone(), Arc::new(wanted.clone()), idle)
        .merge(http::progress_routes(shop.board.clone()))
        .merge(http::roots_routes(shop.journal.clone()))
}
