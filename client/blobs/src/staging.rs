//! Where a process writes what is not a blob yet.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicU64, Ordering},
        Arc,
    },
};

use bytes::Bytes;
use object_store::{path::Path as ObjectPath, ObjectStore, ObjectStoreExt, PutPayload};

/// The directory of all processes' unfinished files.
const UNFINISHED: &str = "unfinished";

/// The file whose lock says that a directory is in use.
const LOCK: &str = "lock";

/// One process's directory in a store, `unfinished/<number>`. Its lock goes with the process, however that ends, and lets
/// the next one remove what was left.
#[derive(Debug)]
pub(crate) struct Staging {
    directory: PathBuf,
    prefix: ObjectPath,
    next: AtomicU64,
    _lock: File,
}

impl Staging {
    /// A directory of its own, after removing those whose process is gone.
    pub(crate) fn open(store: &Path) -> io::Result<Self> {
        let all = store.join(UNFINISHED);
        fs::create_dir_all(&all)?;
        // Until this returns nobody else comes or clears up.
        let door = lock_file(&all)?;
        door.lock()?;
        remove_abandoned(&all)?;
        let number = free_number(&all)?;
        let directory = all.join(number.to_string());
        fs::create_dir(&directory)?;
        let lock = lock_file(&directory)?;
        lock.lock()?;
        Ok(Self {
            directory,
            prefix: ObjectPath::from_iter([UNFINISHED, &number.to_string()]),
            next: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// A path in the store that nobody else writes to.
    fn path(&self) -> ObjectPath {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.prefix.clone().join(number.to_string())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.directory) {
            tracing::debug!(%error, "unfinished blobs stay until the store is opened again");
        }
    }
}

fn lock_file(directory: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    options.open(directory.join(LOCK))
}

/// Removes the directories of processes that are gone.
fn remove_abandoned(all: &Path) -> io::Result<()> {
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && is_abandoned(&entry.path())? {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn is_abandoned(directory: &Path) -> io::Result<bool> {
    match lock_file(directory)?.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The least number without a directory.
fn free_number(all: &Path) -> io::Result<u64> {
    let mut number = 0;
    while all.join(number.to_string()).try_exists()? {
        number += 1;
    }
    Ok(number)
}

/// A blob on its way into a store: written beside it, and put into its place once its root is known to be right.
#[derive(Debug)]
pub(crate) struct Draft {
    store: Arc<dyn ObjectStore>,
    /// Where it is written, in a store that does not hide unfinished objects by itself.
    staged: Option<(Arc<Staging>, ObjectPath)>,
    place: ObjectPath,
}

impl Draft {
    pub(crate) fn new(
        store: Arc<dyn ObjectStore>,
        staging: Option<&Arc<Staging>>,
        place: ObjectPath,
    ) -> Self {
        let staged = staging.map(|staging| (staging.clone(), staging.path()));
        Self {
            store,
            staged,
            place,
        }
    }

    /// Where to write.
    pub(crate) fn path(&self) -> &ObjectPath {
        self.staged.as_ref().map_or(&self.place, |(_, path)| path)
    }

    /// Writes all of the blob and puts it into its place.
    pub(crate) async fn put(&self, bytes: Bytes) -> object_store::Result<()> {
        self.store.put(self.path(), PutPayload::from(bytes)).await?;
        self.publish().await
    }

    /// Puts what was written into its place, atomically.
    pub(crate) async fn publish(&self) -> object_store::Result<()> {
        let Some((_, path)) = &self.staged else {
            return Ok(());
        };
        let renamed = self.store.rename(path, &self.place).await;
        if renamed.is_err() {
            if let Err(error) = self.store.delete(path).await {
                tracing::debug!(%path, %error, "an unfinished blob could not be removed");
            }
        }
        renamed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(store: &Path) -> Vec<String> {
        let entries = fs::read_dir(store.join(UNFINISHED)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut numbers: Vec<_> = names.filter(|name| name != LOCK).collect();
        numbers.sort();
        numbers
    }

    #[test]
    fn only_what_has_no_owner_is_removed() {
        let store = tempfile::tempdir().unwrap();
        let first = Staging::open(store.path()).unwrap();
        let abandoned = store.path().join(UNFINISHED).join("1");
        fs::create_dir(&abandoned).unwrap();
        fs::write(abandoned.join("0#1"), b"half").unwrap();
        fs::write(first.directory.join("0#1"), b"half").unwrap();
        let second = Staging::open(store.path()).unwrap();
        assert_eq!(numbers(store.path()), ["0", "1"]);
        assert!(first.directory.join("0#1").exists(), "its owner is here");
        assert!(!abandoned.join("0#1").exists());
        drop((first, second));
        assert_eq!(numbers(store.path()), [""; 0]);
    }

    #[test]
    fn no_two_writers_share_a_path() {
        let store = tempfile::tempdir().unwrap();
        let (first, second) = (
            Staging::open(store.path()).unwrap(),
            Staging::open(store.path()).unwrap(),
        );
        let mut paths = [first.path(), first.path(), second.path(), second.path()].to_vec();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), 4);
    }
}
