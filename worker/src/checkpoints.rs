//! A job's states at the ends of its intervals: in the store, and in the journal by their roots.

use std::sync::Arc;

use assay_blobs::{state_bytes, state_from_bytes, BlobId, BlobStore, Expected, StoreError};
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{IntervalIndex, JobId, Schedule, SegmentIndex, StateRoot};
use bytes::Bytes;

use crate::journal::{Journal, JournalError};

/// Why a checkpoint cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CheckpointError {
    /// Whether the cause is a lack of room, which may pass.
    pub const fn is_full(&self) -> bool {
        match self {
            Self::Journal(error) => error.is_full(),
            Self::Store(error) => error.is_full(),
        }
    }
}

/// A place in a job at which its state has a root: before an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The segment.
    pub segment: SegmentIndex,
    /// The interval.
    pub interval: IntervalIndex,
    /// The root of the state.
    pub root: StateRoot,
}

/// The checkpoints of one job. Cloning is cheap; clones share store and journal.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// The job.
    pub job: JobId,
    /// How it is divided.
    pub schedule: Schedule,
    /// Where roots are noted.
    pub journal: Arc<Journal>,
    /// Where states lie.
    pub store: BlobStore,
}

impl Checkpoints {
    /// The places that follow from a segment's start, by the journal, oldest first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn places(
        &self,
        first: SegmentIndex,
        start: StateRoot,
    ) -> Result<Vec<Place>, JournalError> {
        let (mut places, mut segment, mut root) = (Vec::new(), first, start);
        loop {
            places.push(Place {
                segment,
                interval: IntervalIndex(0),
                root,
            });
            if self.journal.start_of(self.job, segment)? != Some(root) {
                return Ok(places);
            }
            let roots = self.journal.intervals(self.job, segment)?;
            let intervals = self.schedule.intervals_of(segment);
            let inner = (1..intervals).map(IntervalIndex).zip(&roots);
            places.extend(inner.map(|(interval, root)| Place {
                segment,
                interval,
                root: *root,
            }));
            match roots.last() {
                Some(end) if roots.len() == intervals as usize => {
                    (segment, root) = (segment.next(), *end)
                }
                _ => return Ok(places),
            }
        }
    }

    /// A state from the store, if it is there and unharmed. A damaged one is removed.
    ///
    /// # Errors
    /// What the store says.
    pub async fn load(
        &self,
        root: StateRoot,
        program: &ValidProgram,
    ) -> Result<Option<Vec<Tensor>>, CheckpointError> {
        let slots = &program.get().slots;
        let (id, expected) = (BlobId::state(root.0), Expected::State(slots.clone()));
        let bytes = match self.store.read(&id, &expected).await {
            Ok(bytes) => bytes,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(StoreError::Fault { id, fault }) => {
                tracing::warn!(job = %self.job, %id, %fault, "a checkpoint is damaged; an earlier one is used");
                self.store.remove(&id).await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        Ok(state_from_bytes(slots, &bytes).ok())
    }

    /// Puts the state at an interval's end into the store, then its root into the journal. Returns its length in bytes.
    ///
    /// # Errors
    /// What store and journal say.
    pub async fn keep(
        &self,
        segment: SegmentIndex,
        interval: IntervalIndex,
        root: StateRoot,
        slots: &[Tensor],
    ) -> Result<u64, CheckpointError> {
        let bytes = Bytes::from(state_bytes(slots));
        let (id, length) = (BlobId::state(root.0), bytes.len() as u64);
        self.store.put_computed(id, bytes.clone()).await?;
        self.journal.record(self.job, segment, interval, root)?;
        // Another job with the same state may have let go of it in between.
        if !self.store.contains(&id).await? {
            self.store.put_computed(id, bytes).await?;
        }
        Ok(length)
    }

    /// Removes the states that this job alone holds and need not keep.
    ///
    /// # Errors
    /// What store and journal say.
    pub async fn retain(&self, keep: &[StateRoot]) -> Result<(), CheckpointError> {
        release(&self.journal, &self.store, self.job, keep).await
    }
}

/// Removes the states that a job alone holds, other than those to keep.
///
/// # Errors
/// What store and journal say.
pub async fn release(
    journal: &Journal,
    store: &BlobStore,
    job: JobId,
    keep: &[StateRoot],
) -> Result<(), CheckpointError> {
    for root in journal.release(job, keep)? {
        store.remove(&BlobId::state(root.0)).await?;
    }
    Ok(())
}
