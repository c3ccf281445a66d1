//! What must survive the death of the process at any instant.
//!
//! - The state root at each trained interval's end, under the state that its segment started from: roots are a function of
//!   that state, so they stay true as long as the chain goes on from it.
//! - Which job needs which state of the blob store.
//! - Every signed transaction that is not final, kept before it is sent: after a restart the same bytes are sent again, and
//!   their nonce lets them into the chain once.
//!
//! A checkpoint is in the blob store before its root is here, and an old one is removed only afterwards.

mod database;
mod error;
mod salt;
mod segments;
mod states;
#[cfg(test)]
mod tests;
mod transactions;

pub use error::JournalError;
pub use transactions::InFlight;

use std::path::Path;

use database::Database;
use redb::{ReadableTable, TableDefinition};

/// What the journal belongs to.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");

const GENESIS: &str = "genesis";

/// A worker's journal. It is used from several threads; each method is one transaction.
#[derive(Debug)]
pub struct Journal {
    database: Database,
}

impl Journal {
    /// Opens the journal in a directory, which must be of this chain.
    ///
    /// # Errors
    /// [`JournalError::InUse`], [`JournalError::OtherChain`], or what the disk says.
    pub fn open(directory: &Path, genesis: [u8; 32]) -> Result<Self, JournalError> {
        let database = Database::open(directory.join("journal.redb"))?;
        let journal = Self { database };
        match journal.bind(genesis)? {
            Some(found) if found != genesis => Err(JournalError::OtherChain {
                path: journal.database.path().to_owned(),
                found: format!("0x{}", hex::encode(found)),
                expected: format!("0x{}", hex::encode(genesis)),
            }),
            _ => Ok(journal),
        }
    }

    /// Makes what a new journal needs, and says which chain an old one was of.
    fn bind(&self, genesis: [u8; 32]) -> Result<Option<Vec<u8>>, JournalError> {
        self.database.write(|transaction| {
            segments::create(transaction)?;
            states::create(transaction)?;
            transactions::create(transaction)?;
            let mut meta = transaction.open_table(META)?;
            let found = meta.get(GENESIS)?.map(|found| found.value().to_vec());
            if found.is_none() {
                meta.insert(GENESIS, &genesis[..])?;
            }
            Ok(found)
        })
    }
}
