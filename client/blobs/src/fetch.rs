//! Blobs from wherever they are.

use crate::{BlobId, BlobStore, Expected, FetchError, HttpClient};

/// A store and a client: makes sure that a blob is here.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Where blobs are kept.
    pub store: BlobStore,
    /// How they are fetched.
    pub http: HttpClient,
}

impl Fetcher {
    /// Fetches a blob into the store from the first of the `locations` (servers' base URLs) that has it, unless it is
    /// there already.
    ///
    /// # Errors
    /// [`FetchError::NoLocation`] if there is none to try, [`FetchError::Store`] if it cannot be stored, else
    /// [`FetchError::Everywhere`] with what each location did.
    pub async fn fetch(
        &self,
        id: &BlobId,
        expected: &Expected,
        locations: &[String],
    ) -> Result<(), FetchError> {
        if self.store.contains(id).await? {
            return Ok(());
        }
        let mut failures = Vec::new();
        for location in locations {
            match self.http.fetch(location, id, expected, &self.store).await {
                Ok(()) => return Ok(()),
                Err(error @ FetchError::Store(_)) => return Err(error),
                Err(error) => failures.push(error),
            }
        }
        if failures.is_empty() {
            return Err(FetchError::NoLocation { id: *id });
        }
        Err(FetchError::Everywhere { id: *id, failures })
    }

    /// Fetches a blob and reads it, checked again as it comes from the disk. A copy that the disk has altered is removed
    /// and fetched anew.
    ///
    /// # Errors
    /// As [`fetch`](Self::fetch).
    pub async fn read(
        &self,
        id: &BlobId,
        expected: &Expected,
        locations: &[String],
    ) -> Result<Vec<u8>, FetchError> {
        self.fetch(id, expected, locations).await?;
        match self.store.read(id, expected).await {
            Err(crate::StoreError::Fault { fault, .. }) => {
                tracing::warn!(%id, %fault, "the stored copy is damaged and is fetched again");
                self.store.remove(id).await?;
                self.fetch(id, expected, locations).await?;
                Ok(self.store.read(id, expected).await?)
            }
            read => Ok(read?),
        }
    }
}
