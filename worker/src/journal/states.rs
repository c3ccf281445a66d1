//! Which job needs which state in the blob store.

use std::collections::BTreeSet;

use assay_protocol::{JobId, StateRoot};
use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::{Journal, JournalError};

/// States in the blob store, by root and the job that needs them.
const HELD: TableDefinition<([u8; 32], u64), ()> = TableDefinition::new("held");

pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(HELD)?;
    Ok(())
}

/// Notes that a job needs a state.
pub(super) fn hold(
    transaction: &WriteTransaction,
    job: JobId,
    root: StateRoot,
) -> Result<(), redb::Error> {
    transaction.open_table(HELD)?.insert((root.0, job.0), ())?;
    Ok(())
}

impl Journal {
    /// Lets go of the states that a job holds, other than those to keep. Returns those that no other job holds either: they
    /// may be removed from the store.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn release(&self, job: JobId, keep: &[StateRoot]) -> Result<Vec<StateRoot>, JournalError> {
        let held = self.held()?;
        let released: Vec<_> = held
            .iter()
            .filter(|(root, by)| *by == job && !keep.contains(root))
            .map(|(root, _)| *root)
            .collect();
        if released.is_empty() {
            return Ok(released);
        }
        self.database.write(|transaction| {
            let mut table = transaction.open_table(HELD)?;
            for root in &released {
                table.remove((root.0, job.0))?;
            }
            Ok(())
        })?;
        let shared = |root: &StateRoot| held.iter().any(|(other, by)| other == root && *by != job);
        Ok(released.into_iter().filter(|root| !shared(root)).collect())
    }

    /// The jobs that hold states.
    ///
    /// # Errors
    /// What the disk says.
    pub fn jobs(&self) -> Result<BTreeSet<JobId>, JournalError> {
        Ok(self.held()?.into_iter().map(|(_, job)| job).collect())
    }

    fn held(&self) -> Result<Vec<(StateRoot, JobId)>, JournalError> {
        self.database.read(|transaction| {
            let table = transaction.open_table(HELD)?;
            let entries = table.iter()?;
            entries
                .map(|entry| {
                    let (root, job) = entry?.0.value();
                    Ok((StateRoot(root), JobId(job)))
                })
                .collect()
        })
    }
}
