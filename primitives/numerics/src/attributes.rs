//! Attributes as bytes: what of an operator stands in a node besides its code and types.

use crate::map::{MapCode, MapDecodeError};
use crate::{Op, RowOrder};
use alloc::vec::Vec;
use thiserror::Error;

/// Why an operator's encoding is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpDecodeError {
    /// Version 1 has no such operator.
    #[error("there is no operator {code:#06x} in version 1")]
    UnknownOp {
        /// The code given.
        code: u16,
    },
    /// The attributes have another length than the operator's.
    #[error("operator {code:#06x} has {expected} bytes of attributes, {found} given")]
    Length {
        /// The operator's code.
        code: u16,
        /// Bytes that it has.
        expected: usize,
        /// Bytes given.
        found: usize,
    },
    /// A flag or choice has a reserved value.
    #[error("attribute byte {value:#04x} of operator {code:#06x} is reserved")]
    Reserved {
        /// The operator's code.
        code: u16,
        /// The byte.
        value: u8,
    },
    /// The code of a Map cannot be read.
    #[error("the code of the Map cannot be read: {0}")]
    Map(MapDecodeError),
}

impl Op {
    /// Appends the operator's attributes; layouts are in `docs/protocol/operators.md`.
    pub fn encode_attributes(&self, out: &mut Vec<u8>) {
        match self {
            Self::Map(code) => code.encode(out),
            Self::MatMul {
                transpose_a,
                transpose_b,
            } => out.push(u8::from(*transpose_a) | u8::from(*transpose_b) << 1),
            Self::Permute { perm } => out.extend_from_slice(perm),
            Self::Slice { start } => out.extend(start.iter().flat_map(|s| s.to_le_bytes())),
            Self::Concat { axis } => out.push(*axis),
            Self::BatchRows { order } => out.push(*order as u8),
            Self::RowSum
            | Self::RowMax
            | Self::ColSum
            | Self::ColMax
            | Self::LeadSum
            | Self::Reshape
            | Self::Gather
            | Self::Pick
            | Self::OneHot
            | Self::RowWrite
            | Self::ScatterAdd
            | Self::Commit => {}
        }
    }

    /// Reads an operator from its code and attributes. What is accepted encodes to the same bytes again; whether the
    /// values make sense is for [`Operation::check`](crate::Operation::check) to say.
    pub fn decode(code: u16, attributes: &[u8]) -> Result<Self, OpDecodeError> {
        match code {
            0x01 => MapCode::decode(attributes)
                .map(Self::Map)
                .map_err(OpDecodeError::Map),
            0x02 => decode_matmul(code, attributes),
            0x21 => Ok(Self::Permute {
                perm: fixed(code, attributes)?,
            }),
            0x22 => decode_slice(code, attributes),
            0x23 => fixed(code, attributes).map(|[axis]| Self::Concat { axis }),
            0x33 => decode_batch_rows(code, attributes),
            _ => {
                let op = without_attributes(code).ok_or(OpDecodeError::UnknownOp { code })?;
                let [] = fixed(code, attributes)?;
                Ok(op)
            }
        }
    }
}

const fn without_attributes(code: u16) -> Option<Op> {
    Some(match code {
        0x10 => Op::RowSum,
        0x11 => Op::RowMax,
        0x12 => Op::ColSum,
        0x13 => Op::ColMax,
        0x14 => Op::LeadSum,
        0x20 => Op::Reshape,
        0x30 => Op::Gather,
        0x31 => Op::Pick,
        0x32 => Op::OneHot,
        0x34 => Op::RowWrite,
        0x35 => Op::ScatterAdd,
        0xff => Op::Commit,
        _ => return None,
    })
}

fn fixed<const N: usize>(code: u16, attributes: &[u8]) -> Result<[u8; N], OpDecodeError> {
    attributes.try_into().map_err(|_| OpDecodeError::Length {
        code,
        expected: N,
        found: attributes.len(),
    })
}

fn decode_matmul(code: u16, attributes: &[u8]) -> Result<Op, OpDecodeError> {
    let [flags] = fixed(code, attributes)?;
    if flags > 3 {
        return Err(OpDecodeError::Reserved { code, value: flags });
    }
    Ok(Op::MatMul {
        transpose_a: flags & 1 != 0,
        transpose_b: flags & 2 != 0,
    })
}

fn decode_slice(code: u16, attributes: &[u8]) -> Result<Op, OpDecodeError> {
    let bytes: [u8; 16] = fixed(code, attributes)?;
    let mut start = [0; 4];
    for (target, word) in start.iter_mut().zip(bytes.chunks_exact(4)) {
        *target = word
            .iter()
            .rev()
            .fold(0, |n, &byte| n << 8 | u32::from(byte));
    }
    Ok(Op::Slice { start })
}

fn decode_batch_rows(code: u16, attributes: &[u8]) -> Result<Op, OpDecodeError> {
    match fixed(code, attributes)? {
        [0] => Ok(Op::BatchRows {
            order: RowOrder::Shuffled,
        }),
        [1] => Ok(Op::BatchRows {
            order: RowOrder::Sequential,
        }),
        [value] => Err(OpDecodeError::Reserved { code, value }),
    }
}
