//! `assay-worker verify`.

use std::sync::Arc;

use anyhow::anyhow;
use assay_game::Party;
use assay_protocol::JobId;
use indicatif::MultiProgress;
use tokio::sync::watch;

use super::{Choice, Setting, Verifier};
use crate::{
    compute::Compute,
    daemon::{honest, stopped, Daemon},
    dispute::Seat,
    journal::Journal,
    options::{ChoiceOptions, VerifyOptions},
};

/// Verifies until `stop` says so, or the job ends that the options name.
///
/// # Errors
/// Whatever no waiting can help: a bad key, a taken port, a directory that cannot be used, another chain, a device that is
/// missing or computes wrongly.
pub async fn verify(
    options: &VerifyOptions,
    bars: MultiProgress,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let compute = honest(&options.daemon.machine).await?;
    verify_with(options, bars, compute, stop).await
}

/// Runs a verifier that computes in another way.
///
/// # Errors
/// As [`verify`].
pub async fn verify_with(
    options: &VerifyOptions,
    bars: MultiProgress,
    compute: Arc<dyn Compute>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let Some(daemon) = Daemon::open(&options.daemon, bars, compute, stop.clone()).await? else {
        return Ok(());
    };
    let setting = Setting {
        choice: choice(&options.choice, &daemon.shop.journal)?,
        until: options.until_job_ends.map(JobId),
        seat: Seat {
            side: Party::Challenger,
            chain: daemon.chain.clone(),
            key: daemon.key.clone(),
            fetcher: daemon.fetcher.clone(),
            shop: daemon.shop.clone(),
        },
    };
    Verifier::new(setting)?.run(stopped(stop)).await?;
    tracing::info!("stopping");
    Ok(())
}

fn choice(options: &ChoiceOptions, journal: &Journal) -> anyhow::Result<Choice> {
    let Some(share) = options.rate else {
        return Ok(match options.all {
            true => Choice::All,
            false => Choice::Jobs(options.job.iter().copied().map(JobId).collect()),
        });
    };
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh)
        .map_err(|cause| anyhow!("the system gives no randomness: {cause}"))?;
    let salt = journal.salt(fresh)?;
    Ok(Choice::Rate { share, salt })
}
