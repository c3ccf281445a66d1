//! The worker: looks at the chain at every block and does what is decided for each job.

mod act;
mod look;
mod retire;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use assay_blobs::Fetcher;
use assay_client::{Account, At, ChainClient, ChainError, Key};
use assay_game::Party;
use assay_protocol::{JobId, JobView, ProviderView};
use tokio::sync::Notify;

use crate::{
    dispute::{Player, Seat},
    job::LocalJob,
    journal::JournalError,
    metrics::Metrics,
    outbox::Outbox,
    retention::Retention,
    train::Shop,
    uploads::Wanted,
};

/// How long nothing may happen before the chain is looked at again.
const QUIET: Duration = Duration::from_secs(6);

/// The wait after a failure of the connection.
const CHAIN_PAUSE: Duration = Duration::from_secs(1);

/// Why a worker stops.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The chain is not the one that the journal belongs to, or speaks another language.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The journal is broken.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What a worker is made of.
pub struct Parts {
    /// The chain.
    pub chain: ChainClient,
    /// The operator's key.
    pub key: Key,
    /// Store and HTTP client.
    pub fetcher: Fetcher,
    /// Journal, store, machine and what is shown and counted.
    pub shop: Shop,
    /// Blobs that may be sent to it.
    pub wanted: Wanted,
    /// Jobs at a time.
    pub max_jobs: u32,
    /// The URL under which the operator says that the worker is reached.
    pub endpoint: Option<String>,
}

/// A running worker.
pub struct Worker {
    parts: Parts,
    outbox: Outbox,
    wake: Arc<Notify>,
    jobs: BTreeMap<JobId, LocalJob>,
    retention: Retention,
    /// Every job before this one has ended.
    first_live: JobId,
    said: BTreeSet<&'static str>,
}

impl Worker {
    /// A worker that goes on with what its journal keeps.
    ///
    /// # Errors
    /// What the journal says.
    pub fn new(parts: Parts) -> Result<Self, JournalError> {
        let wake = Arc::new(Notify::new());
        let outbox = Outbox::open(
            parts.chain.clone(),
            parts.key.clone(),
            parts.shop.journal.clone(),
            parts.shop.metrics.clone(),
            wake.clone(),
        )?;
        Ok(Self {
            retention: Retention::of(parts.shop.journal.jobs()?),
            parts,
            outbox,
            wake,
            jobs: BTreeMap::new(),
            first_live: JobId(0),
            said: BTreeSet::new(),
        })
    }

    /// Works until `stop` is ready; training stops at the next step then, and goes on from the last interval next time.
    ///
    /// # Errors
    /// [`WorkerError`] if no waiting can help. Failures of the connection and a full disk are waited out.
    pub async fn run(
        mut self,
        stop: impl std::future::Future<Output = ()>,
    ) -> Result<(), WorkerError> {
        let player = Player::new(self.seat(), Arc::new(Notify::new()));
        let result = tokio::select! {
            () = stop => Ok(()),
            error = self.work() => Err(error),
            error = player.run() => Err(error.into()),
        };
        for (job, local) in std::mem::take(&mut self.jobs) {
            local.stop(job).await;
        }
        result
    }

    /// Where its provider's commitments are defended.
    fn seat(&self) -> Seat {
        Seat {
            side: Party::Defender,
            chain: self.parts.chain.clone(),
            key: self.parts.key.clone(),
            fetcher: self.parts.fetcher.clone(),
            shop: self.parts.shop.clone(),
        }
    }

    /// Looks at the chain again and again, until no waiting can help.
    async fn work(&mut self) -> WorkerError {
        let mut heads = self.parts.chain.heads();
        loop {
            match self.pass().await {
                Ok(()) => {}
                Err(error) if self.may_pass(&error) => tokio::time::sleep(CHAIN_PAUSE).await,
                Err(error) => return error,
            }
            tokio::select! {
                changed = heads.changed() => drop(changed),
                () = self.wake.notified() => {}
                () = tokio::time::sleep(QUIET) => {}
            }
        }
    }

    /// Whether a failure may pass of itself; if so it is told here.
    fn may_pass(&self, error: &WorkerError) -> bool {
        let (passes, counter) = match error {
            WorkerError::Chain(error) => {
                (error.is_transient(), &self.parts.shop.metrics.chain_errors)
            }
            WorkerError::Journal(error) => (error.is_full(), &self.parts.shop.metrics.disk_full),
        };
        if passes {
            Metrics::count(counter);
            tracing::warn!(%error, "trying again");
        }
        passes
    }

    /// Looks at every job once.
    async fn pass(&mut self) -> Result<(), WorkerError> {
        let heads = self.parts.chain.fetch_heads().await?;
        let number = u64::from(heads.finalised.number);
        Metrics::set(&self.parts.shop.metrics.finalised_block, number);
        self.retire_kept(heads.finalised).await?;
        let now = self
            .parts
            .chain
            .chain_time(At::Block(heads.best.hash))
            .await?;
        let finalised = At::Block(heads.finalised.hash);
        let Some(provider) = self.provider(finalised).await? else {
            return Ok(());
        };
        let jobs = self.live_jobs(finalised, &provider.owner).await?;
        self.want_blobs(&jobs).await;
        let mut keep = BTreeSet::new();
        for job in &jobs {
            if self.look(job, &provider, &heads, now).await? == Concern::Yes {
                keep.insert(job.id);
            }
        }
        self.retire(&jobs, &keep).await;
        let held = jobs.iter().filter(|job| is_ours(job, &provider.owner));
        Metrics::set(&self.parts.shop.metrics.jobs, held.count() as u64);
        Ok(())
    }

    /// The provider that this worker's key signs for.
    async fn provider(&mut self, at: At) -> Result<Option<ProviderView<Account>>, WorkerError> {
        let operator = self.parts.key.account();
        let provider = self.parts.chain.provider_of_operator(&operator, at).await?;
        match &provider {
            Some(provider) => self.check_endpoint(provider),
            None => self.say("unregistered", || {
                tracing::warn!(%operator, "no provider has this operator key yet; register one with `assay provider register`");
            }),
        }
        Ok(provider)
    }

    fn check_endpoint(&mut self, provider: &ProviderView<Account>) {
        let registered = provider.provider.endpoint.to_string();
        match self.parts.endpoint.clone() {
            Some(endpoint) if endpoint != registered => self.say("endpoint", || {
                tracing::warn!(endpoint, registered, "the endpoint registered on the chain is another one; buyers will not find this worker");
            }),
            _ => {}
        }
    }

    /// Says something once.
    fn say(&mut self, what: &'static str, say: impl FnOnce()) {
        if self.said.insert(what) {
            say();
        }
    }
}

/// Whether a job still concerns this worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concern {
    Yes,
    No,
}

fn is_ours(job: &JobView<Account>, us: &Account) -> bool {
    let by = job.state.status.assignment();
    by.is_some_and(|by| by.provider == *us)
}
