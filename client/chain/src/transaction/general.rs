//! Transactions that nobody signs: the runtime authorises the call by what the call carries.

use subxt::{
    config::DefaultExtrinsicParamsBuilder,
    utils::{AccountId32, MultiSignature},
};

use super::{sign::checked_bytes, Submitted};
use crate::{Call, ChainClient, ChainError};

/// A general transaction: version 5, without signer, fee or nonce. The runtime's `authorize` of its call decides whether it
/// is valid; it may be sent by anybody and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneralTransaction {
    /// The whole extrinsic.
    pub bytes: Vec<u8>,
}

impl ChainClient {
    /// Wraps a call that the runtime authorises.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime lacks the call or takes other arguments.
    pub async fn general(&self, call: &Call) -> Result<GeneralTransaction, ChainError> {
        let heads = self.fetch_heads().await?;
        let at = self.at(heads.best).await?;
        checked_bytes(&at, call)?;
        let wrong = |cause| ChainError::incompatible(call.label(), cause);
        let params = DefaultExtrinsicParamsBuilder::new()
            .immortal()
            .nonce(0)
            .build();
        let mut general = at
            .transactions()
            .create_v5_signable_offline(call, params)
            .map_err(wrong)?;
        // No extension of this chain carries a signature, so that none of the bytes below goes into the transaction.
        let unsigned = general
            .sign_with_account_and_signature(
                &AccountId32([0; 32]),
                &MultiSignature::Sr25519([0; 64]),
            )
            .map_err(wrong)?;
        Ok(GeneralTransaction {
            bytes: unsigned.into_encoded(),
        })
    }

    /// Puts a general transaction into the node's pool.
    ///
    /// # Errors
    /// [`ChainError::Rejected`] if its call is not authorised now, or what the connection says.
    pub async fn submit_general(
        &self,
        transaction: &GeneralTransaction,
    ) -> Result<Submitted, ChainError> {
        self.put(&transaction.bytes, None).await
    }
}
