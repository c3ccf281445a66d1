//! Bytes on their way into a store, hashed as they pass.

use std::sync::Arc;

use object_store::MultipartUpload;

use crate::{staging::Draft, BlobId, Expected, Fault, StoreError, Verifier};

/// Bytes of a part: object stores ask for equal parts of at least 5 MiB.
const PART_BYTES: usize = 8 << 20;

/// A blob that is being written. It appears in the store only if [`finish`](Self::finish) finds its root right.
#[derive(Debug)]
pub struct VerifiedWriter {
    id: BlobId,
    verifier: Verifier,
    upload: Box<dyn MultipartUpload>,
    part: Vec<u8>,
    draft: Draft,
    place: Arc<str>,
}

impl VerifiedWriter {
    pub(crate) fn new(
        id: BlobId,
        expected: &Expected,
        upload: Box<dyn MultipartUpload>,
        draft: Draft,
        place: Arc<str>,
    ) -> Self {
        Self {
            id,
            verifier: expected.verifier(),
            upload,
            part: Vec::new(),
            draft,
            place,
        }
    }

    /// The blob.
    pub const fn id(&self) -> BlobId {
        self.id
    }

    /// Bytes written so far.
    pub const fn received(&self) -> u64 {
        self.verifier.received()
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// [`StoreError::Fault`] if there are too many, [`StoreError::Full`] if there is no room for them.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.verifier
            .update(bytes)
            .map_err(|fault| self.fault(fault))?;
        let mut rest = bytes;
        while self.part.len() + rest.len() >= PART_BYTES {
            let (now, later) = rest.split_at(PART_BYTES - self.part.len());
            self.part.extend_from_slice(now);
            rest = later;
            self.flush().await?;
        }
        self.part.extend_from_slice(rest);
        Ok(())
    }

    /// Checks the root and makes the blob visible, atomically.
    ///
    /// # Errors
    /// [`StoreError::Fault`] if the bytes are not the blob, [`StoreError::Full`] if there is no room for them. Either
    /// way nothing is left of them.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let verified = self
            .verifier
            .clone()
            .finish(&self.id.root)
            .map_err(|fault| self.fault(fault));
        let done = match verified {
            Ok(()) => self.complete().await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            self.abort().await;
        }
        done
    }

    /// Gives up and removes what was written.
    pub async fn abort(mut self) {
        if let Err(error) = self.upload.abort().await {
            tracing::debug!(id = %self.id, %error, "an unfinished blob could not be removed");
        }
    }

    async fn complete(&mut self) -> Result<(), StoreError> {
        if !self.part.is_empty() {
            self.flush().await?;
        }
        let done = match self.upload.complete().await {
            Ok(_) => self.draft.publish().await,
            Err(cause) => Err(cause),
        };
        done.map_err(|cause| StoreError::of(&self.place, self.id, cause))
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let part = std::mem::take(&mut self.part);
        let sent = self.upload.put_part(part.into()).await;
        sent.map_err(|cause| StoreError::of(&self.place, self.id, cause))
    }

    fn fault(&self, fault: Fault) -> StoreError {
        StoreError::Fault { id: self.id, fault }
    }
}
