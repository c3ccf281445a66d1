//! Hashes as users write them.

use subxt::utils::H256;

/// Text that is no hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash is 0x and 64 hexadecimal digits")]
pub struct ParseHashError;

/// Reads 64 hexadecimal digits, with or without 0x before them.
///
/// # Errors
/// [`ParseHashError`].
pub fn parse_hash(text: &str) -> Result<H256, ParseHashError> {
    let mut hash = [0; 32];
    let digits = text.strip_prefix("0x").unwrap_or(text);
    hex::decode_to_slice(digits, &mut hash).map_err(|_| ParseHashError)?;
    Ok(H256(hash))
}

/// The hash by which the chain names preimages, calls and runtimes.
pub fn blake2_256(bytes: &[u8]) -> H256 {
    H256(sp_crypto_hashing::blake2_256(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_have_64_digits() {
        let digits = "0f".repeat(32);
        assert_eq!(parse_hash(&digits), Ok(H256([15; 32])));
        assert_eq!(parse_hash(&format!("0x{digits}")), Ok(H256([15; 32])));
        for text in ["", "0x", "0x0f", &digits[1..], &digits.replace('f', "g")] {
            assert_eq!(parse_hash(text), Err(ParseHashError), "{text}");
        }
    }
}
