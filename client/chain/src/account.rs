//! Accounts and what they hold.

use std::{fmt, str::FromStr};

use assay_protocol::Balance;
use codec::{Decode, Encode, MaxEncodedLen};
use serde::{Deserialize, Serialize};
use subxt::{ext::scale_decode::DecodeAsType, utils::AccountId32};

/// An account: 32 bytes, shown as an SS58 address.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, DecodeAsType, MaxEncodedLen,
)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Account(pub [u8; 32]);

/// Text that is no account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no account; write an SS58 address, or 0x and 64 hexadecimal digits")]
pub struct ParseAccountError {
    /// What was given.
    pub text: String,
}

impl FromStr for Account {
    type Err = ParseAccountError;

    fn from_str(text: &str) -> Result<Self, ParseAccountError> {
        let wrong = || ParseAccountError {
            text: text.to_owned(),
        };
        if let Some(digits) = text.strip_prefix("0x") {
            let mut bytes = [0; 32];
            return hex::decode_to_slice(digits, &mut bytes)
                .map(|()| Self(bytes))
                .map_err(|_| wrong());
        }
        AccountId32::from_str(text)
            .map(|id| Self(id.0))
            .map_err(|_| wrong())
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&AccountId32(self.0), f)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Account> for AccountId32 {
    fn from(account: Account) -> Self {
        Self(account.0)
    }
}

impl Serialize for Account {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// What the chain keeps of an account, in the order of its storage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct AccountInfo {
    /// Transactions made.
    pub nonce: u32,
    /// Reasons for which it must stay.
    pub consumers: u32,
    /// Reasons for which it may exist.
    pub providers: u32,
    /// Reasons for which it exists of itself.
    pub sufficients: u32,
    /// Neither on hold nor reserved; part of it may be frozen.
    pub free: Balance,
    /// On hold: escrow, stake, collateral, deposits.
    pub held: Balance,
    /// Part of the whole that cannot be spent.
    pub frozen: Balance,
    /// Flags of the balances pallet.
    pub flags: u128,
}

impl AccountInfo {
    /// Everything that belongs to the account.
    pub const fn total(&self) -> Balance {
        self.free.saturating_add(self.held)
    }

    /// Whether the account exists.
    pub const fn exists(&self) -> bool {
        self.providers > 0 || self.sufficients > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn both_forms_are_read() {
        let alice: Account = ALICE.parse().unwrap();
        assert_eq!(alice.to_string(), ALICE);
        assert_eq!(format!("0x{}", hex::encode(alice.0)).parse(), Ok(alice));
        assert_eq!(
            serde_json::to_string(&alice).unwrap(),
            format!("\"{ALICE}\"")
        );
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "0x",
            "0x00",
            "Alice",
            &ALICE[1..],
            &ALICE.replace('K', "L"),
        ] {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }
}
