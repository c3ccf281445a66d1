//! Why the journal cannot be used.

use std::{
    io,
    path::{Path, PathBuf},
};

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

    /// Of a database that could not be opened.
    pub(super) fn of_opening(path: &Path, cause: redb::DatabaseError) -> Self {
        match cause {
            redb::DatabaseError::DatabaseAlreadyOpen => Self::InUse {
                path: path.to_owned(),
            },
            cause => Self::of(path, cause.into()),
        }
    }

    /// Of an open database.
    pub(super) fn of(path: &Path, cause: redb::Error) -> Self {
        let path = path.to_owned();
        match &cause {
            redb::Error::Io(io) if no_room(io) => Self::Full {
                path,
                cause: io.to_string(),
            },
            redb::Error::PreviousIo => Self::Full {
                path,
                cause: cause.to_string(),
            },
            _ => Self::Storage {
                path,
                cause: Box::new(cause),
            },
        }
    }
}

fn no_room(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), FileTooLarge | QuotaExceeded | StorageFull)
}
