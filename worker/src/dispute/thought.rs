//! An answer in the making: on a thread of its own, since it may take as long as an interval's execution.

use std::sync::{
    atomic::{AtomicBool, Ordering::Relaxed},
    Arc,
};

use assay_game::{Game, GameId, Move};
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::{
    argument::Argument,
    case::{Bench, CaseError},
    decide::Turn,
    shelf::Topic,
};

/// What is answered.
pub struct Question {
    /// Name of the game.
    pub id: GameId,
    /// The turn.
    pub turn: Turn,
    /// The game's state.
    pub game: Game,
    /// What it is about.
    pub topic: Topic,
}

/// What came of it.
pub struct Answered {
    /// Name of the game.
    pub id: GameId,
    /// The turn.
    pub turn: Turn,
    /// What it is about.
    pub topic: Topic,
    /// The argument, with what it has executed.
    pub argument: Argument,
    /// The answer.
    pub answer: Result<Move, CaseError>,
}

/// An answer in the making. Dropping it tells the thread to stop at the next step.
pub struct Thought {
    id: GameId,
    turn: Turn,
    stop: Arc<AtomicBool>,
    answer: oneshot::Receiver<Answered>,
}

impl Thought {
    /// Begins to think. `wake` is called when it is done.
    ///
    /// # Errors
    /// What the system says if it gives no thread.
    pub fn begin(
        bench: Bench,
        mut argument: Argument,
        question: Question,
        wake: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, answer) = oneshot::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (id, turn, told) = (question.id, question.turn, stop.clone());
        let think = move || {
            let stopped = || told.load(Relaxed);
            let Question { game, topic, .. } = question;
            let answer = argument.answer(&bench, &game, &stopped);
            // Nobody listens any more if the thought was dropped.
            let _ = sender.send(Answered {
                id,
                turn,
                topic,
                argument,
                answer,
            });
            wake();
        };
        let name = "assay-game".to_owned();
        std::thread::Builder::new().name(name).spawn(think)?;
        Ok(Self {
            id,
            turn,
            stop,
            answer,
        })
    }

    /// The game and turn thought about.
    pub const fn about(&self) -> (GameId, Turn) {
        (self.id, self.turn)
    }

    /// What came of it, once it is done.
    pub fn poll(&mut self) -> Progress {
        match self.answer.try_recv() {
            Ok(answered) => Progress::Done(Box::new(answered)),
            Err(TryRecvError::Empty) => Progress::Thinking,
            Err(TryRecvError::Closed) => Progress::Broken,
        }
    }
}

/// How far a thought is.
pub enum Progress {
    /// Not done.
    Thinking,
    /// Done.
    Done(Box<Answered>),
    /// The thread ended without an answer: a defect.
    Broken,
}

impl Drop for Thought {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
    }
}
