//! Answering turns, one at a time.

use assay_client::At;
use assay_game::GameId;
use assay_protocol::BlockNumber;
use tokio::runtime::Handle;

use super::{name, Candidate, Look, Player};
use crate::dispute::{
    argument::Argument,
    case::{Bench, Case, CaseError},
    commitment::Commitment,
    decide::Turn,
    shelf::Topic,
    thought::{Answered, Progress, Question, Thought},
};

impl Player {
    /// Stops thinking about a turn that the chain waits for no more.
    pub(super) fn drop_idle_thought(&mut self, id: GameId, turn: Option<Turn>) {
        let about = self.thought.as_ref().map(Thought::about);
        if about.is_some_and(|(of, about)| of == id && Some(about) != turn) {
            self.thought = None;
        }
    }

    /// Takes in what was thought.
    pub(super) fn collect(&mut self, block: BlockNumber) {
        let Some(thought) = &mut self.thought else {
            return;
        };
        let (id, _) = thought.about();
        match thought.poll() {
            Progress::Thinking => return,
            Progress::Done(answered) => self.take_in(*answered, block),
            Progress::Broken => self.failed(id, "the thread ended", block),
        }
        self.thought = None;
    }

    fn take_in(&mut self, answered: Answered, block: BlockNumber) {
        let Answered {
            id,
            turn,
            topic,
            argument,
            answer,
        } = answered;
        let each = argument.memory_bytes();
        let room = self.seat.shop.machine.memory_bytes;
        self.shelf.put(topic, argument, room, each);
        match answer {
            Ok(mv) => {
                let call = self.sign(id, turn, &mv);
                self.records.entry(id).or_default().answered(turn, call);
            }
            Err(error) => self.failed(id, error, block),
        }
    }

    fn failed(&mut self, id: GameId, error: impl std::fmt::Display, block: BlockNumber) {
        let rest = self.records.entry(id).or_default().failed(block);
        tracing::error!(game = %name(id), %error, blocks = rest, "no answer; trying again");
    }

    /// Begins the most urgent answer that can be begun, unless one is in the making.
    pub(super) async fn think(&mut self, mut candidates: Vec<Candidate>, look: &Look) {
        candidates.sort_by_key(|candidate| candidate.deadline);
        for candidate in candidates {
            if self.thought.is_some() {
                return;
            }
            let id = candidate.view.game;
            match self.begin(candidate, look).await {
                Ok(()) => {}
                Err(CaseError::Chain(error)) => {
                    tracing::warn!(game = %name(id), %error, "trying again")
                }
                Err(error) => self.failed(id, error, look.heads.best.number),
            }
        }
    }

    async fn begin(&mut self, candidate: Candidate, look: &Look) -> Result<(), CaseError> {
        let Candidate {
            view, turn, game, ..
        } = candidate;
        let at = At::Block(look.heads.best.hash);
        let commitment = Commitment::read(&self.seat.chain, view.job, view.segment, at).await?;
        let topic = Topic {
            job: view.job,
            segment: view.segment,
            interval: game.interval(),
        };
        let Some(argument) = self.argument(&topic, &commitment, look).await? else {
            return Ok(());
        };
        let question = Question {
            id: view.game,
            turn,
            game,
            topic,
        };
        let wake = self.wake.clone();
        let bench = Bench {
            compute: self.seat.shop.compute.clone(),
            machine: self.seat.shop.machine,
            runtime: Handle::current(),
        };
        match Thought::begin(bench, argument, question, move || wake.notify_one()) {
            Ok(thought) => self.thought = Some(thought),
            Err(error) => tracing::error!(%error, "the system gives no thread"),
        }
        Ok(())
    }

    /// The argument about a commitment; none while program and data are fetched.
    async fn argument(
        &mut self,
        topic: &Topic,
        commitment: &Commitment,
        look: &Look,
    ) -> Result<Option<Argument>, CaseError> {
        let held = self.shelf.take(topic);
        if let Some(held) = held.filter(|held| *held.claim() == commitment.claim()) {
            return Ok(Some(held));
        }
        let block = look.heads.best.number;
        let Some(material) = self.materials.get(&commitment.job, block).await? else {
            return Ok(None);
        };
        let schedule = commitment.job.record.spec.schedule;
        let checkpoints = self.seat.shop.checkpoints(topic.job, schedule);
        let case = Case::new(self.seat.side, commitment, material, checkpoints)?;
        Ok(Some(Argument::new(self.seat.side, case)))
    }
}
