//! Transactions on their way: signed once, kept before they are sent, and followed until they are final.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use assay_client::{Call, ChainClient, ChainError, Key, Until};
use assay_protocol::{BlockNumber, JobId};

use crate::{
    journal::{InFlight, Journal, JournalError},
    metrics::Metrics,
    Intent,
};

/// Blocks that an intent rests after its first failure; doubled with each further one.
const REST: BlockNumber = 4;

/// The most blocks that an intent rests.
const LONGEST_REST: BlockNumber = 512;

/// Why a transaction is not on its way.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The journal failed; nothing was sent.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The chain failed.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// A worker's transactions. Cloning is cheap; clones share them.
#[derive(Clone)]
pub struct Outbox {
    chain: ChainClient,
    key: Key,
    journal: Arc<Journal>,
    metrics: Arc<Metrics>,
    state: Arc<Mutex<State>>,
    sending: Arc<tokio::sync::Mutex<()>>,
    wake: Arc<tokio::sync::Notify>,
}

#[derive(Default)]
struct State {
    in_flight: BTreeSet<(JobId, Intent)>,
    failures: BTreeMap<(JobId, Intent), Failure>,
}

#[derive(Clone, Copy)]
struct Failure {
    times: u32,
    rests_until: BlockNumber,
}

impl Outbox {
    /// An outbox that goes on with what the journal keeps. `wake` is told whenever a transaction has come to its end.
    ///
    /// # Errors
    /// What the journal says.
    pub fn open(
        chain: ChainClient,
        key: Key,
        journal: Arc<Journal>,
        metrics: Arc<Metrics>,
        wake: Arc<tokio::sync::Notify>,
    ) -> Result<Self, JournalError> {
        let kept = journal.transactions()?;
        let outbox = Self {
            chain,
            key,
            journal,
            metrics,
            state: Arc::default(),
            sending: Arc::default(),
            wake,
        };
        for flight in kept {
            tracing::info!(job = %flight.job, intent = flight.intent.name(), nonce = flight.transaction.nonce, "following a kept transaction");
            outbox.follow(flight);
        }
        Ok(outbox)
    }

    /// The intents of a job that are on their way.
    pub fn in_flight(&self, job: JobId) -> BTreeSet<Intent> {
        self.with(|state| {
            state
                .in_flight
                .iter()
                .filter(|(of, _)| *of == job)
                .map(|(_, intent)| *intent)
                .collect()
        })
    }

    /// All that is on its way.
    pub fn all_in_flight(&self) -> BTreeSet<(JobId, Intent)> {
        self.with(|state| state.in_flight.clone())
    }

    /// The intents of a job that failed and rest at block `now`.
    pub fn resting(&self, job: JobId, now: BlockNumber) -> BTreeSet<Intent> {
        self.with(|state| {
            let resting = state
                .failures
                .iter()
                .filter(|((of, _), failure)| *of == job && now < failure.rests_until);
            resting.map(|((_, intent), _)| *intent).collect()
        })
    }

    /// Forgets the failures of a job that is done with.
    pub fn forget(&self, job: JobId) {
        self.with(|state| state.failures.retain(|(of, _), _| *of != job));
    }

    /// Signs a call, keeps it, sends it and follows it, unless one with the same intent is on its way.
    ///
    /// # Errors
    /// [`SendError`]; if the journal failed, nothing was sent.
    pub async fn send(&self, job: JobId, intent: Intent, call: &Call) -> Result<(), SendError> {
        let _one_at_a_time = self.sending.lock().await;
        if self.with(|state| state.in_flight.contains(&(job, intent))) {
            return Ok(());
        }
        let transaction = self.chain.sign(call, &self.key).await?;
        let flight = InFlight {
            job,
            intent,
            transaction,
        };
        self.journal.keep(&flight)?;
        Metrics::count(&self.metrics.transactions);
        tracing::info!(%job, intent = intent.name(), nonce = flight.transaction.nonce, "sending");
        match self.chain.submit(&flight.transaction).await {
            Err(error @ (ChainError::CannotPay { .. } | ChainError::Rejected { .. })) => {
                self.journal.drop_transaction(job, intent)?;
                self.failed(job, intent, &error);
                return Err(error.into());
            }
            // Whether it arrived is not known: it is followed, and sent again if it did not.
            Err(error) => {
                tracing::warn!(%job, intent = intent.name(), %error, "the node did not answer")
            }
            Ok(_) => {}
        }
        self.follow(flight);
        Ok(())
    }

    fn follow(&self, flight: InFlight) {
        self.with(|state| state.in_flight.insert((flight.job, flight.intent)));
        let outbox = self.clone();
        tokio::spawn(async move {
            let end = outbox
                .chain
                .wait(&flight.transaction, Until::Finalised, None)
                .await;
            outbox.ended(&flight, end.map(drop));
        });
    }

    fn ended(&self, flight: &InFlight, end: Result<(), ChainError>) {
        let InFlight { job, intent, .. } = *flight;
        match end {
            Ok(()) => {
                tracing::info!(%job, intent = intent.name(), "final");
                self.with(|state| state.failures.remove(&(job, intent)));
            }
            Err(error) => self.failed(job, intent, &error),
        }
        if let Err(error) = self.journal.drop_transaction(job, intent) {
            // It stays kept; after a restart it is followed to the same end.
            tracing::warn!(%job, %error, "a finished transaction stays in the journal");
        }
        self.with(|state| state.in_flight.remove(&(job, intent)));
        self.wake.notify_one();
    }

    fn failed(&self, job: JobId, intent: Intent, error: &ChainError) {
        Metrics::count(&self.metrics.transactions_failed);
        let now = self.chain.heads().borrow().best.number;
        let rest = self.with(|state| {
            let failure = state.failures.entry((job, intent)).or_insert(Failure {
                times: 0,
                rests_until: 0,
            });
            failure.times += 1;
            let rest = REST
                .saturating_mul(1 << failure.times.min(12))
                .min(LONGEST_REST);
            failure.rests_until = now.saturating_add(rest);
            rest
        });
        tracing::warn!(%job, intent = intent.name(), %error, blocks = rest, "the transaction failed and rests");
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(
            &mut self
                .state
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner()),
        )
    }
}
