//! What a party knows of a segment that is argued about.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc};

use assay_client::ChainError;
use assay_game::{Claim, Party};
use assay_numerics::Tensor;
use assay_protocol::{IntervalIndex, JobId, SegmentIndex, StateRoot};
use assay_prover::{ProverError, Work};
use tokio::runtime::Handle;

use super::commitment::Commitment;
use crate::{
    checkpoints::{CheckpointError, Checkpoints, Place},
    compute::{BoxedExecution, Compute, ComputeError},
    journal::JournalError,
    material::{defence_bytes, Machine, Material, MaterialError},
    replay::Replay,
};

/// Why a party has no answer.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The chain failed.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The job's program or data are not to be had.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A checkpoint cannot be read or kept.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The device refuses the program, has too little memory, or failed.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The prover has no move.
    #[error(transparent)]
    Prover(#[from] ProverError),
    /// The chain has no such commitment, or not any more.
    #[error("segment {segment} of job {job} is not committed")]
    NotCommitted {
        /// The job.
        job: JobId,
        /// The segment.
        segment: SegmentIndex,
    },
    /// The journal does not hold what was committed.
    #[error("the journal does not hold the roots that were committed for segment {segment} of job {job}; was the data directory lost? Put it back, or the game is lost")]
    NotOurs {
        /// The job.
        job: JobId,
        /// The segment.
        segment: SegmentIndex,
    },
    /// The segment has not been executed here yet.
    #[error("segment {segment} of job {job} has not been executed here yet")]
    NotExecuted {
        /// The job.
        job: JobId,
        /// The segment.
        segment: SegmentIndex,
    },
    /// No state from which the interval can be reached is in the store.
    #[error("the state {root} is not in the store")]
    NoState {
        /// The state at the segment's start.
        root: StateRoot,
    },
    /// The engine computed another root for an interval than it did before.
    #[error("interval {interval} has root {found}, the journal says {noted}: this machine does not compute reliably; check its memory")]
    Unreliable {
        /// The interval.
        interval: IntervalIndex,
        /// The root in the journal.
        noted: StateRoot,
        /// The root computed now.
        found: StateRoot,
    },
    /// The worker is about to stop.
    #[error("broken off")]
    Stopped,
}

/// A segment that is argued about: what is agreed, and what this party computed.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is agreed.
    pub claim: Claim,
    /// Program, constants and data, with the trees over them.
    pub work: Work,
    /// This party's state roots at the intervals' ends.
    pub roots: Vec<StateRoot>,
    material: Arc<Material>,
    checkpoints: Checkpoints,
}

impl Case {
    /// What the journal says of a commitment.
    ///
    /// # Errors
    /// [`CaseError::NotOurs`] for a defender and [`CaseError::NotExecuted`] for a challenger whose journal lacks it.
    pub fn new(
        us: Party,
        commitment: &Commitment,
        material: Arc<Material>,
        checkpoints: Checkpoints,
    ) -> Result<Self, CaseError> {
        let (job, segment) = (commitment.job.id, commitment.segment.segment);
        let journal = &checkpoints.journal;
        let begun = journal.start_of(job, segment)? == Some(commitment.start);
        let roots = journal.intervals(job, segment)?;
        let whole = begun && roots.len() == commitment.segment.intervals as usize;
        match us {
            Party::Defender if !whole || !commitment.is_trace_of(&roots) => {
                return Err(CaseError::NotOurs { job, segment })
            }
            Party::Challenger if !whole => return Err(CaseError::NotExecuted { job, segment }),
            _ => {}
        }
        Ok(Self {
            claim: commitment.claim(),
            work: material.disputed_work(),
            roots,
            material,
            checkpoints,
        })
    }

    /// Bytes that an execution of one interval may hold.
    pub fn memory_bytes(&self) -> u64 {
        defence_bytes(&self.material.work)
    }

    /// The state nearest before an interval that is in the store unharmed, and the interval that it is the start of.
    ///
    /// # Errors
    /// [`CaseError::NoState`], or what journal and store say.
    pub async fn nearest(
        &self,
        interval: IntervalIndex,
    ) -> Result<(IntervalIndex, Vec<Tensor>), CaseError> {
        let (segment, root) = (self.claim.segment, StateRoot(self.claim.start));
        let before = |place: &Place| place.segment == segment && place.interval <= interval;
        let places = self.checkpoints.places(segment, root)?;
        for place in places.into_iter().rev().filter(before) {
            let load = self.checkpoints.load(place.root, &self.material.program);
            if let Some(state) = load.await? {
                return Ok((place.interval, state));
            }
        }
        Err(CaseError::NoState { root })
    }

