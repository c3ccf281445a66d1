//! What became of a transaction in its block.

use codec::Decode;
use subxt::{error::DispatchError, events::Phase};

use crate::{client::AtBlock, Account, ChainClient, ChainError, Head};

/// A transaction in a block, where it succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Included {
    /// The block.
    pub block: Head,
    /// Its place in the block.
    pub index: u32,
    /// What it made happen.
    pub events: Vec<Event>,
}

/// Something that happened on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The pallet.
    pub pallet: String,
    /// The event's name.
    pub name: String,
    /// Its fields, SCALE-encoded one after the other.
    pub fields: Vec<u8>,
}

impl Included {
    /// Whether an event of this name is among those that it made happen.
    pub fn has(&self, pallet: &str, name: &str) -> bool {
        self.find(pallet, name).is_some()
    }

    fn find(&self, pallet: &str, name: &str) -> Option<&Event> {
        let mut events = self.events.iter();
        events.find(|event| event.pallet == pallet && event.name == name)
    }

    /// The first fields of the first event of this name.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if there is none or its fields are of other types.
    pub fn event<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, ChainError> {
        let label = || format!("the event {pallet}.{name}");
        let event = self
            .find(pallet, name)
            .ok_or_else(|| ChainError::incompatible(label(), "the transaction emitted none"))?;
        T::decode(&mut &event.fields[..]).map_err(|cause| ChainError::incompatible(label(), cause))
    }

    /// The fee paid.
    ///
    /// # Errors
    /// As [`event`](Self::event).
    pub fn fee(&self) -> Result<u128, ChainError> {
        let (_, fee, _): (Account, u128, u128) =
            self.event("TransactionPayment", "TransactionFeePaid")?;
        Ok(fee)
    }
}

impl ChainClient {
    /// What the extrinsic in that place of a block made happen. A node keeps this only for its newest blocks.
    ///
    /// # Errors
    /// [`ChainError::Failed`] with the error it failed with, [`ChainError::Incompatible`] if the block's events are of
    /// another form, else what the connection says.
    pub async fn outcome(&self, block: Head, index: u32) -> Result<Included, ChainError> {
        let at = self.at(block).await?;
        let events = at
            .events()
            .fetch()
            .await
            .map_err(|cause| self.of_subxt("the block's events", &cause))?;
        let mut own = Vec::new();
        for event in events.iter() {
            let event =
                event.map_err(|cause| ChainError::incompatible("the block's events", cause))?;
            if event.phase() != Phase::ApplyExtrinsic(index) {
                continue;
            }
            if (event.pallet_name(), event.event_name()) == ("System", "ExtrinsicFailed") {
                return Err(failure(&at, event.field_bytes()));
            }
            let (pallet, name) = (
                event.pallet_name().to_owned(),
                event.event_name().to_owned(),
            );
            own.push(Event {
                pallet,
                name,
                fields: event.field_bytes().to_vec(),
            });
        }
        Ok(Included {
            block,
            index,
            events: own,
        })
    }
}

/// The error of a failed transaction in the pallet's own words.
fn failure(at: &AtBlock, fields: &[u8]) -> ChainError {
    let plain = |name: String| ChainError::Failed {
        pallet: "System".to_owned(),
        docs: name.clone(),
        name,
    };
    match DispatchError::decode_from(fields, at.metadata()) {
        Ok(DispatchError::Module(error)) => match error.details() {
            Ok(details) => ChainError::Failed {
                pallet: details.pallet.name().to_owned(),
                name: details.variant.name.clone(),
                docs: details.variant.docs.join(" ").trim().to_owned(),
            },
            Err(cause) => plain(cause.to_string()),
        },
        Ok(error) => plain(error.to_string()),
        Err(cause) => ChainError::incompatible("System.ExtrinsicFailed", cause),
    }
}
