//! What must survive the death of the process at any instant.
//!
//! - The state root at each trained interval's end, under the state that its segment started from: roots are a function of
//!   that state, so they stay true as long as the chain goes on from it.
//! - Every signed transaction that is not final, kept before it is sent: after a restart the same bytes are sent again, and
//!   their nonce lets them into the chain once.
//!
//! A checkpoint is in the blob store before its root is here, and an old one is removed only afterwards.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use assay_client::SignedTransaction;
use assay_protocol::{IntervalIndex, JobId, SegmentIndex, StateRoot};
use codec::{Decode, DecodeAll, Encode};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use crate::Intent;

/// The state that a segment of a job starts from.
const SEGMENTS: TableDefinition<(u64, u32), [u8; 32]> = TableDefinition::new("segments");

/// The state root at the end of an interval of a segment of a job.
const INTERVALS: TableDefinition<(u64, u32, u32), [u8; 32]> = TableDefinition::new("intervals");

/// States in the blob store, by root and the job that needs them.
const HELD: TableDefinition<([u8; 32], u64), ()> = TableDefinition::new("held");

/// Signed transactions by job and intent.
const TRANSACTIONS: TableDefinition<(u64, &[u8]), &[u8]> = TableDefinition::new("transactions");

/// What the journal belongs to.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

const GENESIS: &str = "genesis";

/// A worker's journal. It is used from several threads; each method is one transaction.
#[derive(Debug)]
pub struct Journal {
    /// None after a failure of the disk: the database must be opened again then, which repairs it.
    database: RwLock<Option<Database>>,
    path: PathBuf,
}

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process has it open.
    #[error("another worker uses {path}; stop it, or give this one a data directory of its own with --data-dir")]
    InUse {
        /// The journal's file.
        path: PathBuf,
    },
    /// It was written for another chain.
    #[error("{path} belongs to the chain with genesis {found}, not {expected}; give this chain a data directory of its own with --data-dir")]
    OtherChain {
        /// The journal's file.
        path: PathBuf,
        /// The genesis hash it was made for.
        found: String,
        /// The genesis hash of the chain.
        expected: String,
    },
    /// The disk is full.
    #[error("no room for the journal {path} ({cause}); free some")]
    Full {
        /// The journal's file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// The file cannot be read, written or understood.
    #[error("journal {path}: {cause}")]
    Storage {
        /// The journal's file.
        path: PathBuf,
        /// What the database said.
        cause: Box<redb::Error>,
    },
}

impl JournalError {
    /// Whether the cause is a lack of room, which may pass.
    pub const fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }
}

/// A transaction that was signed and is not known to be final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The job.
    pub job: JobId,
    /// What it is for.
    pub intent: Intent,
    /// The transaction.
    pub transaction: SignedTransaction,
}

impl Journal {
    /// Opens the journal in a directory, which must be of this chain.
    ///
    /// # Errors
    /// [`JournalError::InUse`], [`JournalError::OtherChain`], or what the disk says.
    pub fn open(directory: &Path, genesis: [u8; 32]) -> Result<Self, JournalError> {
        let path = directory.join("journal.redb");
        let database = create(&path)?;
        let journal = Self {
            database: RwLock::new(Some(database)),
            path,
        };
        journal.check_chain(genesis)?;
        Ok(journal)
    }

