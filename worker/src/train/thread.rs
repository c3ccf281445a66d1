//! The thread that takes a job's steps.

use std::{
    future::Future,
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use assay_protocol::{IntervalIndex, SegmentIndex, StateRoot};
use tokio::{runtime::Handle, sync::watch, time::timeout};

use super::{notes::Notes, TrainError};
use crate::{
    checkpoints::{CheckpointError, Checkpoints, Place},
    compute::Compute,
    decide::Goal,
    material::{Machine, Material},
    progress::Phase,
    replay::Replay,
};

/// The wait before a full disk is tried again.
const DISK_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Thread<'a> {
    pub(super) notes: Notes,
    pub(super) checkpoints: Checkpoints,
    pub(super) machine: Machine,
    pub(super) compute: Arc<dyn Compute>,
    pub(super) material: Arc<Material>,
    /// What to train; closed when the thread is to stop.
    pub(super) goals: watch::Receiver<Option<Goal>>,
    pub(super) runtime: Handle,
    pub(super) wake: &'a (dyn Fn() + Send),
}

/// Where a thread stands.
struct Position {
    place: Place,
    replay: Replay,
}

/// Breaks when the thread is to stop.
type Going<T = ()> = ControlFlow<(), T>;

/// `?` for a piece of work that failed or was broken off.
macro_rules! done {
    ($work:expr) => {
        match $work? {
            ControlFlow::Continue(done) => done,
            ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
        }
    };
}

