//! Reading the chain's storage by name, decoded by the runtime's own metadata.
//!
//! For pallets of the SDK, whose types are none of ours: what is read are the fields and variants that this crate names.

use subxt::{
    dynamic::Value,
    error::StorageError,
    ext::{
        frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
        scale_decode::DecodeAsType,
    },
    storage::PrefixOf,
};

use crate::{At, ChainClient, ChainError};

impl ChainClient {
    /// A value, or a map's entry, if the chain has stored one.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime keeps it in another form, else what the connection says.
    pub(crate) async fn entry<T: DecodeAsType>(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoEncodableValues + IntoDecodableValues + Clone,
        at: At,
    ) -> Result<Option<T>, ChainError> {
        let what = || format!("{pallet}.{item}");
        let of_subxt = |cause: StorageError| self.of_subxt(&what(), &cause);
        let block = self.at(self.head(at).await?).await?;
        let storage = block.storage();
        let entry = storage.entry(subxt::dynamic::storage::<_, T>(pallet, item));
        let entry = entry.map_err(of_subxt)?;
        // Of an item with a default the library gives that where nothing is stored.
        if entry.default_value().is_some() {
            let key = entry.fetch_key(keys.clone()).map_err(of_subxt)?;
            match storage.fetch_raw(key).await {
                Err(StorageError::NoValueFound) => return Ok(None),
                stored => stored.map_err(of_subxt)?,
            };
        }
        let found = entry.try_fetch(keys).await.map_err(of_subxt)?;
        let decoded = found.map(|found| found.decode()).transpose();
        decoded.map_err(|cause| ChainError::incompatible(what(), cause))
    }

    /// How many entries a map has whose keys begin with these.
    ///
    /// # Errors
    /// What the connection says.
    pub(crate) async fn count<Keys: IntoEncodableValues + IntoDecodableValues>(
        &self,
        pallet: &str,
        item: &str,
        first: impl PrefixOf<Keys>,
        at: At,
    ) -> Result<u32, ChainError> {
        let of_subxt = |cause: StorageError| self.of_subxt(&format!("{pallet}.{item}"), &cause);
        let block = self.at(self.head(at).await?).await?;
        let address = subxt::dynamic::storage::<Keys, Value>(pallet, item);
        let entries = block.storage().iter(address, first).await;
        let mut entries = entries.map_err(of_subxt)?;
        let mut count = 0_u32;
        while let Some(entry) = entries.next().await {
            entry.map_err(of_subxt)?;
            count = count.saturating_add(1);
        }
        Ok(count)
    }

    /// As [`entry`](Self::entry), the bytes alone.
    pub(crate) async fn entry_bytes(
        &self,
        pallet: &str,
        item: &str,
        keys: impl IntoEncodableValues + IntoDecodableValues,
        at: At,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        let of_subxt = |cause: StorageError| self.of_subxt(&format!("{pallet}.{item}"), &cause);
        let block = self.at(self.head(at).await?).await?;
        let storage = block.storage();
        let entry = storage.entry(subxt::dynamic::storage::<_, Value>(pallet, item));
        let key = entry
            .and_then(|entry| entry.fetch_key(keys))
            .map_err(of_subxt)?;
        match storage.fetch_raw(key).await {
            Err(StorageError::NoValueFound) => Ok(None),
            stored => stored.map(Some).map_err(of_subxt),
        }
    }
}