    fn check_chain(&self, genesis: [u8; 32]) -> Result<(), JournalError> {
        let found = self.write(|transaction| {
            transaction.open_table(SEGMENTS)?;
            transaction.open_table(INTERVALS)?;
            transaction.open_table(HELD)?;
            transaction.open_table(TRANSACTIONS)?;
            let mut meta = transaction.open_table(META)?;
            let found = meta.get(GENESIS)?.map(|found| found.value().to_vec());
            if found.is_none() {
                meta.insert(GENESIS, &genesis[..])?;
            }
            Ok(found)
        })?;
        match found {
            Some(found) if found != genesis => Err(JournalError::OtherChain {
                path: self.path.clone(),
                found: format!("0x{}", hex::encode(found)),
                expected: format!("0x{}", hex::encode(genesis)),
            }),
            _ => Ok(()),
        }
    }

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
        self.write(|transaction| {
            let mut segments = transaction.open_table(SEGMENTS)?;
            segments.retain_in((job.0, segment.0)..=(job.0, u32::MAX), |_, _| false)?;
            segments.insert((job.0, segment.0), start.0)?;
            transaction.open_table(HELD)?.insert((start.0, job.0), ())?;
            let later = (job.0, segment.0, 0)..=(job.0, u32::MAX, u32::MAX);
            Ok(transaction
                .open_table(INTERVALS)?
                .retain_in(later, |_, _| false)?)
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
        self.write(|transaction| {
            transaction
                .open_table(INTERVALS)?
                .insert((job.0, segment.0, interval.0), root.0)?;
            transaction.open_table(HELD)?.insert((root.0, job.0), ())?;
            Ok(())
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
        self.read(|transaction| {
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
        self.read(|transaction| {
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
        self.read(|transaction| {
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
        self.read(|transaction| {
            let table = transaction.open_table(SEGMENTS)?;
            let entries = table.range((job.0, segment.0)..=(job.0, u32::MAX))?;
            entries
                .map(|entry| Ok(StateRoot(entry?.1.value())))
                .collect()
        })
    }

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
        self.write(|transaction| {
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
        self.read(|transaction| {
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

    /// Forgets a job's segments and intervals. Its transactions stay until they are final.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn forget(&self, job: JobId) -> Result<(), JournalError> {
        self.write(|transaction| {
            transaction
                .open_table(SEGMENTS)?
                .retain_in((job.0, 0)..=(job.0, u32::MAX), |_, _| false)?;
            let all = (job.0, 0, 0)..=(job.0, u32::MAX, u32::MAX);
            Ok(transaction
                .open_table(INTERVALS)?
                .retain_in(all, |_, _| false)?)
        })
    }

    /// Keeps a signed transaction, before it is sent.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn keep(&self, flight: &InFlight) -> Result<(), JournalError> {
        let (key, value) = (flight.intent.encode(), flight.transaction.encode());
        self.write(|transaction| {
            transaction
                .open_table(TRANSACTIONS)?
                .insert((flight.job.0, &key[..]), &value[..])?;
            Ok(())
        })
    }

    /// Drops a transaction that is final or can never be.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn drop_transaction(&self, job: JobId, intent: Intent) -> Result<(), JournalError> {
        let key = intent.encode();
        self.write(|transaction| {
            transaction
                .open_table(TRANSACTIONS)?
                .remove((job.0, &key[..]))?;
            Ok(())
        })
    }

    /// All transactions that are kept. One that this build cannot read is left out.
    ///
    /// # Errors
    /// What the disk says.
    pub fn transactions(&self) -> Result<Vec<InFlight>, JournalError> {
        self.read(|transaction| {
            let table = transaction.open_table(TRANSACTIONS)?;
            let mut all = Vec::new();
            for entry in table.iter()? {
                let (key, value) = entry?;
                let (job, intent) = key.value();
                let read = Intent::decode_all(&mut &intent[..]).and_then(|intent| {
                    let transaction = SignedTransaction::decode(&mut value.value())?;
                    Ok(InFlight {
                        job: JobId(job),
                        intent,
                        transaction,
                    })
                });
                all.extend(read.ok());
            }
            Ok(all)
        })
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&redb::WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.with(|database| {
            let transaction = database.begin_write()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    fn read<T>(
        &self,
        work: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.with(|database| work(&database.begin_read()?))
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.reopen()?;
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = database.as_ref() else {
            // Another thread's work failed since.
            return Err(storage(&self.path, redb::Error::PreviousIo));
        };
        let done = work(open);
        drop(database);
        done.map_err(|cause| {
            if matches!(cause, redb::Error::Io(_) | redb::Error::PreviousIo) {
                *self
                    .database
                    .write()
                    .unwrap_or_else(PoisonError::into_inner) = None;
            }
            storage(&self.path, cause)
        })
    }

    /// Opens the database again if the disk failed under it.
    fn reopen(&self) -> Result<(), JournalError> {
        if self
            .database
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
        {
            return Ok(());
        }
        let mut database = self
            .database
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if database.is_none() {
            *database = Some(create(&self.path)?);
        }
        Ok(())
    }
}

fn create(path: &Path) -> Result<Database, JournalError> {
    Database::create(path).map_err(|cause| match cause {
        redb::DatabaseError::DatabaseAlreadyOpen => JournalError::InUse {
            path: path.to_owned(),
        },
        cause => storage(path, cause.into()),
    })
}

fn storage(path: &Path, cause: redb::Error) -> JournalError {
    let path = path.to_owned();
    match &cause {
        redb::Error::Io(io) if no_room(io) => JournalError::Full {
            path,
            cause: io.to_string(),
        },
        redb::Error::PreviousIo => JournalError::Full {
            path,
            cause: cause.to_string(),
        },
        _ => JournalError::Storage {
            path,
            cause: Box::new(cause),
        },
    }
}

fn no_room(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_client::Account;

    const JOB: JobId = JobId(3);

    fn root(byte: u8) -> StateRoot {
        StateRoot([byte; 32])
    }

    fn open() -> (tempfile::TempDir, Journal) {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open(directory.path(), [1; 32]).unwrap();
        (directory, journal)
    }

    fn flight(intent: Intent, nonce: u64) -> InFlight {
        let transaction = SignedTransaction {
            bytes: vec![9; 100],
            account: Account([1; 32]),
            nonce,
            birth: 5,
            expires: 68,
        };
        InFlight {
            job: JOB,
            intent,
            transaction,
        }
    }

    #[test]
    fn everything_survives_reopening() {
        let (directory, journal) = open();
        journal.begin(JOB, SegmentIndex(0), root(1)).unwrap();
        journal
            .record(JOB, SegmentIndex(0), IntervalIndex(0), root(2))
            .unwrap();
        journal
            .record(JOB, SegmentIndex(0), IntervalIndex(1), root(3))
            .unwrap();
        journal
            .keep(&flight(Intent::Commit(SegmentIndex(0)), 7))
            .unwrap();
        drop(journal);
        let journal = Journal::open(directory.path(), [1; 32]).unwrap();
        assert_eq!(
            journal.start_of(JOB, SegmentIndex(0)).unwrap(),
            Some(root(1))
        );
        assert_eq!(
            journal.intervals(JOB, SegmentIndex(0)).unwrap(),
            [root(2), root(3)]
        );
        assert_eq!(
            journal.transactions().unwrap(),
            [flight(Intent::Commit(SegmentIndex(0)), 7)]
        );
    }

    #[test]
    fn another_start_forgets_what_came_after() {
        let (_directory, journal) = open();
        for segment in 0..3 {
            journal
                .begin(JOB, SegmentIndex(segment), root(segment as u8))
                .unwrap();
            journal
                .record(JOB, SegmentIndex(segment), IntervalIndex(0), root(9))
                .unwrap();
        }
        journal.begin(JOB, SegmentIndex(1), root(1)).unwrap();
        assert_eq!(
            journal.intervals(JOB, SegmentIndex(2)).unwrap(),
            [root(9)],
            "the same start forgets nothing"
        );
        journal.begin(JOB, SegmentIndex(1), root(77)).unwrap();
        assert_eq!(journal.intervals(JOB, SegmentIndex(0)).unwrap(), [root(9)]);
        assert_eq!(journal.intervals(JOB, SegmentIndex(1)).unwrap(), []);
        assert_eq!(journal.start_of(JOB, SegmentIndex(2)).unwrap(), None);
    }

    #[test]
    fn a_gap_ends_the_intervals() {
        let (_directory, journal) = open();
        journal
            .record(JOB, SegmentIndex(0), IntervalIndex(0), root(1))
            .unwrap();
        journal
            .record(JOB, SegmentIndex(0), IntervalIndex(2), root(3))
            .unwrap();
        assert_eq!(journal.intervals(JOB, SegmentIndex(0)).unwrap(), [root(1)]);
    }

    #[test]
    fn a_state_is_removed_when_nobody_holds_it() {
        let (_directory, journal) = open();
        let other = JobId(4);
        journal.begin(JOB, SegmentIndex(0), root(1)).unwrap();
        journal.begin(other, SegmentIndex(0), root(1)).unwrap();
        for (interval, byte) in [(0, 2), (1, 3)] {
            journal
                .record(JOB, SegmentIndex(0), IntervalIndex(interval), root(byte))
                .unwrap();
        }
        assert_eq!(
            journal.release(JOB, &[root(1), root(3)]).unwrap(),
            [root(2)]
        );
        assert_eq!(
            journal.release(JOB, &[root(3)]).unwrap(),
            [],
            "the other job starts from it"
        );
        assert_eq!(journal.release(other, &[]).unwrap(), [root(1)]);
        assert_eq!(journal.jobs().unwrap(), [JOB].into());
        assert_eq!(journal.release(JOB, &[]).unwrap(), [root(3)]);
    }

    #[test]
    fn one_intent_is_kept_once_and_dropped() {
        let (_directory, journal) = open();
        journal.keep(&flight(Intent::Claim, 1)).unwrap();
        journal.keep(&flight(Intent::Claim, 2)).unwrap();
        journal.keep(&flight(Intent::Accept, 3)).unwrap();
        assert_eq!(journal.transactions().unwrap().len(), 2);
        journal.forget(JOB).unwrap();
        journal.drop_transaction(JOB, Intent::Claim).unwrap();
        assert_eq!(journal.transactions().unwrap(), [flight(Intent::Accept, 3)]);
    }

    #[test]
    fn a_second_worker_and_another_chain_are_refused() {
        let (directory, journal) = open();
        let error = Journal::open(directory.path(), [1; 32]).unwrap_err();
        assert!(matches!(error, JournalError::InUse { .. }), "{error}");
        drop(journal);
        let error = Journal::open(directory.path(), [2; 32]).unwrap_err();
        assert!(matches!(error, JournalError::OtherChain { .. }), "{error}");
        assert!(error.to_string().contains("--data-dir"));
    }
}
