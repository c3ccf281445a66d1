//! The program header as the chain stores it.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{ConstantsRoot, NodeTreeRoot, ProgramRoot};

/// Bytes of the fixed-width encoding that the program root hashes.
pub const HEADER_BYTES: usize = 84;

/// Domain prefix of a program root.
const PROGRAM_PREFIX: u8 = 0x04;

/// What the program root binds besides the nodes.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq,
    Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
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
        let mut bytes = [0; HEADER_BYTES];
        let fields = self
            .version
            .to_le_bytes()
            .into_iter()
            .chain(self.flags.to_le_bytes())
            .chain(self.seed)
            .chain(self.nodes.to_le_bytes())
            .chain(self.slots.to_le_bytes())
            .chain(self.inputs.to_le_bytes())
            .chain(self.constants.to_le_bytes())
            .chain(self.constants_root.0);
        bytes.iter_mut().zip(fields).for_each(|(to, from)| *to = from);
        bytes
    }

    /// `H(0x04 | header | node tree root)`.
    pub fn program_root(
        &self,
        nodes: &NodeTreeRoot,
        hash: impl Fn(&[u8]) -> [u8; 32],
    ) -> ProgramRoot {
        let mut bytes = alloc::vec::Vec::with_capacity(HEADER_BYTES.saturating_add(33));
        bytes.push(PROGRAM_PREFIX);
        bytes.extend_from_slice(&self.encode_fixed());
        bytes.extend_from_slice(nodes.as_bytes());
        ProgramRoot(hash(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(bytes[..], header.encode()[..], "SCALE is fixed width here as well");
    }

    #[test]
    fn the_root_hashes_prefix_header_and_tree() {
        let header = ProgramHeader::default();
        let root = header.program_root(&NodeTreeRoot([9; 32]), |bytes| {
            assert_eq!(bytes.len(), 1 + HEADER_BYTES + 32);
            assert_eq!((bytes[0], bytes[116]), (0x04, 9));
            [1; 32]
        });
        assert_eq!(root, ProgramRoot([1; 32]));
    }
}
