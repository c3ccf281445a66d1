//! A place where blobs lie under their roots.

use std::{ops::Range, path::Path, sync::Arc};

use bytes::Bytes;
use futures::{stream::BoxStream, StreamExt, TryStreamExt};
use object_store::{local::LocalFileSystem, path::Path as ObjectPath, ObjectStore, ObjectStoreExt};

use crate::{
    staging::{Draft, Staging},
    BlobId, BlobKind, Expected, StoreError, VerifiedWriter,
};

/// A directory or an object store that holds blobs under `kind/root`.
///
/// A blob is there whole or not at all: bytes are written beside it and renamed once their root is right. Any number of
/// processes may use a directory at a time.
/// Cloning is cheap; clones share the place.
#[derive(Clone, Debug)]
pub struct BlobStore {
    inner: Arc<dyn ObjectStore>,
    /// Where a directory's unfinished files lie; an object store hides its own.
    staging: Option<Arc<Staging>>,
    place: Arc<str>,
}

impl BlobStore {
    /// The store in a directory, which is made if it does not exist. What processes that are gone left unfinished is
    /// removed.
    ///
    /// # Errors
    /// [`StoreError::Directory`] if it cannot be used.
    pub fn local(directory: &Path) -> Result<Self, StoreError> {
        let place = directory.display().to_string();
        let unusable = |cause| StoreError::Directory {
            place: place.clone(),
            cause,
        };
        for kind in BlobKind::ALL {
            std::fs::create_dir_all(directory.join(kind.name())).map_err(unusable)?;
        }
        let staging = Staging::open(directory).map_err(unusable)?;
        let inner = LocalFileSystem::new_with_prefix(directory)
            .map_err(|cause| StoreError::of_store(&place, cause))?;
        Ok(Self {
            inner: Arc::new(inner),
            staging: Some(Arc::new(staging)),
            place: place.into(),
        })
    }

    /// The store at a location: a directory, or with the feature `s3` also `s3://bucket/prefix` with the usual
    /// `AWS_*` environment variables.
    ///
    /// # Errors
    /// [`StoreError::Location`] if it is neither, [`StoreError::Directory`] if the directory cannot be used.
    pub fn open(location: &str) -> Result<Self, StoreError> {
        match location.split_once("://") {
            None => Self::local(Path::new(location)),
            Some(_) => Self::remote(location),
        }
    }

    /// The store behind any `object_store` implementation; `place` names it in errors.
    pub fn new(inner: Arc<dyn ObjectStore>, place: &str) -> Self {
        Self {
            inner,
            staging: None,
            place: place.into(),
        }
    }

    #[cfg(feature = "s3")]
    fn remote(location: &str) -> Result<Self, StoreError> {
        let wrong = |cause: &dyn std::fmt::Display| StoreError::Location {
            location: location.to_owned(),
            cause: cause.to_string(),
        };
        let url = url::Url::parse(location).map_err(|cause| wrong(&cause))?;
        if url.scheme() != "s3" {
            return Err(wrong(&"its scheme is not s3"));
        }
        let bucket = object_store::aws::AmazonS3Builder::from_env()
            .with_url(location)
            .build()
            .map_err(|cause| wrong(&cause))?;
        let prefix = ObjectPath::from(url.path());
        Ok(Self::new(
            Arc::new(object_store::prefix::PrefixStore::new(bucket, prefix)),
            location,
        ))
    }

    #[cfg(not(feature = "s3"))]
    fn remote(location: &str) -> Result<Self, StoreError> {
        let cause = "this build knows directories only".to_owned();
        Err(StoreError::Location {
            location: location.to_owned(),
            cause,
        })
    }

    /// The directory or location, for messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Whether the blob is here.
    ///
    /// # Errors
    /// What the store says, other than that it has none.
    pub async fn contains(&self, id: &BlobId) -> Result<bool, StoreError> {
        Ok(self.size(id).await?.is_some())
    }

    /// The blob's length in bytes, if it is here.
    ///
    /// # Errors
    /// What the store says, other than that it has none.
    pub async fn size(&self, id: &BlobId) -> Result<Option<u64>, StoreError> {
        match self.inner.head(&path(id)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(cause) => Err(self.error(id, cause)),
        }
    }

