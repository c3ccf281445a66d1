//! The verifier: looks at the chain at every block and does what is decided for each committed segment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use assay_client::{calls, Account, At, ChainClient, ChainError, Heads};
use assay_commitment::TraceRoot;
use assay_game::{DisputeView, Standing};
use assay_protocol::{
    BlockNumber, JobId, JobStatus, JobView, SegmentIndex, SegmentStatus, MAX_PAGE,
};
use tokio::sync::Notify;

use super::{
    bond::Bond,
    check::{Check, Target},
    choice::Choice,
    decide::{decide, disputed, Decision, Disputed, Finding, Seen},
    published,
};
use crate::{
    checkpoints::release,
    dispute::{roots_of, Commitment, Player, Seat},
    journal::JournalError,
    metrics::Metrics,
    outbox::{Outbox, SendError},
    worker::WorkerError,
    Intent,
};

/// How long nothing may happen before the chain is looked at again.
const QUIET: Duration = Duration::from_secs(6);

/// The wait after a failure of the connection.
const CHAIN_PAUSE: Duration = Duration::from_secs(1);

/// Blocks before a check or challenge that failed is tried again.
const RETRY: BlockNumber = 4;

/// What a verifier is made of.
pub struct Setting {
    /// The challenger's seat: chain, key, store, journal, machine.
    pub seat: Seat,
    /// Which segments it checks.
    pub choice: Choice,
    /// The job with whose end its work is done; none: it goes on until it is stopped.
    pub until: Option<JobId>,
}

/// A running verifier.
pub struct Verifier {
    setting: Setting,
    player: Player,
    outbox: Outbox,
    wake: Arc<Notify>,
    check: Option<Check>,
    findings: BTreeMap<Target, Finding>,
    resting: BTreeMap<Target, BlockNumber>,
    /// Every job before this one has ended.
    first_live: JobId,
}

/// The chain at one look.
struct Look {
    heads: Heads,
    /// Chain time at the best block.
    now: BlockNumber,
    commitments: Vec<Commitment>,
    live: BTreeSet<JobId>,
    /// Accounts whose commitments are this party's own.
    own: BTreeSet<Account>,
    /// Transactions on their way.
    in_flight: BTreeSet<(JobId, Intent)>,
}

impl Verifier {
    /// A verifier that goes on with what its journal keeps.
    ///
    /// # Errors
    /// What the journal says.
    pub fn new(setting: Setting) -> Result<Self, JournalError> {
        let wake = Arc::new(Notify::new());
        let seat = &setting.seat;
        let outbox = Outbox::open(
            seat.chain.clone(),
            seat.key.clone(),
            seat.shop.journal.clone(),
            seat.shop.metrics.clone(),
            wake.clone(),
        )?;
        Ok(Self {
            player: Player::new(seat.clone(), wake.clone()),
            outbox,
            wake,
            check: None,
            findings: BTreeMap::new(),
            resting: BTreeMap::new(),
            first_live: JobId(0),
            setting,
        })
    }

    /// Works until `stop` is ready or its job has ended.
    ///
    /// # Errors
    /// [`WorkerError`] if no waiting can help. Failures of the connection and a full disk are waited out.
    pub async fn run(
        mut self,
        stop: impl std::future::Future<Output = ()>,
    ) -> Result<(), WorkerError> {
        let result = tokio::select! {
            () = stop => Ok(()),
            done = self.work() => done,
        };
        if let Some(check) = self.check.take() {
            check.stop().await;
        }
        result
    }

