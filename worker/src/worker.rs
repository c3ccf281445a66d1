//! The worker: looks at the chain at every block and does what is decided for each job.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use assay_blobs::{BlobId, Fetcher};
use assay_client::{Account, At, ChainClient, ChainError, Heads, Key, MAX_PAGE};
use assay_commitment::{trace_root, Level, Sha3, Tree};
use assay_engine::Simd;
use assay_protocol::{
    JobId, JobStatus, JobView, ProviderView, SegmentCommitment, SegmentIndex, SegmentView, TreeNode,
};
use tokio::sync::Notify;

use crate::{
    decide::{concerns, decide, Decision, Goal, Have, Room, Seen, Trained},
    job::LocalJob,
    journal::{Journal, JournalError},
    metrics::Metrics,
    outbox::{Outbox, SendError},
    prepare::Request,
    progress::{Board, Phase, Progress},
    train::{Shop, TrainError, Trainer},
    uploads::Wanted,
    Intent,
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
    /// The journal.
    pub journal: Arc<Journal>,
    /// Store and HTTP client.
    pub fetcher: Fetcher,
    /// Blobs that may be sent to it.
    pub wanted: Wanted,
    /// Where progress is shown.
    pub board: Board,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Jobs at a time.
    pub max_jobs: u32,
    /// Bytes of memory for a job.
    pub memory_bytes: u64,
    /// The instruction set.
    pub simd: Simd,
    /// The URL under which the operator says that the worker is reached.
    pub endpoint: Option<String>,
}

/// Whether a job still concerns this worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concern {
    Yes,
    No,
}

