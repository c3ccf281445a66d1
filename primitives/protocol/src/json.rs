//! JSON forms: amounts as decimal strings (JavaScript has no u128), hashes as 0x-prefixed hex.

/// `u128` as a decimal string, for `serde(with)`.
pub mod amount {
    use alloc::string::{String, ToString};
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    /// Writes one.
    pub fn serialize<S: Serializer>(amount: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&amount.to_string())
    }

    /// Reads one.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// 32 bytes as 0x-prefixed hex, for `serde(with)`.
pub mod hash {
    use alloc::{format, string::String};
    use serde::{de::Error, Deserialize, Deserializer, Serializer};

    /// Writes one.
    pub fn serialize<S: Serializer>(hash: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("0x{}", hex::encode(hash)))
    }

    /// Reads one.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = text
            .strip_prefix("0x")
            .ok_or_else(|| D::Error::custom("expected 0x and 64 hex digits"))?;
        let mut hash = [0; 32];
        hex::decode_to_slice(digits, &mut hash).map_err(D::Error::custom)?;
        Ok(hash)
    }
}
