//! The header: what a chain stores of a program.

use crate::codec::{DecodeError, Reader};
use assay_numerics::VERSION;

/// What the chain stores of a program; 84 bytes, little endian, fields in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Numerics version.
    pub version: u16,
    /// 0 in version 1.
    pub flags: u16,
    /// Seed of the batch schedule and of random operators.
    pub seed: [u8; 32],
    /// Number of nodes, `Commit` included; at most 2^14.
    pub nodes: u32,
    /// Number of state slots, at least 1.
    pub slots: u32,
    /// Number of dataset tensors.
    pub inputs: u32,
    /// Number of constants.
    pub constants: u32,
    /// Tree root over the constants' tensor roots; 32 zero bytes if there are none.
    pub constants_root: [u8; 32],
}

/// Which rule a header breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Another numerics version than this code defines.
    #[error("numerics version {found} is not known; this code defines version {VERSION}")]
    Version {
        /// The header's version.
        found: u16,
    },
    /// A flag that version 1 does not know.
    #[error("flags {found:#06x} are reserved and must be 0")]
    Flags {
        /// The header's flags.
        found: u16,
    },
    /// A count outside its limits.
    #[error("{found} {what}; a program has {least} to {most}")]
    Count {
        /// What is counted.
        what: Counted,
        /// Fewest allowed.
        least: u32,
        /// Most allowed.
        most: u32,
        /// The header's count.
        found: u32,
    },
    /// No constants, yet a root over some.
    #[error("a program without constants must have 32 zero bytes as its constants root")]
    ConstantsRoot,
}

/// What a header counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Nodes, `Commit` included.
    Nodes,
    /// State slots.
    Slots,
    /// Dataset tensors.
    Inputs,
    /// Constants.
    Constants,
}

impl core::fmt::Display for Counted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Nodes => "nodes",
            Self::Slots => "slots",
            Self::Inputs => "inputs",
            Self::Constants => "constants",
        })
    }
}

impl Header {
    /// Length of an encoding.
    pub const BYTES: usize = 84;
    /// Most nodes, `Commit` included.
    pub const MAX_NODES: u32 = 1 << 14;
    /// Most state slots.
    pub const MAX_SLOTS: u32 = 1 << 12;
    /// Most dataset tensors.
    pub const MAX_INPUTS: u32 = 16;
    /// Most constants.
    pub const MAX_CONSTANTS: u32 = 1 << 10;

    /// The fields one after the other.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let fields: [&[u8]; 8] = [
            &self.version.to_le_bytes(),
            &self.flags.to_le_bytes(),
            &self.seed,
            &self.nodes.to_le_bytes(),
            &self.slots.to_le_bytes(),
            &self.inputs.to_le_bytes(),
            &self.constants.to_le_bytes(),
            &self.constants_root,
        ];
        let mut bytes = [0; Self::BYTES];
        for (target, source) in bytes.iter_mut().zip(fields.into_iter().flatten()) {
            *target = *source;
        }
        bytes
    }

    /// Reads an encoding; any 84 bytes are one. Whether the values are allowed is for [`check`](Self::check) to say.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let header = Self::read(&mut reader)?;
        reader.end()?;
        Ok(header)
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Self, DecodeError> {
        Ok(Self {
            version: reader.u16()?,
            flags: reader.u16()?,
            seed: reader.array()?,
            nodes: reader.u32()?,
            slots: reader.u32()?,
            inputs: reader.u32()?,
            constants: reader.u32()?,
            constants_root: reader.array()?,
        })
    }

    /// Judges version, flags and counts.
    pub fn check(&self) -> Result<(), HeaderError> {
        if self.version != VERSION {
            return Err(HeaderError::Version {
                found: self.version,
            });
        }
        if self.flags != 0 {
            return Err(HeaderError::Flags { found: self.flags });
        }
        check_count(Counted::Slots, 1, Self::MAX_SLOTS, self.slots)?;
        // Room for a node for each slot, and for `Commit`.
        check_count(
            Counted::Nodes,
            self.slots.saturating_add(1),
            Self::MAX_NODES,
            self.nodes,
        )?;
        check_count(Counted::Inputs, 0, Self::MAX_INPUTS, self.inputs)?;
        check_count(Counted::Constants, 0, Self::MAX_CONSTANTS, self.constants)?;
        if self.constants == 0 && self.constants_root != [0; 32] {
            return Err(HeaderError::ConstantsRoot);
        }
        Ok(())
    }
}

fn check_count(what: Counted, least: u32, most: u32, found: u32) -> Result<(), HeaderError> {
    match (least..=most).contains(&found) {
        true => Ok(()),
        false => Err(HeaderError::Count {
            what,
            least,
            most,
            found,
        }),
    }
}