/// A running worker.
pub struct Worker {
    parts: Parts,
    outbox: Outbox,
    wake: Arc<Notify>,
    jobs: BTreeMap<JobId, LocalJob>,
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
            parts.journal.clone(),
            parts.metrics.clone(),
            wake.clone(),
        )?;
        Ok(Self {
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
        tokio::pin!(stop);
        let mut heads = self.parts.chain.heads();
        let result = loop {
            let pause = tokio::select! {
                () = &mut stop => break Ok(()),
                passed = self.pass() => match passed {
                    Ok(()) => Duration::ZERO,
                    Err(error) if self.may_pass(&error) => CHAIN_PAUSE,
                    Err(error) => break Err(error),
                },
            };
            tokio::time::sleep(pause).await;
            tokio::select! {
                () = &mut stop => break Ok(()),
                changed = heads.changed() => drop(changed),
                () = self.wake.notified() => {}
                () = tokio::time::sleep(QUIET) => {}
            }
        };
        for (job, local) in std::mem::take(&mut self.jobs) {
            stop_training(job, local).await;
        }
        result
    }

    /// Whether a failure may pass of itself; if so it is told here.
    fn may_pass(&self, error: &WorkerError) -> bool {
        let (passes, counter) = match error {
            WorkerError::Chain(error) => (error.is_transient(), &self.parts.metrics.chain_errors),
            WorkerError::Journal(error) => (error.is_full(), &self.parts.metrics.disk_full),
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
        Metrics::set(
            &self.parts.metrics.finalised_block,
            u64::from(heads.finalised.number),
        );
        let finalised = At::Block(heads.finalised.hash);
        let operator = self.parts.key.account();
        let Some(provider) = self
            .parts
            .chain
            .provider_of_operator(&operator, finalised)
            .await?
        else {
            self.say("unregistered", || {
                tracing::warn!(%operator, "no provider has this operator key yet; register one with `assay provider register`");
            });
            return Ok(());
        };
        self.check_endpoint(&provider);
        let jobs = self.live_jobs(finalised, &provider.owner).await?;
        let open: Vec<_> = jobs.iter().collect();
        self.parts
            .wanted
            .set(&self.parts.fetcher.store, &open, self.parts.memory_bytes)
            .await;
        let mut keep = BTreeSet::new();
        for job in &jobs {
            if self.look(job, &provider, &heads).await? == Concern::Yes {
                keep.insert(job.id);
            }
        }
        self.retire(&jobs, &keep).await;
        let held = jobs
            .iter()
            .filter(|job| is_ours(job, &provider.owner))
            .count();
        Metrics::set(&self.parts.metrics.jobs, held as u64);
        Ok(())
    }

    /// The jobs that may give this worker something to do.
    async fn live_jobs(
        &mut self,
        at: At,
        us: &Account,
    ) -> Result<Vec<JobView<Account>>, WorkerError> {
        let (mut live, mut from) = (Vec::new(), Some(self.first_live.0));
        let mut leading = true;
        while let Some(next) = from {
            let page = self.parts.chain.jobs(JobId(next), MAX_PAGE, at).await?;
            for job in page.items {
                leading &= matches!(job.state.status, JobStatus::Ended { .. });
                if leading {
                    self.first_live = job.id.next();
                }
                if concerns(&job, us) || self.jobs.contains_key(&job.id) {
                    live.push(job);
                }
            }
            from = page.next;
        }
        Ok(live)
    }

    /// Decides about one job and acts.
    async fn look(
        &mut self,
        finalised: &JobView<Account>,
        provider: &ProviderView<Account>,
        heads: &Heads,
    ) -> Result<Concern, WorkerError> {
        let id = finalised.id;
        let at_best = At::Block(heads.best.hash);
        let best = self
            .parts
            .chain
            .job(id, at_best)
            .await?
            .unwrap_or_else(|| finalised.clone());
        let committed = self.committed(&best, at_best).await?;
        if let Some(local) = self.jobs.get_mut(&id) {
            local.collect(id).await;
        }
        let have = self.have(&best, provider, heads.best.number).await?;
        let us = &provider.owner;
        let seen = Seen {
            us,
            now: heads.best.number,
            best: &best,
            finalised,
            committed: &committed,
        };
        let decision = decide(&seen, &have);
        tracing::trace!(job = %id, status = ?best.state.status, ?have, ?decision, "decided");
        if decision.forget {
            return Ok(Concern::No);
        }
        self.act(&best, decision, us).await?;
        Ok(Concern::Yes)
    }

    async fn committed(
        &self,
        best: &JobView<Account>,
        at: At,
    ) -> Result<Vec<SegmentView<Account>>, WorkerError> {
        let progress = best.state.progress;
        if progress.pending() == 0 {
            return Ok(Vec::new());
        }
        Ok(self
            .parts
            .chain
            .segments(best.id, progress.next_final(), progress.pending(), at)
            .await?
            .items)
    }

    /// What this worker has for a job.
    async fn have(
        &self,
        best: &JobView<Account>,
        provider: &ProviderView<Account>,
        now: u32,
    ) -> Result<Have, WorkerError> {
        let local = self.jobs.get(&best.id);
        Ok(Have {
            preparation: local.map(LocalJob::preparation).unwrap_or_default(),
            room: self.room(best, provider).await?,
            in_flight: self.outbox.in_flight(best.id),
            resting: self.outbox.resting(best.id, now),
            trained: self.trained(best)?,
        })
    }

    /// Whether an open job may be taken.
    async fn room(
        &self,
        job: &JobView<Account>,
        view: &ProviderView<Account>,
    ) -> Result<Room, WorkerError> {
        if !matches!(job.state.status, JobStatus::Open { .. }) {
            return Ok(Room::Free);
        }
        let others = self
            .jobs
            .iter()
            .filter(|(id, local)| **id != job.id && local.is_busy())
            .count();
        let limit = self.parts.max_jobs.min(view.provider.capabilities.max_jobs);
        let spec = &job.record.spec;
        if others >= limit as usize
            || view
                .provider
                .check_eligible(&spec.requirements, &job.params)
                .is_err()
        {
            return Ok(Room::Full);
        }
        let collateral = job.params.collateral(spec.price_per_segment, job.segments);
        let account = self.parts.chain.account(&view.owner, At::Best).await?;
        if account.free < collateral {
            tracing::debug!(job = %job.id, collateral, free = account.free, "the owner's balance does not cover the collateral");
            return Ok(Room::Full);
        }
        Ok(Room::Free)
    }

    /// Whether the segment in training is whole in the journal, from the state that the chain says it starts from.
    fn trained(&self, best: &JobView<Account>) -> Result<Trained, WorkerError> {
        let Some(segment) = best.state.status.training() else {
            return Ok(Trained::No);
        };
        if self.parts.journal.start_of(best.id, segment)? != Some(best.resume.state) {
            return Ok(Trained::No);
        }
        let intervals = self.parts.journal.intervals(best.id, segment)?.len();
        let whole = intervals == best.record.spec.schedule.intervals_of(segment) as usize;
        Ok(if whole { Trained::Whole } else { Trained::No })
    }

    async fn act(
        &mut self,
        best: &JobView<Account>,
        decision: Decision,
        us: &Account,
    ) -> Result<(), WorkerError> {
        if decision.prepare {
            self.prepare(best).await?;
        }
        if let Some(intent) = decision.send {
            self.send(best, intent).await?;
        }
        if let Some(goal) = decision.train {
            self.train(best, goal).await?;
        }
        if is_ours(best, us) {
            self.open_board(best);
        }
        Ok(())
    }

    fn open_board(&self, job: &JobView<Account>) {
        let total = job.record.spec.schedule.total_steps.0;
        self.parts
            .board
            .open(Progress::new(job.id, total, job.segments));
    }

    async fn prepare(&mut self, job: &JobView<Account>) -> Result<(), WorkerError> {
        let mut locations: Vec<_> = job
            .record
            .spec
            .blobs
            .iter()
            .map(ToString::to_string)
            .collect();
        locations.extend(self.last_provider(job).await?);
        let request = Request {
            job: job.clone(),
            locations,
            memory_bytes: self.parts.memory_bytes,
        };
        self.jobs
            .entry(job.id)
            .or_default()
            .begin(&self.parts.fetcher, request, &self.wake);
        Ok(())
    }

    /// The endpoint of the provider that committed the state where work goes on.
    async fn last_provider(&self, job: &JobView<Account>) -> Result<Option<String>, WorkerError> {
        let Some(last) = job.resume.segment.previous() else {
            return Ok(None);
        };
        let page = self.parts.chain.segments(job.id, last, 1, At::Best).await?;
        let Some(segment) = page.items.first() else {
            return Ok(None);
        };
        let provider = self
            .parts
            .chain
            .provider(segment.status.provider(), At::Best)
            .await?;
        Ok(provider.map(|view| view.provider.endpoint.to_string()))
    }

    async fn send(&mut self, job: &JobView<Account>, intent: Intent) -> Result<(), WorkerError> {
        let call = match intent {
            Intent::Commit(segment) => Some(Intent::commit(
                job.id,
                segment,
                self.commitment(job, segment)?,
            )),
            intent => intent.call(job.id),
        };
        let Some(call) = call else { return Ok(()) };
        match self.outbox.send(job.id, intent, &call).await {
            Ok(()) => Ok(()),
            Err(SendError::Journal(error)) => Err(error.into()),
            Err(SendError::Chain(ChainError::CannotPay { account })) => {
                self.say("poor", || tracing::error!(%account, "the operator's account cannot pay fees; endow it"));
                Ok(())
            }
            Err(SendError::Chain(error @ ChainError::Rejected { .. })) => {
                tracing::warn!(job = %job.id, intent = intent.name(), %error, "refused by the node");
                Ok(())
            }
            Err(SendError::Chain(error)) => Err(error.into()),
        }
    }

    /// The commitment to a segment that is whole in the journal.
    fn commitment(
        &self,
        job: &JobView<Account>,
        segment: SegmentIndex,
    ) -> Result<SegmentCommitment, WorkerError> {
        let roots = self.parts.journal.intervals(job.id, segment)?;
        Ok(commitment_of(&roots))
    }

    async fn train(&mut self, job: &JobView<Account>, goal: Goal) -> Result<(), WorkerError> {
        let Some(local) = self.jobs.get_mut(&job.id) else {
            return Ok(());
        };
        if let Some(trainer) = local.trainer.take() {
            if trainer.is_finished() {
                take_in(job.id, local, join(trainer).await);
            } else if trainer.follows(&self.parts.journal, job.id, &goal)? {
                trainer.aim(goal);
                local.trainer = Some(trainer);
                return Ok(());
            } else {
                tracing::info!(job = %job.id, segment = %goal.first, "the chain goes on from another state");
                take_in(job.id, local, join(trainer).await);
            }
        }
        let Some(prepared) = local.prepared().cloned() else {
            return Ok(());
        };
        let shop = Shop {
            journal: self.parts.journal.clone(),
            store: self.parts.fetcher.store.clone(),
            board: self.parts.board.clone(),
            metrics: self.parts.metrics.clone(),
            simd: self.parts.simd,
            memory_bytes: self.parts.memory_bytes,
        };
        let total = job.record.spec.schedule.total_steps.0;
        self.parts
            .board
            .open(Progress::new(job.id, total, job.segments));
        let wake = self.wake.clone();
        match Trainer::start(
            shop,
            job.id,
            job.record.spec.schedule,
            prepared,
            move || wake.notify_one(),
        ) {
            Ok(trainer) => {
                trainer.aim(goal);
                local.trainer = Some(trainer);
            }
            Err(error) => tracing::error!(job = %job.id, %error, "the system gives no thread"),
        }
        Ok(())
    }

    /// Drops what is held for jobs that are no longer of concern, and the states that nobody needs.
    async fn retire(&mut self, live: &[JobView<Account>], keep: &BTreeSet<JobId>) {
        let gone: Vec<_> = self
            .jobs
            .keys()
            .filter(|id| !keep.contains(id))
            .copied()
            .collect();
        for id in gone {
            let Some(local) = self.jobs.remove(&id) else {
                continue;
            };
            stop_training(id, local).await;
            self.outbox.forget(id);
            self.parts
                .board
                .update(id, |progress| progress.phase = Phase::Done);
            let last = live
                .iter()
                .find(|job| job.id == id)
                .map(|job| job.resume.state);
            if let Err(error) = self.release(id, last).await {
                tracing::warn!(job = %id, %error, "old states stay on the disk");
            }
            tracing::info!(job = %id, "done with the job");
        }
    }

    /// Removes the states of a job other than its last, which is still served.
    async fn release(
        &self,
        job: JobId,
        last: Option<assay_protocol::StateRoot>,
    ) -> anyhow::Result<()> {
        for root in self.parts.journal.release(job, last.as_slice())? {
            self.parts
                .fetcher
                .store
                .remove(&BlobId::state(root.0))
                .await?;
        }
        Ok(())
    }

    fn check_endpoint(&mut self, provider: &ProviderView<Account>) {
        let registered = provider.provider.endpoint.to_string();
        let Some(endpoint) = self
            .parts
            .endpoint
            .clone()
            .filter(|endpoint| *endpoint != registered)
        else {
            return;
        };
        self.say("endpoint", || {
            tracing::warn!(endpoint, registered, "the endpoint registered on the chain is another one; buyers will not find this worker");
        });
    }

    /// Says something once.
    fn say(&mut self, what: &'static str, say: impl FnOnce()) {
        if self.said.insert(what) {
            say();
        }
    }
}

fn is_ours(job: &JobView<Account>, us: &Account) -> bool {
    job.state
        .status
        .assignment()
        .is_some_and(|by| by.provider == *us)
}

/// The commitment to a segment from the state roots at its intervals' ends.
pub fn commitment_of(roots: &[assay_protocol::StateRoot]) -> SegmentCommitment {
    let leaves: Vec<_> = roots
        .iter()
        .map(|root| assay_commitment::StateRoot(root.0))
        .collect();
    let tree = Tree::new::<Sha3>(leaves.iter().map(|root| root.0).collect());
    let path = roots
        .len()
        .checked_sub(1)
        .and_then(|last| tree.path(last as u64).ok())
        .unwrap_or_default();
    SegmentCommitment {
        trace: assay_protocol::TraceRoot(trace_root::<Sha3>(Level::Interval, &leaves).0),
        final_state: roots.last().copied().unwrap_or_default(),
        path: bounded_collections::BoundedVec::truncate_from(
            path.into_iter().map(TreeNode).collect(),
        ),
    }
}

/// Waits for a training thread without holding up the others.
async fn join(trainer: Trainer) -> Result<(), TrainError> {
    match tokio::task::spawn_blocking(move || trainer.join()).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

async fn stop_training(job: JobId, mut local: LocalJob) {
    if let Some(trainer) = local.trainer.take() {
        if let Err(error) = join(trainer).await {
            tracing::error!(%job, %error, "training ended");
        }
    }
}

/// Draws the consequence of a training thread's end.
fn take_in(job: JobId, local: &mut LocalJob, end: Result<(), TrainError>) {
    match end {
        Ok(()) => {}
        Err(error @ TrainError::Engine(_)) => {
            tracing::error!(%job, %error, "this machine cannot run the program");
            local.give_up(assay_protocol::DeclineReason::NoCapacity);
        }
        Err(error) => {
            tracing::error!(%job, %error, "training ended and begins again");
            local.start_over();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::StateRoot;

    #[test]
    fn every_commitment_passes_the_chains_check() {
        for n in 1..=70u32 {
            let roots: Vec<_> = (0..n).map(|i| StateRoot([i as u8 + 1; 32])).collect();
            let commitment = commitment_of(&roots);
            assert_eq!(commitment.verify::<Sha3>(n), Ok(()), "{n}");
            assert_eq!(commitment.final_state, roots[n as usize - 1]);
        }
    }
}
