//! A call by name, with arguments from shared types.

use codec::Encode;
use subxt::{
    ext::scale_encode::{self, EncodeAsFields, FieldIter, TypeResolver},
    transactions::Payload,
};

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

    /// `Pallet.call`.
    pub fn label(&self) -> String {
        format!("{}.{}", self.pallet, self.name)
    }

    /// The encoded arguments.
    pub fn arguments(&self) -> &[u8] {
        &self.arguments.0
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
