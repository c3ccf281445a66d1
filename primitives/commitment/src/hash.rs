//! The hash function and the bytes that separate its uses.

use sha3::Digest;

/// A Keccak-256 digest.
pub type Hash = [u8; 32];

/// Keccak-256 with the original padding (the one of Ethereum, not SHA3-256).
///
/// Every implementation must compute that function; the parameter only says by which code.
pub trait Keccak {
    /// The digest of the parts one after the other.
    fn hash(parts: &[&[u8]]) -> Hash;
}

/// Keccak-256 by the `sha3` crate: the reference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sha3;

impl Keccak for Sha3 {
    fn hash(parts: &[&[u8]]) -> Hash {
        let mut state = sha3::Keccak256::new();
        for part in parts {
            state.update(part);
        }
        state.finalize().into()
    }
}

/// First bytes of everything that is hashed.
pub(crate) mod domain {
    pub(crate) const TILE: u8 = 0x00;
    pub(crate) const NODE: u8 = 0x01;
    pub(crate) const TENSOR: u8 = 0x02;
    pub(crate) const STATE: u8 = 0x03;
    pub(crate) const PROGRAM: u8 = 0x04;
    pub(crate) const TRACE: u8 = 0x05;
    pub(crate) const PROGRAM_NODE: u8 = 0x06;
    pub(crate) const FOLD: u8 = 0x0a;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests published for Keccak-256; SHA3-256 of the empty string begins a7ffc6f8.
    #[test]
    fn is_keccak_and_not_sha3() {
        let empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470";
        let abc = "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45";
        assert_eq!(hex::encode(Sha3::hash(&[])), empty);
        assert_eq!(hex::encode(Sha3::hash(&[b"a", b"", b"bc"])), abc);
    }
}
