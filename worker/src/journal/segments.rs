//! What was trained: where each segment started, and the root at the end of each of its intervals.

use assay_protocol::{IntervalIndex, JobId, SegmentIndex, StateRoot};
use redb::{TableDefinition, WriteTransaction};

use super::{states, Journal, JournalError};

/// The state that a segment of a job starts from.
const SEGMENTS: TableDefinition<(u64, u32), [u8; 32]> = TableDefinition::new("segments");

/// The state root at the end of an interval of a segment of a job.
const INTERVALS: TableDefinition<(u64, u32, u32), [u8; 32]> = TableDefinition::new("intervals");

pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(SEGMENTS)?;
    transaction.open_table(INTERVALS)?;
    Ok(())
}

/// Removes a job's segments from one on, with their intervals.
fn forget_from(
    transaction: &WriteTransaction,
    job: JobId,
    segment: SegmentIndex,
) -> Result<(), redb::Error> {
    transaction
        .open_table(SEGMENTS)?
        .retain_in((job.0, segment.0)..=(job.0, u32::MAX), |_, _| false)?;
    let later = (job.0, segment.0, 0)..=(job.0, u32::MAX, u32::MAX);
    transaction
        .open_table(INTERVALS)?
        .retain_in(later, |_, _| false)?;
    Ok(())
}

impl Journal {
    /// Notes that a segment of a job starts from a state. Whatever was noted of this and later segments from another start
    /// is forgotten.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn begin(
        &self,
        job: JobId,
        segment: SegmentIndex,
        start: StateRoot,
    ) -> Result<(), JournalError> {
        if self.start_of(job, segment)? == Some(start) {
            return Ok(());
        }
        self.database.write(|transaction| {
            forget_from(transaction, job, segment)?;
            transaction
                .open_table(SEGMENTS)?
                .insert((job.0, segment.0), start.0)?;
            states::hold(transaction, job, start)
        })
    }

    /// Notes the state root at an interval's end, and that its state is held.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn record(
        &self,
        job: JobId,
        segment: SegmentIndex,
        interval: IntervalIndex,
        root: StateRoot,
    ) -> Result<(), JournalError> {
        self.database.write(|transaction| {
            transaction
                .open_table(INTERVALS)?
                .insert((job.0, segment.0, interval.0), root.0)?;
            states::hold(transaction, job, root)
        })
    }

    /// The state that a segment was begun from.
    ///
    /// # Errors
    /// What the disk says.
    pub fn start_of(
        &self,
        job: JobId,
        segment: SegmentIndex,
    ) -> Result<Option<StateRoot>, JournalError> {
        self.database.read(|transaction| {
            let found = transaction.open_table(SEGMENTS)?.get((job.0, segment.0))?;
            Ok(found.map(|root| StateRoot(root.value())))
        })
    }

    /// The roots at the ends of a segment's intervals, from the first one on without a gap.
    ///
    /// # Errors
    /// What the disk says.
    pub fn intervals(
        &self,
        job: JobId,
        segment: SegmentIndex,
    ) -> Result<Vec<StateRoot>, JournalError> {
        self.database.read(|transaction| {
            let table = transaction.open_table(INTERVALS)?;
            let mut roots = Vec::new();
            for entry in table.range((job.0, segment.0, 0)..=(job.0, segment.0, u32::MAX))? {
                let (key, root) = entry?;
                if usize::try_from(key.value().2) != Ok(roots.len()) {
                    break;
                }
                roots.push(StateRoot(root.value()));
            }
            Ok(roots)
        })
    }

    /// The state root at an interval's end, if it was trained.
    ///
    /// # Errors
    /// What the disk says.
    pub fn interval(
        &self,
        job: JobId,
        segment: SegmentIndex,
        interval: IntervalIndex,
    ) -> Result<Option<StateRoot>, JournalError> {
        self.database.read(|transaction| {
            let found = transaction
                .open_table(INTERVALS)?
                .get((job.0, segment.0, interval.0))?;
            Ok(found.map(|root| StateRoot(root.value())))
        })
    }

    /// The states that segments of a job from one on start from.
    ///
    /// # Errors
    /// What the disk says.
    pub fn starts_from(
        &self,
        job: JobId,
        segment: SegmentIndex,
    ) -> Result<Vec<StateRoot>, JournalError> {
        self.database.read(|transaction| {
            let table = transaction.open_table(SEGMENTS)?;
            let entries = table.range((job.0, segment.0)..=(job.0, u32::MAX))?;
            entries
                .map(|entry| Ok(StateRoot(entry?.1.value())))
                .collect()
        })
    }

    /// Forgets a job's segments and intervals. Its transactions stay until they are final.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn forget(&self, job: JobId) -> Result<(), JournalError> {
        self.database
            .write(|transaction| forget_from(transaction, job, SegmentIndex(0)))
    }
}
