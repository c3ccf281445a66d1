//! The thread that makes intervals' ends last, while the next interval's steps are taken.

use std::{future::Future, ops::ControlFlow, time::Duration};

use assay_protocol::{IntervalIndex, SegmentIndex, StateRoot};
use tokio::{runtime::Handle, sync::watch, time::timeout};

use super::{
    belt::{End, Ends, Going},
    notes::Notes,
    TrainError,
};
use crate::{
    checkpoints::{CheckpointError, Checkpoints},
    decide::Goal,
};

/// The wait before a full disk is tried again.
const DISK_PAUSE: Duration = Duration::from_secs(5);

/// Hashes states, stores them and notes their roots. Each of these goes to disk before the next begins, interval by interval,
/// so that the journal never has a root without its state, nor an interval without those before it.
pub(super) struct Keeper<'a> {
    pub(super) notes: &'a Notes,
    pub(super) checkpoints: Checkpoints,
    /// What to train; closed when the thread is to stop.
    pub(super) goals: watch::Receiver<Option<Goal>>,
    pub(super) runtime: Handle,
    pub(super) wake: &'a (dyn Fn() + Sync),
}

/// `?` for a piece of work that failed or was broken off.
macro_rules! done {
    ($work:expr) => {
        match $work? {
            ControlFlow::Continue(done) => done,
            ControlFlow::Break(()) => return Ok(ControlFlow::Break(())),
        }
    };
}
pub(super) use done;

impl Keeper<'_> {
    /// Keeps every end that comes, until no more come, or until there is no room for one when it is told to stop.
    pub(super) fn run(mut self, ends: &Ends) -> Result<(), TrainError> {
        while let Some(end) = ends.next() {
            if self.keep(&end)?.is_break() {
                break;
            }
            ends.kept(end.state);
        }
        Ok(())
    }

    fn keep(&mut self, end: &End) -> Result<Going, TrainError> {
        let (segment, interval, state) = (end.segment, end.interval, &end.state);
        let root = self.notes.hashing(|| state.root());
        tracing::debug!(job = %self.checkpoints.job, %segment, %interval, state = %root, "interval computed");
        self.check_reliable(segment, interval, root)?;
        let keep = |checkpoints: &'_ Checkpoints| {
            let checkpoints = checkpoints.clone();
            async move {
                checkpoints
                    .keep(segment, interval, root, state.slots())
                    .await
            }
        };
        let bytes = done!(self.persistently(keep));
        self.notes.checkpoint(bytes);
        if interval.0.saturating_add(1) == self.checkpoints.schedule.intervals_of(segment) {
            done!(self.note_start(segment.next(), root));
            self.notes.segment(segment, root);
            (self.wake)();
        }
        self.prune(root)?;
        Ok(ControlFlow::Continue(()))
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

    /// Notes that a segment starts from a state.
    pub(super) fn note_start(
        &mut self,
        segment: SegmentIndex,
        root: StateRoot,
    ) -> Result<Going, TrainError> {
        self.persistently(|checkpoints| {
            let begun = checkpoints.journal.begin(checkpoints.job, segment, root);
            std::future::ready(begun.map_err(CheckpointError::from))
        })
    }

    /// Does something that needs room on the disk, again and again until there is some or the thread is to stop.
    fn persistently<T, F>(
        &mut self,
        work: impl Fn(&Checkpoints) -> F,
    ) -> Result<Going<T>, TrainError>
    where
        F: Future<Output = Result<T, CheckpointError>>,
    {
        let mut full = false;
        loop {
            match self.runtime.block_on(work(&self.checkpoints)) {
                Ok(done) => {
                    self.notes.disk_has_room(full);
                    return Ok(ControlFlow::Continue(done));
                }
                Err(error) if error.is_full() => self.notes.disk_full(&error),
                Err(error) => return Err(error.into()),
            }
            full = true;
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
    fn prune(&self, newest: StateRoot) -> Result<(), TrainError> {
        let Some(goal) = *self.goals.borrow() else {
            return Ok(());
        };
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
