//! A number that nobody else knows.

use redb::ReadableTable;

use super::{Journal, JournalError, META};

const SALT: &str = "salt";

impl Journal {
    /// The journal's secret number: `fresh` the first time, the same ever after.
    ///
    /// # Errors
    /// What the disk says.
    pub fn salt(&self, fresh: [u8; 32]) -> Result<[u8; 32], JournalError> {
        self.database.write(|transaction| {
            let mut meta = transaction.open_table(META)?;
            let kept = meta
                .get(SALT)?
                .and_then(|kept| <[u8; 32]>::try_from(kept.value()).ok());
            match kept {
                Some(salt) => Ok(salt),
                None => {
                    meta.insert(SALT, &fresh[..])?;
                    Ok(fresh)
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_salt_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let journal = Journal::open(directory.path(), [0; 32]).unwrap();
        assert_eq!(journal.salt([1; 32]).unwrap(), [1; 32]);
        drop(journal);
        let journal = Journal::open(directory.path(), [0; 32]).unwrap();
        assert_eq!(journal.salt([2; 32]).unwrap(), [1; 32]);
    }
}
