//! A node's encoding, which is also what its leaf in the program root hashes:
//! `op u16 | attributes length u16 | attributes | stream u32 | output count u8 = 1 | type | input count u8`, then for each
//! input `kind u8 | index u32 | type`.

use super::{write_type, DecodeError, Reader};
use crate::{Input, Node, Source};
use alloc::vec::Vec;
use assay_numerics::{Op, Operation};

/// Version 1 has operators of one output only.
const OUTPUTS: u8 = 1;

impl Node {
    /// The node's encoding. It can be decoded again if the node passes [`Node::check`]; of others only that nothing panics
    /// is promised.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    /// Reads an encoding that fills `bytes`. Encoding the result gives the same bytes. The node is well formed but not
    /// judged: see [`Node::check`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let node = Self::read(&mut reader)?;
        reader.end()?;
        Ok(node)
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut attributes = Vec::new();
        self.op.encode_attributes(&mut attributes);
        out.extend_from_slice(&self.op.code().to_le_bytes());
        out.extend_from_slice(
            &u16::try_from(attributes.len())
                .unwrap_or(u16::MAX)
                .to_le_bytes(),
        );
        out.extend_from_slice(&attributes);
        out.extend_from_slice(&self.stream.to_le_bytes());
        out.push(OUTPUTS);
        write_type(self.output, out);
        out.push(u8::try_from(self.inputs.len()).unwrap_or(u8::MAX));
        for input in &self.inputs {
            let (kind, index) = input.source.code();
            out.push(kind);
            out.extend_from_slice(&index.to_le_bytes());
            write_type(input.ty, out);
        }
    }

    pub(crate) fn read(reader: &mut Reader) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let (code, length) = (reader.u16()?, reader.u16()?);
        let attributes = reader.bytes(usize::from(length))?;
        let op = Op::decode(code, attributes)
            .map_err(|error| DecodeError::Operator { offset, error })?;
        let stream = reader.u32()?;
        let (offset, outputs) = (reader.offset(), reader.u8()?);
        if outputs != OUTPUTS {
            return Err(DecodeError::Outputs {
                offset,
                found: outputs,
            });
        }
        let output = reader.ty()?;
        Ok(Self {
            op,
            inputs: read_inputs(reader)?,
            output,
            stream,
        })
    }
}

fn read_inputs(reader: &mut Reader) -> Result<Vec<Input>, DecodeError> {
    let (offset, found) = (reader.offset(), reader.u8()?);
    if usize::from(found) > Operation::MAX_INPUTS {
        return Err(DecodeError::Inputs {
            offset,
            most: Operation::MAX_INPUTS,
            found,
        });
    }
    (0..found).map(|_| read_input(reader)).collect()
}

fn read_input(reader: &mut Reader) -> Result<Input, DecodeError> {
    let (offset, code) = (reader.offset(), reader.u8()?);
    let index = reader.u32()?;
    let source = Source::from_code(code, index).ok_or(DecodeError::Source { offset, code })?;
    Ok(Input {
        source,
        ty: reader.ty()?,
    })
}

impl Source {
    /// Kind and index as they are encoded.
    pub const fn code(self) -> (u8, u32) {
        match self {
            Self::Node(index) => (0, index),
            Self::Slot(index) => (1, index),
            Self::Input(index) => (2, index),
            Self::Constant(index) => (3, index),
        }
    }

    /// The source with this kind and index.
    pub const fn from_code(kind: u8, index: u32) -> Option<Self> {
        match kind {
            0 => Some(Self::Node(index)),
            1 => Some(Self::Slot(index)),
            2 => Some(Self::Input(index)),
            3 => Some(Self::Constant(index)),
            _ => None,
        }
    }
}
