//! A database that outlives a failure of the disk.

use std::{
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use redb::{ReadTransaction, ReadableDatabase, WriteTransaction};

use super::JournalError;

/// A redb database that is opened again after a failure of the disk, which repairs it.
#[derive(Debug)]
pub(super) struct Database {
    /// None after a failure of the disk.
    open: RwLock<Option<redb::Database>>,
    path: PathBuf,
}

impl Database {
    pub(super) fn open(path: PathBuf) -> Result<Self, JournalError> {
        let open = RwLock::new(Some(create(&path)?));
        Ok(Self { open, path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Does work in one transaction, whole or not at all.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.with(|database| {
            let transaction = database.begin_write()?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })
    }

    /// Reads from one moment's content.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.with(|database| work(&database.begin_read()?))
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&redb::Database) -> Result<T, redb::Error>,
    ) -> Result<T, JournalError> {
        self.reopen()?;
        let database = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = database.as_ref() else {
            // Another thread's work failed since.
            return Err(JournalError::of(&self.path, redb::Error::PreviousIo));
        };
        let done = work(open);
        drop(database);
        done.map_err(|cause| self.failed(cause))
    }

    /// Closes the database if it was the disk that failed.
    fn failed(&self, cause: redb::Error) -> JournalError {
        if matches!(cause, redb::Error::Io(_) | redb::Error::PreviousIo) {
            *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        JournalError::of(&self.path, cause)
    }

    fn reopen(&self) -> Result<(), JournalError> {
        let is_open = self
            .open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some();
        if is_open {
            return Ok(());
        }
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.is_none() {
            *open = Some(create(&self.path)?);
        }
        Ok(())
    }
}

fn create(path: &Path) -> Result<redb::Database, JournalError> {
    redb::Database::create(path).map_err(|cause| JournalError::of_opening(path, cause))
}
