//! Doing what was decided.

use assay_client::{Account, ChainError};
use assay_protocol::JobView;

use super::{is_ours, Worker, WorkerError};
use crate::{
    commitment_of,
    decide::{Decision, Goal},
    material::Sources,
    outbox::SendError,
    progress::Progress,
    train::Trainer,
    Intent,
};

impl Worker {
    pub(super) async fn act(
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

    /// Lets strangers send the blobs of these jobs and no others.
    pub(super) async fn want_blobs(&self, jobs: &[JobView<Account>]) {
        let (store, memory) = (
            &self.parts.fetcher.store,
            self.parts.shop.machine.memory_bytes,
        );
        self.parts.wanted.set(store, jobs, memory).await;
    }

    fn open_board(&self, job: &JobView<Account>) {
        let total = job.record.spec.schedule.total_steps.0;
        let progress = Progress::new(job.id, total, job.segments);
        self.parts.shop.board.open(progress);
    }

    async fn prepare(&mut self, job: &JobView<Account>) -> Result<(), WorkerError> {
        let sources = Sources::of_job(&self.parts.fetcher, &self.parts.chain, job).await?;
        let capacity = self.parts.shop.capacity();
        let local = self.jobs.entry(job.id).or_default();
        local.begin(sources, job.clone(), capacity, &self.wake);
        Ok(())
    }

    async fn send(&mut self, job: &JobView<Account>, intent: Intent) -> Result<(), WorkerError> {
        let call = match intent {
            Intent::Commit(segment) => {
                let roots = self.parts.shop.journal.intervals(job.id, segment)?;
                Some(Intent::commit(job.id, segment, commitment_of(&roots)))
            }
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

    /// Aims the job's training thread; starts one if there is none that the goal follows from.
    async fn train(&mut self, job: &JobView<Account>, goal: Goal) -> Result<(), WorkerError> {
        let Some(local) = self.jobs.get_mut(&job.id) else {
            return Ok(());
        };
        if let Some(trainer) = local.trainer.take() {
            if !trainer.is_finished() {
                if trainer.follows(&self.parts.shop.journal, job.id, &goal)? {
                    trainer.aim(goal);
                    local.trainer = Some(trainer);
                    return Ok(());
                }
                tracing::info!(job = %job.id, segment = %goal.first, "the chain goes on from another state");
            }
            local.take_in(job.id, trainer).await;
        }
        self.open_board(job);
        self.start_training(job, goal);
        Ok(())
    }

    fn start_training(&mut self, job: &JobView<Account>, goal: Goal) {
        let (shop, wake) = (self.parts.shop.clone(), self.wake.clone());
        let Some(local) = self.jobs.get_mut(&job.id) else {
            return;
        };
        let Some(material) = local.material().cloned() else {
            return;
        };
        let schedule = job.record.spec.schedule;
        match Trainer::start(shop, job.id, schedule, material, move || wake.notify_one()) {
            Ok(trainer) => {
                trainer.aim(goal);
                local.trainer = Some(trainer);
            }
            Err(error) => tracing::error!(job = %job.id, %error, "the system gives no thread"),
        }
    }
}
