//! The program file: `"ASSAYPRG" | header | slot types | input types | constant types | nodes`.

use super::{write_type, DecodeError, Reader, TYPE_BYTES};
use crate::{Header, Node, Program};
use alloc::vec::Vec;
use assay_numerics::TensorType;

/// The first bytes of a program file.
pub const MAGIC: [u8; 8] = *b"ASSAYPRG";

/// Fewest bytes of a node: no attributes, no inputs.
const MIN_NODE_BYTES: usize = 27;

impl Program {
    /// The program file.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend_from_slice(&self.header().encode());
        for ty in [&self.slots, &self.inputs, &self.constants]
            .into_iter()
            .flatten()
        {
            write_type(*ty, &mut out);
        }
        self.nodes.iter().for_each(|node| node.write(&mut out));
        out
    }

    /// Reads a program file that fills `bytes`. Encoding the result gives the same bytes.
    ///
    /// Reads at most [`Program::MAX_BYTES`] and allocates no more than the bytes that are there justify. The program is well
    /// formed but not judged: see [`Program::validate`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(DecodeError::TooLong {
                most: Self::MAX_BYTES,
                found: bytes.len(),
            });
        }
        let mut reader = Reader::new(bytes);
        if reader.bytes(MAGIC.len()).ok() != Some(MAGIC.as_slice()) {
            return Err(DecodeError::Magic);
        }
        let header = Header::read(&mut reader)?;
        header.check().map_err(DecodeError::Header)?;
        let program = Self {
            seed: header.seed,
            slots: read_types(&mut reader, header.slots)?,
            inputs: read_types(&mut reader, header.inputs)?,
            constants: read_types(&mut reader, header.constants)?,
            constants_root: header.constants_root,
            nodes: read_many(&mut reader, header.nodes, MIN_NODE_BYTES, Node::read)?,
        };
        reader.end()?;
        Ok(program)
    }
}

fn read_types(reader: &mut Reader, count: u32) -> Result<Vec<TensorType>, DecodeError> {
    read_many(reader, count, TYPE_BYTES, Reader::ty)
}

/// Reads `count` items of at least `least` bytes each, after seeing that so many bytes are there.
fn read_many<'a, T>(
    reader: &mut Reader<'a>,
    count: u32,
    least: usize,
    read: impl Fn(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    if reader.remaining() < least.saturating_mul(count as usize) {
        return Err(DecodeError::End {
            offset: reader.offset().saturating_add(reader.remaining()),
        });
    }
    let mut items = Vec::with_capacity(count as usize);
    for _ in 0..count {
        items.push(read(reader)?);
    }
    Ok(items)
}
