//! The program header as the chain stores it.

use assay_commitment::Keccak;
use assay_program::Header;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{ConstantsRoot, NodeTreeRoot, ProgramRoot};

/// Bytes of the fixed-width encoding that the program root hashes.
pub const HEADER_BYTES: usize = Header::BYTES;

/// What the program root binds besides the nodes.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProgramHeader {
    /// Numerics version: the meaning of every operator.
    pub version: u16,
    /// Reserved; zero in version 1.
    pub flags: u16,
    /// Seed of the batch schedule.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::hash"))]
    pub seed: [u8; 32],
    /// Number of nodes, the final `Commit` included.
    pub nodes: u32,
    /// Number of state slots.
    pub slots: u32,
    /// Number of dataset tensors the program reads.
    pub inputs: u32,
    /// Number of constants.
    pub constants: u32,
    /// Root over the constants' tensor roots.
    pub constants_root: ConstantsRoot,
}

impl ProgramHeader {
    /// The fixed-width little-endian encoding, fields in order.
    pub fn encode_fixed(&self) -> [u8; HEADER_BYTES] {
        Header::from(*self).encode()
    }

    /// `H(0x04 | header | node tree root)`.
    pub fn program_root<K: Keccak>(&self, nodes: &NodeTreeRoot) -> ProgramRoot {
        assay_commitment::program_root::<K>(&self.encode_fixed(), nodes.0).into()
    }
}

impl From<Header> for ProgramHeader {
    fn from(header: Header) -> Self {
        let Header {
            version,
            flags,
            seed,
            nodes,
            slots,
            inputs,
            constants,
            constants_root,
        } = header;
        let constants_root = ConstantsRoot(constants_root);
        Self {
            version,
            flags,
            seed,
            nodes,
            slots,
            inputs,
            constants,
            constants_root,
        }
    }
}

impl From<ProgramHeader> for Header {
    fn from(header: ProgramHeader) -> Self {
        let ProgramHeader {
            version,
            flags,
            seed,
            nodes,
            slots,
            inputs,
            constants,
            constants_root,
        } = header;
        let constants_root = constants_root.0;
        Self {
            version,
            flags,
            seed,
            nodes,
            slots,
            inputs,
            constants,
            constants_root,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_commitment::Sha3;

    #[test]
    fn fields_lie_at_their_offsets() {
        let header = ProgramHeader {
            version: 0x0201,
            flags: 0x0403,
            seed: [0x55; 32],
            nodes: 0x0d0c_0b0a,
            slots: 1,
            inputs: 2,
            constants: 3,
            constants_root: ConstantsRoot([0x77; 32]),
        };
        let bytes = header.encode_fixed();
        assert_eq!(bytes[..4], [1, 2, 3, 4]);
        assert_eq!(bytes[4..36], [0x55; 32]);
        assert_eq!(bytes[36..40], [0x0a, 0x0b, 0x0c, 0x0d]);
        assert_eq!(bytes[40..52], [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(bytes[52..], [0x77; 32]);
        assert_eq!(
            bytes[..],
            header.encode()[..],
            "SCALE is fixed width here as well"
        );
    }

    #[test]
    fn the_root_hashes_prefix_header_and_tree() {
        let header = ProgramHeader::default();
        let mut bytes = vec![0x04];
        bytes.extend(header.encode_fixed());
        bytes.extend([9; 32]);
        assert_eq!(
            header.program_root::<Sha3>(&NodeTreeRoot([9; 32])),
            ProgramRoot(Sha3::hash(&[&bytes]))
        );
    }
}
