//! Signed transactions that are not known to be final.

use assay_client::SignedTransaction;
use assay_protocol::JobId;
use codec::{Decode, DecodeAll, Encode};
use redb::{ReadableTable, TableDefinition, WriteTransaction};

use super::{Journal, JournalError};
use crate::Intent;

/// Signed transactions by job and intent.
const TRANSACTIONS: TableDefinition<(u64, &[u8]), &[u8]> = TableDefinition::new("transactions");

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

impl InFlight {
    fn read(job: u64, intent: &[u8], transaction: &[u8]) -> Result<Self, codec::Error> {
        Ok(Self {
            job: JobId(job),
            intent: Intent::decode_all(&mut &*intent)?,
            transaction: SignedTransaction::decode(&mut &*transaction)?,
        })
    }
}

pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(TRANSACTIONS)?;
    Ok(())
}

impl Journal {
    /// Keeps a signed transaction, before it is sent.
    ///
    /// # Errors
    /// What the disk says; nothing is changed then.
    pub fn keep(&self, flight: &InFlight) -> Result<(), JournalError> {
        let (key, value) = (flight.intent.encode(), flight.transaction.encode());
        self.database.write(|transaction| {
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
        self.database.write(|transaction| {
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
        self.database.read(|transaction| {
            let table = transaction.open_table(TRANSACTIONS)?;
            let mut all = Vec::new();
            for entry in table.iter()? {
                let (key, value) = entry?;
                let (job, intent) = key.value();
                all.extend(InFlight::read(job, intent, value.value()).ok());
            }
            Ok(all)
        })
    }
}
