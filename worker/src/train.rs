//! Training: one thread a job takes steps, and at each interval's end puts the state into the store and its root into the
//! journal, in that order.

use std::{
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::{Duration, Instant},
};

use assay_blobs::{state_bytes, state_from_bytes, BlobId, BlobStore, Expected, StoreError};
use assay_engine::{Engine, EngineError, Options, Simd, State};
use assay_protocol::{IntervalIndex, JobId, Schedule, SegmentIndex, StateRoot, StepIndex};
use bytes::Bytes;
use tokio::{runtime::Handle, sync::watch};

use crate::{
    decide::Goal,
    journal::{Journal, JournalError},
    metrics::Metrics,
    prepare::Prepared,
    progress::{Board, Phase},
};

/// The wait before a full disk is tried again.
const DISK_PAUSE: Duration = Duration::from_secs(5);

/// How often a waiting thread looks whether it is to stop.
const POLL: Duration = Duration::from_millis(100);

/// Why training cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The engine refuses the program, or the machine has too little memory.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state to start from is not in the store.
    #[error("the state {root} is not in the store; it is fetched again")]
    NoState {
        /// The state.
        root: StateRoot,
    },
    /// The engine computed another root for an interval than it did before.
    #[error("interval {interval} of segment {segment} has root {found}, the journal says {noted}: this machine does not compute reliably; check its memory")]
    Unreliable {
        /// The segment.
        segment: SegmentIndex,
        /// The interval.
        interval: IntervalIndex,
        /// The root in the journal.
        noted: StateRoot,
        /// The root computed now.
        found: StateRoot,
    },
}

impl TrainError {
    fn is_full(&self) -> bool {
        match self {
            Self::Journal(error) => error.is_full(),
            Self::Store(error) => error.is_full(),
            _ => false,
        }
    }
}

/// What all training threads share.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Where roots are noted.
    pub journal: Arc<Journal>,
    /// Where states lie.
    pub store: BlobStore,
    /// Where progress is shown.
    pub board: Board,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The instruction set.
    pub simd: Simd,
    /// Bytes of memory that a job may take.
    pub memory_bytes: u64,
}

/// A training thread. Dropping it tells the thread to stop at the next step.
#[derive(Debug)]
pub struct Trainer {
    goal: watch::Sender<Option<Goal>>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<Result<(), TrainError>>>,
}

impl Trainer {
    /// Starts a thread for a job; it waits for a goal. `wake` is called whenever a segment is whole and when the thread ends.
    ///
    /// # Errors
    /// What the system says if it gives no thread.
    pub fn start(
        shop: Shop,
        job: JobId,
        schedule: Schedule,
        prepared: Arc<Prepared>,
        wake: impl Fn() + Send + 'static,
    ) -> std::io::Result<Self> {
        let (goal, goals) = watch::channel(None);
        let stop = Arc::new(AtomicBool::new(false));
        let (stopping, runtime) = (stop.clone(), Handle::current());
        let thread = std::thread::Builder::new()
            .name(format!("assay-job-{job}"))
            .spawn(move || {
                let thread = Thread {
                    shop,
                    job,
                    schedule,
                    prepared,
                    goals,
                    stop: stopping,
                    runtime,
                    wake: &wake,
                };
                let done = thread.run();
                wake();
                done
            })?;
        Ok(Self {
            goal,
            stop,
            thread: Some(thread),
        })
    }

    /// Says what to train. Every goal of a thread must follow from its first: when the chain goes on from another state, a
    /// new thread is needed ([`follows`](Self::follows)).
    pub fn aim(&self, goal: Goal) {
        self.goal
            .send_if_modified(|last| last.replace(goal) != Some(goal));
    }

    /// Whether a goal goes on from where this thread began, by the journal.
    ///
    /// # Errors
    /// What the disk says.
    pub fn follows(
        &self,
        journal: &Journal,
        job: JobId,
        goal: &Goal,
    ) -> Result<bool, JournalError> {
        let aimed = self.goal.borrow().is_some();
        Ok(!aimed || journal.start_of(job, goal.first)? == Some(goal.start))
    }

    /// Whether the thread has ended.
    pub fn is_finished(&self) -> bool {
        self.thread
            .as_ref()
            .is_none_or(|thread| thread.is_finished())
    }

