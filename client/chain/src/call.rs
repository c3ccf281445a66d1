//! A call by name, with arguments from shared types.

use codec::{Compact, Encode};
use subxt::{
    dynamic::Value,
    ext::scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    transactions::Payload,
};

use crate::{transaction::checked_bytes, At, ChainClient, ChainError};

/// Bytes of a call before its arguments: the pallet's index and its own.
const INDICES: usize = 2;

/// A call of the runtime: pallet and call by name, arguments SCALE-encoded.
///
/// Names become indices by the node's metadata, and the encoded arguments are decoded by the metadata's types before they
/// are signed, so that a runtime with other types refuses here and not on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pallet: &'static str,
    name: &'static str,
    arguments: Raw,
}

/// Bytes that are encoded already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(Vec<u8>);

impl Call {
    /// A call with its arguments as a tuple, encoded in the order of the call's parameters.
    pub fn new(pallet: &'static str, name: &'static str, arguments: impl Encode) -> Self {
        Self {
            pallet,
            name,
            arguments: Raw(arguments.encode()),
        }
    }

    /// A call whose arguments are encoded already.
    pub(crate) const fn encoded(pallet: &'static str, name: &'static str, bytes: Vec<u8>) -> Self {
        Self {
            pallet,
            name,
            arguments: Raw(bytes),
        }
    }

    /// `Pallet.call`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.pallet, self.name)
    }

    /// The encoded arguments.
    pub fn arguments(&self) -> &[u8] {
        &self.arguments.0
    }
}

/// What a call's bytes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallParts {
    /// The pallet.
    pub pallet: String,
    /// The call's name.
    pub name: String,
    /// The arguments, SCALE-encoded one after the other.
    pub arguments: Vec<u8>,
}

impl ChainClient {
    /// The bytes of a call as the runtime keeps them: two indices and the arguments.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime lacks the call or takes other arguments.
    pub async fn encode_call(&self, call: &Call) -> Result<Vec<u8>, ChainError> {
        let at = self.at(self.head(At::Best).await?).await?;
        checked_bytes(&at, call)
    }

    /// What the bytes of a call say, by the runtime's metadata.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if they are no call of the runtime's.
    pub async fn decode_call(&self, bytes: &[u8]) -> Result<CallParts, ChainError> {
        let at = self.at(self.head(At::Best).await?).await?;
        let payload = at.transactions().from_call_data_bytes(bytes);
        let payload = payload.map_err(|cause| ChainError::incompatible("the call", cause))?;
        Ok(CallParts {
            pallet: payload.pallet_name().to_owned(),
            name: payload.call_name().to_owned(),
            arguments: bytes.get(INDICES..).unwrap_or_default().to_vec(),
        })
    }

    /// One call that makes these in order, and none of them if one fails.
    ///
    /// # Errors
    /// As [`encode_call`](Self::encode_call).
    pub async fn batch(&self, calls: &[Call]) -> Result<Call, ChainError> {
        let at = self.at(self.head(At::Best).await?).await?;
        let count = u32::try_from(calls.len()).unwrap_or(u32::MAX);
        let mut arguments = Compact(count).encode();
        for call in calls {
            arguments.extend(checked_bytes(&at, call)?);
        }
        Ok(Call::encoded("Utility", "batch_all", arguments))
    }

    /// A call with arguments by the names of their variants and fields, which the runtime's metadata encodes.
    ///
    /// # Errors
    /// As [`encode_call`](Self::encode_call).
    pub(crate) async fn named_call(
        &self,
        pallet: &'static str,
        name: &'static str,
        arguments: Vec<Value>,
    ) -> Result<Call, ChainError> {
        let at = self.at(self.head(At::Best).await?).await?;
        let payload = subxt::dynamic::transaction(pallet, name, arguments);
        let bytes = at.transactions().call_data(&payload);
        let bytes =
            bytes.map_err(|cause| ChainError::incompatible(format!("{pallet}.{name}"), cause))?;
        let arguments = bytes.get(INDICES..).unwrap_or_default().to_vec();
        Ok(Call::encoded(pallet, name, arguments))
    }
}

impl EncodeAsFields for Raw {
    fn encode_as_fields_to<R: TypeResolver>(
        &self,
        _: &mut dyn FieldIter<'_, R::TypeId>,
        _: &R,
        out: &mut Vec<u8>,
    ) -> Result<(), scale_encode::Error> {
        out.extend_from_slice(&self.0);
        Ok(())
    }
}

impl Payload for Call {
    type CallData = Raw;

    fn pallet_name(&self) -> &str {
        self.pallet
    }

    fn call_name(&self) -> &str {
        self.name
    }

    fn call_data(&self) -> &Raw {
        &self.arguments
    }
}
