//! The thread that takes a job's steps.

use std::{
    ops::{ControlFlow, Range},
    sync::Arc,
    thread::{Builder, ScopedJoinHandle},
    time::{Duration, Instant},
};

use assay_protocol::{IntervalIndex, SegmentIndex};
use tokio::{runtime::Handle, sync::watch};

use super::{
    belt::{belt, Belt, End, Going},
    keeper::{done, Keeper},
    notes::Notes,
    TrainError,
};
use crate::{
    checkpoints::Checkpoints,
    compute::{Compute, ComputeError, Stepper},
    decide::Goal,
    material::{Machine, Material},
    progress::Phase,
    replay::Replay,
};

/// How often losses are read within an interval: on a GPU, to read one is to wait for it.
const LOOK: Duration = Duration::from_millis(100);

pub(super) struct Thread<'a> {
    pub(super) notes: Notes,
    pub(super) checkpoints: Checkpoints,
    pub(super) machine: Machine,
    pub(super) compute: Arc<dyn Compute>,
    pub(super) material: Arc<Material>,
    /// What to train; closed when the thread is to stop.
    pub(super) goals: watch::Receiver<Option<Goal>>,
    pub(super) runtime: Handle,
    pub(super) wake: &'a (dyn Fn() + Sync),
}

/// Where a thread stands: before an interval.
struct Position {
    segment: SegmentIndex,
    interval: IntervalIndex,
    replay: Replay,
}

impl Thread<'_> {
    /// Trains until it is told to stop.
    pub(super) fn run(mut self) -> Result<(), TrainError> {
        let ControlFlow::Continue(goal) = self.first_goal() else {
            return Ok(());
        };
        let mut keeper = self.keeper();
        if keeper.note_start(goal.first, goal.start)?.is_break() {
            return Ok(());
        }
        let position = self.begin(&goal)?;
        let (belt, ends) = belt();
        // The keeper sees the goals through a receiver of its own.
        let goals = self.goals.clone();
        std::thread::scope(|scope| {
            let keeper = Builder::new()
                .name(format!("assay-keep-{}", self.checkpoints.job))
                .spawn_scoped(scope, move || keeper.run(&ends))?;
            // When steps are at an end the belt is dropped, and the keeper ends after what is on it.
            let trained = self.train(goals, position, belt);
            // A keeper that failed is why steps ended.
            join(keeper).and(trained)
        })
    }

    fn keeper(&self) -> Keeper<'_> {
        Keeper {
            notes: &self.notes,
            checkpoints: self.checkpoints.clone(),
            goals: self.goals.clone(),
            runtime: self.runtime.clone(),
            wake: self.wake,
        }
    }

    fn stopped(&self) -> bool {
        self.goals.has_changed().is_err()
    }

    /// The first goal.
    fn first_goal(&mut self) -> Going<Goal> {
        while !self.stopped() {
            if let Some(goal) = *self.goals.borrow_and_update() {
                return ControlFlow::Continue(goal);
            }
            // An error is the order to stop.
            let _ = self.runtime.block_on(self.goals.changed());
        }
        ControlFlow::Break(())
    }

    /// Begins at the newest interval that follows from the goal's start and whose state is in the store unharmed.
    fn begin(&self, goal: &Goal) -> Result<Position, TrainError> {
        let job = self.checkpoints.job;
        let places = self.checkpoints.places(goal.first, goal.start)?;
        for place in places.into_iter().rev() {
            let program = &self.material.program;
            let load = self.checkpoints.load(place.root, program);
            if let Some(state) = self.runtime.block_on(load)? {
                tracing::info!(%job, segment = %place.segment, interval = %place.interval, state = %place.root, "training goes on from here");
                let stepper = self.compute.stepper(&self.material, state, self.machine)?;
                return Ok(Position {
                    segment: place.segment,
                    interval: place.interval,
                    replay: Replay::new(stepper),
                });
            }
        }
        Err(TrainError::NoState { root: goal.start })
    }

    /// Takes interval after interval until it is told to stop, or until ends are not kept any more.
    fn train(
        &self,
        mut goals: watch::Receiver<Option<Goal>>,
        mut position: Position,
        mut belt: Belt,
    ) -> Result<(), TrainError> {
        self.notes.phase(Phase::Training);
        while self
            .wait(&mut goals, position.segment, &mut belt)
            .is_continue()
        {
            if self.interval(&mut position, &mut belt)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Waits until the newest goal leaves something to do for a thread that stands before segment `at`. Meanwhile all that was
    /// done is kept.
    fn wait(
        &self,
        goals: &mut watch::Receiver<Option<Goal>>,
        at: SegmentIndex,
        belt: &mut Belt,
    ) -> Going {
        let mut waited = false;
        while !self.stopped() {
            if goals
                .borrow_and_update()
                .is_some_and(|goal| at <= goal.last)
            {
                if waited {
                    self.notes.phase(Phase::Training);
                }
                return ControlFlow::Continue(());
            }
            belt.clear()?;
            self.notes.phase(Phase::Waiting);
            waited = true;
            // An error is the order to stop.
            let _ = self.runtime.block_on(goals.changed());
        }
        ControlFlow::Break(())
    }

    /// Trains one interval and sends its end on its way. On return the position is behind it.
    fn interval(&self, position: &mut Position, belt: &mut Belt) -> Result<Going, TrainError> {
        done!(self.take_steps(position));
        if self.notes.stalled(|| belt.clear()).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let Position {
            segment, interval, ..
        } = *position;
        let state = position.replay.set_aside(belt.take_room())?;
        let end = End {
            segment,
            interval,
            state,
        };
        let next = IntervalIndex(interval.0.saturating_add(1));
        (position.segment, position.interval) =
            match next.0 < self.checkpoints.schedule.intervals_of(segment) {
                true => (segment, next),
                false => (segment.next(), IntervalIndex(0)),
            };
        Ok(belt.send(end))
    }

    fn take_steps(&self, position: &mut Position) -> Result<Going, ComputeError> {
        let (segment, interval) = (position.segment, position.interval);
        let schedule = &self.checkpoints.schedule;
        let steps = schedule.steps_of_interval(segment, interval);
        let begun = Instant::now();
        let (mut looked, mut unseen) = (begun, steps.first.0);
        let going = position.replay.steps(steps, |step, stepper| {
            self.notes.step(segment, step);
            let next = step.0.saturating_add(1);
            let last = next == steps.end().0;
            if last || looked.elapsed() >= LOOK {
                self.look(stepper, unseen..next)?;
                (looked, unseen) = (Instant::now(), next);
            }
            Ok(match self.stopped() && !last {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            })
        })?;
        if going.is_continue() {
            self.notes.time(begun.elapsed(), steps.count.0);
        }
        Ok(going)
    }

    /// Reads the losses of some steps.
    fn look(&self, stepper: &dyn Stepper, steps: Range<u64>) -> Result<(), ComputeError> {
        let row = |step| usize::try_from(step).unwrap_or(usize::MAX);
        if let Some(tape) = self.material.tape {
            let words = stepper.words(tape, row(steps.start)..row(steps.end))?;
            self.notes.losses(&words, steps.start);
        }
        Ok(())
    }
}

/// What a thread ended with.
fn join(keeper: ScopedJoinHandle<'_, Result<(), TrainError>>) -> Result<(), TrainError> {
    match keeper.join() {
        Ok(kept) => kept,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