    /// Tells the thread to stop and waits for it.
    ///
    /// # Errors
    /// Why training could not go on.
    pub fn join(mut self) -> Result<(), TrainError> {
        self.stop.store(true, Ordering::Relaxed);
        match self.thread.take().map(std::thread::JoinHandle::join) {
            Some(Ok(done)) => done,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            None => Ok(()),
        }
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

struct Thread<'a> {
    shop: Shop,
    job: JobId,
    schedule: Schedule,
    prepared: Arc<Prepared>,
    goals: watch::Receiver<Option<Goal>>,
    stop: Arc<AtomicBool>,
    runtime: Handle,
    wake: &'a (dyn Fn() + Send),
}

/// Where a thread stands: the state before the interval.
struct Position {
    segment: SegmentIndex,
    interval: u32,
    state: State,
    root: StateRoot,
}

/// Whether a piece of work was done or the thread is to stop.
#[derive(PartialEq, Eq)]
enum Done {
    Yes,
    Interrupted,
}

impl Thread<'_> {
    fn run(self) -> Result<(), TrainError> {
        let options = Options {
            simd: self.shop.simd,
            memory_limit: Some(self.shop.memory_bytes),
            ..Options::default()
        };
        let mut engine = Engine::new(
            &self.prepared.program,
            self.prepared.constants.clone(),
            options,
        )?;
        let mut at = None;
        while let Some(goal) = self.next_goal(at.as_ref())? {
            let mut position = match at.take() {
                Some(position) => position,
                None => self.checkpoint(&goal)?,
            };
            self.phase(Phase::Training);
            if self.interval(&mut engine, &mut position)? == Done::Interrupted {
                break;
            }
            self.prune(&position, &goal)?;
            at = Some(position);
        }
        Ok(())
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn phase(&self, phase: Phase) {
        self.shop
            .board
            .update(self.job, |progress| progress.phase = phase);
    }

    /// The newest goal, as soon as it leaves something to do; none when the thread is to stop.
    fn next_goal(&self, at: Option<&Position>) -> Result<Option<Goal>, TrainError> {
        while !self.stopped() {
            let goal = *self.goals.borrow();
            match (goal, at) {
                (Some(goal), None) => return Ok(Some(goal)),
                (Some(goal), Some(at)) if at.segment <= goal.last => return Ok(Some(goal)),
                (Some(_), Some(_)) => self.phase(Phase::Waiting),
                (None, _) => {}
            }
            std::thread::sleep(POLL);
        }
        Ok(None)
    }

    /// Where to begin: the newest interval that follows from the goal's start and whose state is in the store unharmed.
    fn checkpoint(&self, goal: &Goal) -> Result<Position, TrainError> {
        self.persistently(|| Ok(self.shop.journal.begin(self.job, goal.first, goal.start)?))?;
        for (segment, interval, root) in self.candidates(goal)?.into_iter().rev() {
            if let Some(state) = self.load(root)? {
                tracing::info!(job = %self.job, %segment, interval, state = %root, "training goes on from here");
                return Ok(Position {
                    segment,
                    interval,
                    state,
                    root,
                });
            }
        }
        Err(TrainError::NoState { root: goal.start })
    }

    /// The places at which the journal knows the state, oldest first.
    fn candidates(&self, goal: &Goal) -> Result<Vec<(SegmentIndex, u32, StateRoot)>, TrainError> {
        let mut all = vec![(goal.first, 0, goal.start)];
        let (mut segment, mut start) = (goal.first, goal.start);
        while self.shop.journal.start_of(self.job, segment)? == Some(start) {
            let roots = self.shop.journal.intervals(self.job, segment)?;
            let intervals = self.schedule.intervals_of(segment);
            all.extend(
                (1..intervals)
                    .zip(&roots)
                    .map(|(next, root)| (segment, next, *root)),
            );
            match roots.last() {
                Some(end) if roots.len() == intervals as usize => {
                    (segment, start) = (segment.next(), *end)
                }
                _ => break,
            }
            all.push((segment, 0, start));
        }
        Ok(all)
    }

    /// A state from the store, if it is there and unharmed.
    fn load(&self, root: StateRoot) -> Result<Option<State>, TrainError> {
        let slots = &self.prepared.program.get().slots;
        let (id, expected) = (BlobId::state(root.0), Expected::State(slots.clone()));
        let bytes = match self.runtime.block_on(self.shop.store.read(&id, &expected)) {
            Ok(bytes) => bytes,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(StoreError::Fault { id, fault }) => {
                tracing::warn!(job = %self.job, %id, %fault, "a checkpoint is damaged; an earlier one is used");
                self.runtime.block_on(self.shop.store.remove(&id))?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        match state_from_bytes(slots, &bytes) {
            Ok(tensors) => Ok(Some(State::new(&self.prepared.program, tensors)?)),
            Err(_) => Ok(None),
        }
    }

    /// Trains one interval and makes it last. On return the position is behind it.
    fn interval(&self, engine: &mut Engine, position: &mut Position) -> Result<Done, TrainError> {
        let (segment, interval) = (position.segment, IntervalIndex(position.interval));
        let steps = self.schedule.steps_of_interval(segment, interval);
        let begun = Instant::now();
        for step in steps.first.0..steps.end().0 {
            if self.stopped() {
                return Ok(Done::Interrupted);
            }
            engine.step(&mut position.state, &self.prepared.datasets, step)?;
            self.note_step(&position.state, segment, StepIndex(step));
        }
        self.note_time(begun.elapsed(), steps.count.0);
        let root = StateRoot(engine.state_root(&position.state).0);
        tracing::debug!(job = %self.job, %segment, %interval, state = %root, "interval computed");
        if let Some(noted) = self
            .shop
            .journal
            .interval(self.job, segment, interval)?
            .filter(|noted| *noted != root)
        {
            return Err(TrainError::Unreliable {
                segment,
                interval,
                noted,
                found: root,
            });
        }
        if self.keep(&position.state, segment, interval, root)? == Done::Interrupted {
            return Ok(Done::Interrupted);
        }
        (position.root, position.interval) = (root, position.interval + 1);
        if position.interval >= self.schedule.intervals_of(segment) {
            (position.segment, position.interval) = (segment.next(), 0);
            if self
                .persistently(|| Ok(self.shop.journal.begin(self.job, segment.next(), root)?))?
                == Done::Interrupted
            {
                return Ok(Done::Interrupted);
            }
            tracing::info!(job = %self.job, %segment, state = %root, "segment trained");
            Metrics::count(&self.shop.metrics.segments_trained);
            (self.wake)();
        }
        Ok(Done::Yes)
    }

    /// Puts the state into the store, then its root into the journal.
    fn keep(
        &self,
        state: &State,
        segment: SegmentIndex,
        interval: IntervalIndex,
        root: StateRoot,
    ) -> Result<Done, TrainError> {
        let bytes = Bytes::from(state_bytes(state.slots()));
        Metrics::add(&self.shop.metrics.checkpoint_bytes, bytes.len() as u64);
        let id = BlobId::state(root.0);
        self.persistently(|| {
            self.runtime
                .block_on(self.shop.store.put_computed(id, bytes.clone()))?;
            self.shop
                .journal
                .record(self.job, segment, interval, root)?;
            // Another job with the same state may have let go of it in between.
            if !self.runtime.block_on(self.shop.store.contains(&id))? {
                self.runtime
                    .block_on(self.shop.store.put_computed(id, bytes.clone()))?;
            }
            Ok(())
        })
    }

    /// Does something that needs room on the disk, again and again until there is some or the thread is to stop.
    fn persistently(&self, work: impl Fn() -> Result<(), TrainError>) -> Result<Done, TrainError> {
        loop {
            match work() {
                Ok(()) => return Ok(Done::Yes),
                Err(error) if error.is_full() => {
                    tracing::error!(job = %self.job, %error, "training waits for room");
                    Metrics::count(&self.shop.metrics.disk_full);
                    self.phase(Phase::DiskFull);
                }
                Err(error) => return Err(error),
            }
            let until = Instant::now() + DISK_PAUSE;
            while Instant::now() < until {
                if self.stopped() {
                    return Ok(Done::Interrupted);
                }
                std::thread::sleep(POLL);
            }
        }
    }

    /// Removes the checkpoints that nobody needs any more. Kept are the newest one and the states from which a segment may
    /// still be started or was last made final.
    fn prune(&self, position: &Position, goal: &Goal) -> Result<(), TrainError> {
        let oldest = SegmentIndex(goal.finalised.saturating_sub(1));
        let mut keep = self.shop.journal.starts_from(self.job, oldest)?;
        keep.extend([position.root, goal.start]);
        for root in self.shop.journal.release(self.job, &keep)? {
            self.runtime
                .block_on(self.shop.store.remove(&BlobId::state(root.0)))?;
        }
        Ok(())
    }

    fn note_step(&self, state: &State, segment: SegmentIndex, step: StepIndex) {
        Metrics::count(&self.shop.metrics.steps);
        let loss = self.prepared.tape.and_then(|slot| {
            let row = usize::try_from(step.0).ok()?;
            state
                .slot(slot)?
                .words()
                .get(row)
                .copied()
                .map(f32::from_bits)
        });
        let diverges = self.shop.board.update(self.job, |progress| {
            progress.segment = segment.0;
            progress.advance(StepIndex(step.0 + 1), loss)
        });
        if diverges == Some(true) {
            Metrics::count(&self.shop.metrics.diverged);
            tracing::warn!(job = %self.job, %step, ?loss, "the loss is no finite number any more; training goes on, for this is a result");
        }
    }

    fn note_time(&self, elapsed: Duration, steps: u64) {
        Metrics::count(&self.shop.metrics.intervals);
        Metrics::add(
            &self.shop.metrics.step_micros,
            u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        );
        let rate = steps as f64 / elapsed.as_secs_f64().max(1e-9);
        self.shop
            .board
            .update(self.job, |progress| progress.steps_per_second = rate);
    }
}
