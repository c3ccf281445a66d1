//! The verifier: looks at the chain at every block and does what is decided for each committed segment.

mod challenge;
mod execute;
mod look;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use assay_client::{Account, At, Heads};
use assay_game::{DisputeView, Standing};
use assay_protocol::{BlockNumber, JobId, JobStatus};
use tokio::sync::Notify;

use super::{
    check::{Check, Target},
    choice::Choice,
    decide::{decide, Decision, Finding},
};
use crate::{
    checkpoints::release,
    dispute::{Commitment, Player, Seat},
    journal::JournalError,
    metrics::Metrics,
    outbox::Outbox,
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

/// The job of a game that is not over.
fn argued(view: &DisputeView<Account>) -> Option<JobId> {
    let open = matches!(view.standing, Standing::Queued | Standing::Running { .. });
    open.then_some(view.job)
}
