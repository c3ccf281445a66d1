//! What blocks hold.

use subxt::utils::H256;

use crate::{ChainClient, ChainError};

/// An extrinsic in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extrinsic {
    /// Its place in the block.
    pub index: u32,
    /// The pallet that it calls.
    pub pallet: String,
    /// The call's name.
    pub name: String,
    /// The call's arguments, SCALE-encoded one after the other.
    pub arguments: Vec<u8>,
    /// Its bytes in the block.
    pub length: u32,
}

impl ChainClient {
    /// The extrinsics of a block, in order. A node has the blocks themselves for ever, and so these, other than a block's
    /// state and events. They are read by the metadata of the newest block.
    ///
    /// # Errors
    /// [`ChainError::Refused`] if the node does not have the block, [`ChainError::Incompatible`] if an extrinsic is of
    /// another form than the runtime's, else what the connection says.
    pub async fn extrinsics(&self, block: H256) -> Result<Vec<Extrinsic>, ChainError> {
        let what = "chain_getBlock";
        let ask = || self.rpc.methods.chain_get_block(Some(block));
        let details = self.rpc.request(what, ask).await?;
        let details = details.ok_or_else(|| ChainError::Refused {
            request: what.to_owned(),
            cause: "the node does not have the block".to_owned(),
        })?;
        let bytes = details.block.extrinsics.into_iter().map(|bytes| bytes.0);
        let best = self.heads().borrow().best;
        let at = self.at(best).await?;
        let decoded = at.extrinsics().from_bytes(bytes.collect()).await;
        let read = decoded.iter().map(|extrinsic| {
            let extrinsic = extrinsic
                .map_err(|cause| ChainError::incompatible("an extrinsic of a block", cause))?;
            Ok(Extrinsic {
                index: number(extrinsic.index()),
                pallet: extrinsic.pallet_name().to_owned(),
                name: extrinsic.call_name().to_owned(),
                arguments: extrinsic.call_data_field_bytes().to_vec(),
                length: number(extrinsic.bytes().len()),
            })
        });
        read.collect()
    }
}

/// Blocks are smaller than 2^32 bytes.
fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
