//! What an author's node tells the runtime: the newest block that it knows to be final.
//!
//! No importer can know what was final for the author, so a block is judged by the call's own rules alone, and nobody
//! need put a hint into a block.

use frame_support::inherent::InherentIdentifier;

/// Identifies the finalised number among a block's inherent data.
pub const INHERENT_IDENTIFIER: InherentIdentifier = *b"finality";

/// A finalised block's number.
pub type InherentType = u64;

/// Puts the finalised number into the inherent data of a block that is made.
#[cfg(feature = "std")]
#[derive(Clone, Copy, Debug)]
pub struct InherentDataProvider {
    finalised: InherentType,
}

#[cfg(feature = "std")]
impl InherentDataProvider {
    /// Of the newest block that the node knows to be final.
    pub fn new(finalised: impl Into<InherentType>) -> Self {
        Self {
            finalised: finalised.into(),
        }
    }
}

#[cfg(feature = "std")]
#[async_trait::async_trait]
impl sp_inherents::InherentDataProvider for InherentDataProvider {
    async fn provide_inherent_data(
        &self,
        data: &mut sp_inherents::InherentData,
    ) -> Result<(), sp_inherents::Error> {
        data.put_data(INHERENT_IDENTIFIER, &self.finalised)
    }

    async fn try_handle_error(
        &self,
        _: &InherentIdentifier,
        _: &[u8],
    ) -> Option<Result<(), sp_inherents::Error>> {
        None
    }
}