impl Thread<'_> {
    /// Trains until it is told to stop.
    pub(super) fn run(mut self) -> Result<(), TrainError> {
        let ControlFlow::Continue(goal) = self.next_goal(None) else {
            return Ok(());
        };
        let ControlFlow::Continue(mut position) = self.begin(&goal)? else {
            return Ok(());
        };
        while let ControlFlow::Continue(goal) = self.next_goal(Some(position.place.segment)) {
            self.notes.phase(Phase::Training);
            if self.interval(&mut position)?.is_break() {
                break;
            }
            self.prune(position.place.root, &goal)?;
        }
        Ok(())
    }

    fn stopped(&self) -> bool {
        self.goals.has_changed().is_err()
    }

    /// The newest goal, as soon as it leaves something to do for a thread that stands before segment `at`.
    fn next_goal(&mut self, at: Option<SegmentIndex>) -> Going<Goal> {
        while !self.stopped() {
            let goal = *self.goals.borrow_and_update();
            match (goal, at) {
                (Some(goal), None) => return ControlFlow::Continue(goal),
                (Some(goal), Some(at)) if at <= goal.last => return ControlFlow::Continue(goal),
                (Some(_), Some(_)) => self.notes.phase(Phase::Waiting),
                (None, _) => {}
            }
            // An error is the order to stop.
            let _ = self.runtime.block_on(self.goals.changed());
        }
        ControlFlow::Break(())
    }

    /// Begins at the newest interval that follows from the goal's start and whose state is in the store unharmed.
    fn begin(&mut self, goal: &Goal) -> Result<Going<Position>, TrainError> {
        let job = self.checkpoints.job;
        done!(self.note_start(goal.first, goal.start));
        let places = self.checkpoints.places(goal.first, goal.start)?;
        for place in places.into_iter().rev() {
            let program = &self.material.program;
            let load = self.checkpoints.load(place.root, program);
            if let Some(state) = self.runtime.block_on(load)? {
                tracing::info!(%job, segment = %place.segment, interval = %place.interval, state = %place.root, "training goes on from here");
                let stepper = self.compute.stepper(&self.material, self.machine)?;
                let replay = Replay::new(self.material.clone(), stepper, state);
                return Ok(ControlFlow::Continue(Position { place, replay }));
            }
        }
        Err(TrainError::NoState { root: goal.start })
    }

    /// Trains one interval and makes it last. On return the position is behind it.
    fn interval(&mut self, position: &mut Position) -> Result<Going, TrainError> {
        let Place {
            segment, interval, ..
        } = position.place;
        done!(self.take_steps(position));
        let root = position.replay.root();
        tracing::debug!(job = %self.checkpoints.job, %segment, %interval, state = %root, "interval computed");
        self.check_reliable(segment, interval, root)?;
        let state = position.replay.state();
        let bytes =
            done!(self
                .persistently(|checkpoints| { checkpoints.keep(segment, interval, root, state) }));
        self.notes.checkpoint(bytes);
        position.place = Place {
            segment,
            interval: IntervalIndex(interval.0 + 1),
            root,
        };
        if position.place.interval.0 < self.checkpoints.schedule.intervals_of(segment) {
            return Ok(ControlFlow::Continue(()));
        }
        self.finish_segment(position)
    }

    fn take_steps(&self, position: &mut Position) -> Result<Going, TrainError> {
        let Place {
            segment, interval, ..
        } = position.place;
        let steps = self
            .checkpoints
            .schedule
            .steps_of_interval(segment, interval);
        let begun = Instant::now();
        let going = position.replay.steps(steps, |step, state| {
            self.notes.step(state, segment, step);
            let last = step.0 + 1 == steps.end().0;
            match self.stopped() && !last {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })?;
        if going.is_continue() {
            self.notes.time(begun.elapsed(), steps.count.0);
        }
        Ok(going)
    }

    /// Fails if the journal has another root from an earlier time.
    fn check_reliable(
        &self,
        segment: SegmentIndex,
        interval: IntervalIndex,
        found: StateRoot,
    ) -> Result<(), TrainError> {
        let (journal, job) = (&self.checkpoints.journal, self.checkpoints.job);
        match journal.interval(job, segment, interval)? {
            Some(noted) if noted != found => Err(TrainError::Unreliable {
                segment,
                interval,
                noted,
                found,
            }),
            _ => Ok(()),
        }
    }

    fn finish_segment(&mut self, position: &mut Position) -> Result<Going, TrainError> {
        let Place { segment, root, .. } = position.place;
        done!(self.note_start(segment.next(), root));
        position.place = Place {
            segment: segment.next(),
            interval: IntervalIndex(0),
            root,
        };
        self.notes.segment(segment, root);
        (self.wake)();
        Ok(ControlFlow::Continue(()))
    }

    fn note_start(&mut self, segment: SegmentIndex, root: StateRoot) -> Result<Going, TrainError> {
        self.persistently(|checkpoints| async move {
            Ok(checkpoints.journal.begin(checkpoints.job, segment, root)?)
        })
    }

    /// Does something that needs room on the disk, again and again until there is some or the thread is to stop.
    fn persistently<'c, T, F>(
        &'c mut self,
        work: impl Fn(&'c Checkpoints) -> F,
    ) -> Result<Going<T>, TrainError>
    where
        F: Future<Output = Result<T, CheckpointError>>,
    {
        let checkpoints: &Checkpoints = &self.checkpoints;
        loop {
            match self.runtime.block_on(work(checkpoints)) {
                Ok(done) => return Ok(ControlFlow::Continue(done)),
                Err(error) if error.is_full() => self.notes.disk_full(&error),
                Err(error) => return Err(error.into()),
            }
            let goals = &mut self.goals;
            // The timer must be made inside the runtime.
            let pause = async { timeout(DISK_PAUSE, stopping(goals)).await };
            if self.runtime.block_on(pause).is_ok() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    /// Removes the checkpoints that nobody needs any more. Kept are the newest one and the states from which a segment may
    /// still be started or was last made final.
    fn prune(&self, newest: StateRoot, goal: &Goal) -> Result<(), TrainError> {
        let oldest = SegmentIndex(goal.finalised.saturating_sub(1));
        let checkpoints = &self.checkpoints;
        let mut keep = checkpoints.journal.starts_from(checkpoints.job, oldest)?;
        keep.extend([newest, goal.start]);
        Ok(self.runtime.block_on(checkpoints.retain(&keep))?)
    }
}

/// Ready when the thread is to stop.
async fn stopping(goals: &mut watch::Receiver<Option<Goal>>) {
    while goals.changed().await.is_ok() {}
}