    /// Begins a blob whose bytes come in pieces. Nothing is visible before [`VerifiedWriter::finish`].
    ///
    /// # Errors
    /// What the store says.
    pub async fn writer(
        &self,
        id: BlobId,
        expected: &Expected,
    ) -> Result<VerifiedWriter, StoreError> {
        let draft = self.draft(&id);
        let upload = self.inner.put_multipart(draft.path()).await;
        let upload = upload.map_err(|cause| self.error(&id, cause))?;
        let place = self.place.clone();
        Ok(VerifiedWriter::new(id, expected, upload, draft, place))
    }

    /// Stores bytes after checking that they are the blob.
    ///
    /// # Errors
    /// [`StoreError::Fault`] if they are not, [`StoreError::Full`] if there is no room.
    pub async fn put(
        &self,
        id: BlobId,
        expected: &Expected,
        bytes: impl Into<Bytes> + Send,
    ) -> Result<(), StoreError> {
        let bytes = bytes.into();
        expected
            .check(&id.root, &bytes)
            .map_err(|fault| StoreError::Fault { id, fault })?;
        self.put_computed(id, bytes).await
    }

    /// Stores bytes whose root the caller has just computed from these very bytes; they are not hashed again.
    ///
    /// # Errors
    /// [`StoreError::Full`] if there is no room, or what else the store says.
    pub async fn put_computed(
        &self,
        id: BlobId,
        bytes: impl Into<Bytes> + Send,
    ) -> Result<(), StoreError> {
        let put = self.draft(&id).put(bytes.into()).await;
        put.map_err(|cause| self.error(&id, cause))
    }

    /// The blob's bytes, checked again on the way: a disk may have changed them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Fault`] if the bytes are no longer the blob.
    pub async fn read(&self, id: &BlobId, expected: &Expected) -> Result<Vec<u8>, StoreError> {
        let fault = |fault| StoreError::Fault { id: *id, fault };
        let mut verifier = expected.verifier();
        let mut bytes = Vec::new();
        let mut pieces = self.stream(id, None).await?;
        while let Some(piece) = pieces.try_next().await? {
            verifier.update(&piece).map_err(fault)?;
            bytes.extend_from_slice(&piece);
        }
        verifier.finish(&id.root).map_err(fault)?;
        Ok(bytes)
    }

    /// The blob's bytes as they lie there, whole or a range of them. They were checked when they were stored.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or what else the store says.
    pub async fn stream(
        &self,
        id: &BlobId,
        range: Option<Range<u64>>,
    ) -> Result<BoxStream<'static, Result<Bytes, StoreError>>, StoreError> {
        let options = object_store::GetOptions {
            range: range.map(Into::into),
            ..Default::default()
        };
        let got = self
            .inner
            .get_opts(&path(id), options)
            .await
            .map_err(|cause| self.error(id, cause))?;
        let (store, id) = (self.clone(), *id);
        Ok(got
            .into_stream()
            .map_err(move |cause| store.error(&id, cause))
            .boxed())
    }

    /// Removes a blob; one that is not here is no error.
    ///
    /// # Errors
    /// What the store says.
    pub async fn remove(&self, id: &BlobId) -> Result<(), StoreError> {
        match self.inner.delete(&path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(self.error(id, cause)),
        }
    }

    /// The blobs of one kind, in no order.
    ///
    /// # Errors
    /// What the store says.
    pub async fn list(&self, kind: BlobKind) -> Result<Vec<BlobId>, StoreError> {
        let prefix = ObjectPath::from(kind.name());
        let found: Vec<_> = self
            .inner
            .list(Some(&prefix))
            .try_collect()
            .await
            .map_err(|cause| StoreError::of_store(&self.place, cause))?;
        Ok(found
            .iter()
            .filter_map(|meta| meta.location.as_ref().parse().ok())
            .collect())
    }

    fn draft(&self, id: &BlobId) -> Draft {
        Draft::new(self.inner.clone(), self.staging.as_ref(), path(id))
    }

    fn error(&self, id: &BlobId, cause: object_store::Error) -> StoreError {
        StoreError::of(&self.place, *id, cause)
    }
}

fn path(id: &BlobId) -> ObjectPath {
    ObjectPath::from(id.path())
}