    /// Goes from the start of interval `from` to the start of interval `to`, leaves checkpoints there and on the way, and
    /// executes that interval. Blocks; `stopped` is asked after each step.
    ///
    /// # Errors
    /// What engine and prover say; [`CaseError::Unreliable`], [`CaseError::Stopped`].
    pub fn execute(
        &self,
        bench: &Bench,
        (from, state): (IntervalIndex, Vec<Tensor>),
        to: IntervalIndex,
        stopped: &dyn Fn() -> bool,
    ) -> Result<BoxedExecution, CaseError> {
        let stepper = bench
            .compute
            .stepper(&self.material, state, bench.machine)?;
        let mut replay = Replay::new(stepper);
        let kept = way_marks(from, to);
        for interval in (from.0..to.0).map(IntervalIndex) {
            let steps = self.claim.steps(interval);
            let going = replay.steps(steps, |_, _| {
                Ok(match stopped() {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                })
            })?;
            if going.is_break() {
                return Err(CaseError::Stopped);
            }
            let root = replay.root()?;
            self.check_reliable(interval, root)?;
            if kept.contains(&IntervalIndex(interval.0.saturating_add(1))) {
                self.keep(bench, interval, root, &replay.slots()?);
            }
        }
        let (steps, slots) = (self.claim.steps(to), replay.into_slots()?);
        let work = self.work.clone();
        Ok(bench.compute.execution(work, steps, slots, bench.machine)?)
    }

    fn check_reliable(&self, interval: IntervalIndex, found: StateRoot) -> Result<(), CaseError> {
        match self.roots.get(interval.0 as usize) {
            Some(noted) if *noted != found => Err(CaseError::Unreliable {
                interval,
                noted: *noted,
                found,
            }),
            _ => Ok(()),
        }
    }

    /// Keeps the state at an interval's end, so that the next game about one that follows, or this one after a restart,
    /// begins there. Games go on without it.
    fn keep(&self, bench: &Bench, interval: IntervalIndex, root: StateRoot, slots: &[Tensor]) {
        let segment = self.claim.segment;
        let keeping = self.checkpoints.keep(segment, interval, root, slots);
        if let Err(error) = bench.runtime.block_on(keeping) {
            tracing::warn!(job = %self.checkpoints.job, %segment, %interval, %error, "no checkpoint on the way to the interval in dispute");
        }
    }
}

/// Checkpoints on one way to an interval in dispute, at most.
const WAY_MARKS: u32 = 16;

/// Before which intervals a state is kept on the way from the start of one to the start of another: at equal distances, the
/// other's included. Whatever the order in which games lead to a segment's intervals, all ways to them then take no longer
/// than the segment a few times over.
pub fn way_marks(from: IntervalIndex, to: IntervalIndex) -> BTreeSet<IntervalIndex> {
    let distance = to.0.saturating_sub(from.0).div_ceil(WAY_MARKS).max(1);
    let marks = (0..WAY_MARKS).map(|nth| to.0.saturating_sub(nth.saturating_mul(distance)));
    marks
        .filter(|mark| *mark > from.0)
        .map(IntervalIndex)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Intervals executed on the ways to these in turn, besides themselves.
    fn ways(targets: impl IntoIterator<Item = u32>) -> u32 {
        let mut kept = BTreeSet::from([IntervalIndex(0)]);
        let way = |to: u32| {
            let to = IntervalIndex(to);
            let from = *kept.range(..=to).next_back().expect("the first is kept");
            kept.extend(way_marks(from, to));
            to.0 - from.0
        };
        targets.into_iter().map(way).sum()
    }

    #[test]
    fn the_last_mark_is_the_end_and_marks_are_few() {
        for to in 0..100 {
            for from in 0..=to {
                let marks = way_marks(IntervalIndex(from), IntervalIndex(to));
                assert!(marks.len() <= WAY_MARKS as usize);
                assert_eq!(
                    marks.last().copied(),
                    (from < to).then_some(IntervalIndex(to))
                );
                assert!(marks.iter().all(|mark| (from + 1..=to).contains(&mark.0)));
            }
        }
    }

    #[test]
    fn from_last_to_first_is_the_segment_a_few_times() {
        assert!(ways((0..4_096).rev()) <= 4 * 4_096);
        assert!(ways((0..100).rev()) <= 3 * 100);
        assert_eq!(ways(0..100), 99, "each begins where the last one ended");
    }

    proptest! {
        #[test]
        fn in_any_order_the_ways_are_the_segment_a_few_times(
            order in Just((0..1_000).collect::<Vec<u32>>()).prop_shuffle()
        ) {
            prop_assert!(ways(order) <= 4 * 1_000);
        }
    }
}

/// With what a party executes.
#[derive(Clone, Debug)]
pub struct Bench {
    /// Who takes steps and answers games.
    pub compute: Arc<dyn Compute>,
    /// How much of the machine may be used.
    pub machine: Machine,
    /// Where the store is waited for.
    pub runtime: Handle,
}
