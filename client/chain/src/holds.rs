//! What of an account is on hold, and why.

use assay_protocol::Balance;
use serde::Serialize;
use subxt::{
    dynamic::{At as _, Value},
    ext::scale_value::ValueDef,
};

use crate::{Account, At, ChainClient, ChainError};

/// An amount on hold. The names are the runtime's own, read from its metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// The pallet that holds it.
    pub pallet: String,
    /// Why it does.
    pub reason: String,
    /// How much.
    #[serde(with = "assay_protocol::json::amount")]
    pub amount: Balance,
}

impl Hold {
    /// Of `{ id: Pallet(Reason), amount }`.
    fn read(value: &Value) -> Option<Self> {
        let pallet = value.at("id")?;
        Some(Self {
            pallet: name(pallet)?,
            reason: name(pallet.at(0)?)?,
            amount: value.at("amount")?.as_u128()?,
        })
    }
}

fn name(value: &Value) -> Option<String> {
    match &value.value {
        ValueDef::Variant(variant) => Some(variant.name.clone()),
        _ => None,
    }
}

impl ChainClient {
    /// What of an account is on hold, by reason.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime keeps holds in another form, else what the connection says.
    pub async fn holds(&self, account: &Account, at: At) -> Result<Vec<Hold>, ChainError> {
        let what = "Balances.Holds";
        let block = self.at(self.head(at).await?).await?;
        let address = subxt::dynamic::storage::<([u8; 32],), Vec<Value>>("Balances", "Holds");
        let found = block.storage().try_fetch(address, (account.0,)).await;
        let Some(found) = found.map_err(|cause| self.of_subxt(what, &cause))? else {
            return Ok(Vec::new());
        };
        let holds = found
            .decode()
            .map_err(|cause| ChainError::incompatible(what, cause))?;
        let holds: Option<Vec<_>> = holds.iter().map(Hold::read).collect();
        holds.ok_or_else(|| ChainError::incompatible(what, "a hold without reason or amount"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_read_by_name() {
        let reason = Value::unnamed_variant("Escrow", []);
        let id = Value::unnamed_variant("Jobs", [reason]);
        let value = Value::named_composite([("id", id), ("amount", Value::u128(7))]);
        let expected = Hold {
            pallet: "Jobs".to_owned(),
            reason: "Escrow".to_owned(),
            amount: 7,
        };
        assert_eq!(Hold::read(&value), Some(expected));
        assert_eq!(Hold::read(&Value::u128(7)), None);
    }
}