    async fn work(&mut self) -> Result<(), WorkerError> {
        let mut heads = self.setting.seat.chain.heads();
        loop {
            match self.pass().await {
                Ok(Work::Done) => return Ok(()),
                Ok(Work::Left) => {}
                Err(error) if self.may_pass(&error) => tokio::time::sleep(CHAIN_PAUSE).await,
                Err(error) => return Err(error),
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
        let metrics = &self.setting.seat.shop.metrics;
        let (passes, counter) = match error {
            WorkerError::Chain(error) => (error.is_transient(), &metrics.chain_errors),
            WorkerError::Journal(error) => (error.is_full(), &metrics.disk_full),
        };
        if passes {
            Metrics::count(counter);
            tracing::warn!(%error, "trying again");
        }
        passes
    }

    /// Looks at every game and every committed segment once.
    async fn pass(&mut self) -> Result<Work, WorkerError> {
        // Before the games are read: what comes to its end in between then counts as both.
        let in_flight = self.outbox.all_in_flight();
        self.player.pass().await?;
        let look = self.look(in_flight).await?;
        let number = u64::from(look.heads.finalised.number);
        Metrics::set(&self.setting.seat.shop.metrics.finalised_block, number);
        let mut checks = Vec::new();
        for commitment in &look.commitments {
            let seen = self.seen(commitment, &look).await?;
            match decide(&seen) {
                Decision::Nothing => {}
                Decision::Check => checks.push(commitment),
                Decision::Challenge => self.challenge(commitment, &look).await?,
            }
        }
        self.go_on(&checks, &look).await?;
        self.let_go(&look).await?;
        self.whether_done(&look).await
    }

    /// Reads what is committed and not final, those whose windows end first before the others.
    async fn look(&mut self, in_flight: BTreeSet<(JobId, Intent)>) -> Result<Look, WorkerError> {
        let chain = self.setting.seat.chain.clone();
        let heads = chain.fetch_heads().await?;
        let at = At::Block(heads.best.hash);
        let now = chain.chain_time(at).await?;
        let live = self.live_jobs(At::Block(heads.finalised.hash)).await?;
        let mut commitments = Vec::new();
        for job in &live {
            if let Some(job) = chain.job(*job, at).await? {
                commitments.extend(committed(&chain, job, at).await?);
            }
        }
        commitments.sort_by_key(Commitment::window_end);
        Ok(Look {
            heads,
            now,
            commitments,
            live,
            own: self.own(at).await?,
            in_flight,
        })
    }

    /// The jobs that have not ended.
    async fn live_jobs(&mut self, at: At) -> Result<BTreeSet<JobId>, ChainError> {
        let (mut live, mut from) = (BTreeSet::new(), Some(self.first_live.0));
        while let Some(next) = from {
            let page = self
                .setting
                .seat
                .chain
                .jobs(JobId(next), MAX_PAGE, at)
                .await?;
            for job in page.items {
                let ended = matches!(job.state.status, JobStatus::Ended { .. });
                if !ended {
                    live.insert(job.id);
                } else if live.is_empty() {
                    self.first_live = job.id.next();
                }
            }
            from = page.next;
        }
        Ok(live)
    }

    async fn seen(&mut self, commitment: &Commitment, look: &Look) -> Result<Seen, WorkerError> {
        let (job, segment) = (commitment.job.id, commitment.segment.segment);
        let finding = self.finding(commitment)?;
        let in_flight = look.in_flight.contains(&(job, Intent::Challenge(segment)));
        let disputed = match in_flight {
            true => Disputed::Open,
            false => disputed(self.player.views(), job, segment, commitment.at()),
        };
        let own = look.own.contains(commitment.segment.status.provider());
        let chosen = self.setting.choice.takes(job, segment) && !own;
        Ok(Seen {
            now: look.now,
            window_end: commitment.window_end(),
            finalised: finding == Finding::Wrong && self.is_final(commitment, look).await?,
            chosen,
            disputed,
            finding,
        })
    }

    /// The accounts whose commitments are this party's own: its account, and that of the provider that it signs for.
    async fn own(&self, at: At) -> Result<BTreeSet<Account>, ChainError> {
        let (chain, us) = (&self.setting.seat.chain, self.setting.seat.key.account());
        let operated = chain.provider_of_operator(&us, at).await?;
        Ok(operated
            .map(|view| view.owner)
            .into_iter()
            .chain([us])
            .collect())
    }

    async fn is_final(&self, commitment: &Commitment, look: &Look) -> Result<bool, ChainError> {
        let at = At::Block(look.heads.finalised.hash);
        let (job, segment) = (commitment.job.id, commitment.segment.segment);
        let page = self
            .setting
            .seat
            .chain
            .segments(job, segment, 1, at)
            .await?;
        let same = |status: &SegmentStatus<Account>| matches!(status, SegmentStatus::Committed { trace, .. } if *trace == commitment.trace);
        let first = page.items.first();
        Ok(first.is_some_and(|view| view.segment == segment && same(&view.status)))
    }

    /// What the journal says of a commitment; told the first time.
    fn finding(&mut self, commitment: &Commitment) -> Result<Finding, JournalError> {
        let target = Target::from(commitment);
        if let Some(finding) = self.findings.get(&target) {
            return Ok(*finding);
        }
        let Target { job, segment, .. } = target;
        let shop = &self.setting.seat.shop;
        let begun = shop.journal.start_of(job, segment)? == Some(commitment.start);
        let roots = shop.journal.intervals(job, segment)?;
        if !begun || roots.len() != commitment.segment.intervals as usize {
            return Ok(Finding::None);
        }
        let finding = match commitment.is_trace_of(&roots) {
            true => {
                Metrics::count(&shop.metrics.segments_verified);
                tracing::info!(%job, %segment, "the commitment is right");
                Finding::Right
            }
            false => {
                Metrics::count(&shop.metrics.segments_refuted);
                tracing::warn!(%job, %segment, provider = %commitment.segment.status.provider(), "the commitment is wrong");
                Finding::Wrong
            }
        };
        self.findings.insert(target, finding);
        Ok(finding)
    }

    /// Opens a dispute, unless that failed lately.
    async fn challenge(&mut self, commitment: &Commitment, look: &Look) -> Result<(), WorkerError> {
        let (target, block) = (Target::from(commitment), look.heads.best.number);
        let intent = Intent::Challenge(target.segment);
        let tired = self.outbox.resting(target.job, block).contains(&intent);
        if tired || self.rests(&target, block) {
            return Ok(());
        }
        let (chain, us) = (&self.setting.seat.chain, self.setting.seat.key.account());
        let free = chain.account(&us, At::Best).await?.free;
        if let Err(error) = Bond::of(commitment).check(us, free) {
            tracing::error!(job = %target.job, segment = %target.segment, %error, "no challenge");
            self.rest(target, block);
            return Ok(());
        }
        self.open(commitment, intent).await
    }

    async fn open(&self, commitment: &Commitment, intent: Intent) -> Result<(), WorkerError> {
        let (seat, segment) = (&self.setting.seat, &commitment.segment);
        let Target { job, .. } = Target::from(commitment);
        let own = seat.shop.journal.intervals(job, segment.segment)?;
        let http = &seat.fetcher.http;
        let published = published::roots(&seat.chain, http, job, segment).await?;
        let committed = TraceRoot(commitment.trace.0);
        let entry = assay_prover::entry(&roots_of(&own), committed, published.as_deref());
        let Some(entry) = entry else { return Ok(()) };
        tracing::warn!(%job, segment = %segment.segment, ?entry, "challenging");
        let call = calls::open_dispute(job, segment.segment, entry);
        match self.outbox.send(job, intent, &call).await {
            Ok(()) => Ok(()),
            Err(SendError::Journal(error)) => Err(error.into()),
            Err(SendError::Chain(
                error @ (ChainError::CannotPay { .. } | ChainError::Rejected { .. }),
            )) => {
                tracing::error!(%job, %error, "no challenge");
                Ok(())
            }
            Err(SendError::Chain(error)) => Err(error.into()),
        }
    }

    /// Goes on with the check under way, or begins the next one.
    async fn go_on(&mut self, checks: &[&Commitment], look: &Look) -> Result<(), WorkerError> {
        let block = look.heads.best.number;
        if let Some(check) = self.check.take() {
            let target = check.target;
            let wanted = checks
                .iter()
                .find(|wanted| Target::from(**wanted) == target);
            let Some(commitment) = wanted else {
                check.stop().await;
                return Ok(());
            };
            let shop = &self.setting.seat.shop;
            match check.advance(shop, commitment, &self.wake).await {
                Ok(check) => self.check = check,
                Err(error) => self.failed(target, error, block),
            }
            return Ok(());
        }
        for commitment in checks {
            if !self.rests(&Target::from(*commitment), block) {
                return self.begin(commitment, block).await;
            }
        }
        Ok(())
    }

    async fn begin(
        &mut self,
        commitment: &Commitment,
        block: BlockNumber,
    ) -> Result<(), WorkerError> {
        let target = Target::from(commitment);
        let materials = self.player.materials([target.job].into());
        let material = match materials.get(&commitment.job, block).await {
            Ok(Some(material)) => material,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.failed(target, error, block);
                return Ok(());
            }
        };
        let Seat { chain, fetcher, .. } = &self.setting.seat;
        match Check::begin(chain, fetcher, commitment, material, &self.wake).await {
            Ok(check) => {
                tracing::info!(job = %target.job, segment = %target.segment, "executing the segment again");
                self.check = Some(check);
            }
            Err(error) => self.failed(target, error, block),
        }
        Ok(())
    }

    fn failed(&mut self, target: Target, error: impl std::fmt::Display, block: BlockNumber) {
        let Target { job, segment, .. } = target;
        tracing::error!(%job, %segment, %error, blocks = RETRY, "not checked; trying again");
        self.rest(target, block);
    }

    fn rest(&mut self, target: Target, block: BlockNumber) {
        self.resting.insert(target, block.saturating_add(RETRY));
    }

    fn rests(&self, target: &Target, block: BlockNumber) -> bool {
        self.resting.get(target).is_some_and(|until| block < *until)
    }

    /// Drops what is kept of jobs that have ended and are not argued about.
    async fn let_go(&mut self, look: &Look) -> Result<(), WorkerError> {
        let standing: BTreeSet<_> = look.commitments.iter().map(Target::from).collect();
        self.findings.retain(|target, _| standing.contains(target));
        self.resting.retain(|target, _| standing.contains(target));
        let argued: BTreeSet<_> = self.player.views().filter_map(argued).collect();
        let shop = &self.setting.seat.shop;
        for job in shop.journal.jobs()? {
            if look.live.contains(&job) || argued.contains(&job) {
                continue;
            }
            if let Err(error) = release(&shop.journal, &shop.store, job, &[]).await {
                tracing::warn!(%job, %error, "old states stay on the disk");
            }
            shop.journal.forget(job)?;
        }
        Ok(())
    }

    async fn whether_done(&self, look: &Look) -> Result<Work, WorkerError> {
        let Some(job) = self.setting.until else {
            return Ok(Work::Left);
        };
        let at = At::Block(look.heads.finalised.hash);
        let view = self.setting.seat.chain.job(job, at).await?;
        let ended = view.is_some_and(|job| matches!(job.state.status, JobStatus::Ended { .. }));
        Ok(if ended { Work::Done } else { Work::Left })
    }
}

/// Whether a verifier goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Left,
    Done,
}

/// The segments of a job that are committed and not final.
async fn committed(
    chain: &ChainClient,
    job: JobView<Account>,
    at: At,
) -> Result<Vec<Commitment>, ChainError> {
    let progress = job.state.progress;
    if progress.pending() == 0 {
        return Ok(Vec::new());
    }
    let first = progress.next_final();
    let from = first.previous().unwrap_or(first);
    let limit = progress.pending().saturating_add(1);
    let page = chain.segments(job.id, from, limit, at).await?;
    let pending = (first.0..progress.committed).map(SegmentIndex);
    Ok(pending
        .filter_map(|segment| Commitment::of(job.clone(), segment, &page.items))
        .collect())
}

/// The job of a game that is not over.
fn argued(view: &DisputeView<Account>) -> Option<JobId> {
    let open = matches!(view.standing, Standing::Queued | Standing::Running { .. });
    open.then_some(view.job)
}
