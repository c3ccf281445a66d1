//! Programs and data of the jobs that are argued about.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use assay_blobs::Fetcher;
use assay_client::{Account, ChainClient};
use assay_protocol::{BlockNumber, JobId, JobView};
use tokio::{sync::Notify, task::JoinHandle};

use super::case::CaseError;
use crate::material::{Capacity, Material, Sources};

/// Blocks before something that could not be had is tried again.
const RETRY: BlockNumber = 8;

/// Programs and data, fetched in the background and kept while a game or a check is about them.
pub struct Materials {
    chain: ChainClient,
    fetcher: Fetcher,
    capacity: Capacity,
    wake: Arc<Notify>,
    jobs: BTreeMap<JobId, Entry>,
}

enum Entry {
    Fetching(Fetching),
    Here(Arc<Material>),
    Resting { until: BlockNumber },
}

/// A fetch that ends with what waits for it.
struct Fetching(JoinHandle<Result<Material, CaseError>>);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Materials {
    /// None yet. `wake` is told whenever some have come.
    pub fn new(
        chain: ChainClient,
        fetcher: Fetcher,
        capacity: Capacity,
        wake: Arc<Notify>,
    ) -> Self {
        Self {
            chain,
            fetcher,
            capacity,
            wake,
            jobs: BTreeMap::new(),
        }
    }

    /// A job's material; begins to fetch it if it is not there. `now` is the best block's number.
    ///
    /// # Errors
    /// Why fetching failed, once; it is tried again some blocks later.
    pub async fn get(
        &mut self,
        job: &JobView<Account>,
        now: BlockNumber,
    ) -> Result<Option<Arc<Material>>, CaseError> {
        let (entry, got) = match self.jobs.remove(&job.id) {
            Some(Entry::Here(material)) => (Entry::Here(material.clone()), Ok(Some(material))),
            Some(Entry::Fetching(task)) if task.0.is_finished() => ended(task, now).await,
            Some(Entry::Resting { until }) if now >= until => (self.fetch(job), Ok(None)),
            Some(entry) => (entry, Ok(None)),
            None => (self.fetch(job), Ok(None)),
        };
        self.jobs.insert(job.id, entry);
        got
    }

    /// Keeps the material of these jobs only.
    pub fn retain(&mut self, jobs: &BTreeSet<JobId>) {
        self.jobs.retain(|job, _| jobs.contains(job));
    }

    fn fetch(&self, job: &JobView<Account>) -> Entry {
        let (chain, fetcher) = (self.chain.clone(), self.fetcher.clone());
        let (job, capacity, wake) = (job.clone(), self.capacity.clone(), self.wake.clone());
        Entry::Fetching(Fetching(tokio::spawn(async move {
            let fetched = fetch(&chain, &fetcher, &job, &capacity).await;
            wake.notify_one();
            fetched
        })))
    }
}

async fn fetch(
    chain: &ChainClient,
    fetcher: &Fetcher,
    job: &JobView<Account>,
    capacity: &Capacity,
) -> Result<Material, CaseError> {
    let sources = Sources::of_job(fetcher, chain, job).await?;
    Ok(Material::fetch(&sources, &job.record, capacity).await?)
}

async fn ended(
    mut task: Fetching,
    now: BlockNumber,
) -> (Entry, Result<Option<Arc<Material>>, CaseError>) {
    let until = now.saturating_add(RETRY);
    match (&mut task.0).await {
        Ok(Ok(material)) => {
            let material = Arc::new(material);
            (Entry::Here(material.clone()), Ok(Some(material)))
        }
        Ok(Err(error)) => (Entry::Resting { until }, Err(error)),
        Err(error) => {
            tracing::error!(%error, "fetching broke off");
            (Entry::Resting { until }, Ok(None))
        }
    }
}
