//! The canonical encoding: constants count u8, their words u32 little-endian, instruction count u8, then for each
//! instruction its code and three arguments, one byte each.

use super::{MapCode, MapError, MapInstruction, MapOp};
use alloc::vec::Vec;
use thiserror::Error;

impl MapCode {
    /// Appends the encoding. It can be decoded again if the code passes [`MapCode::check`].
    pub fn encode(&self, out: &mut Vec<u8>) {
        // Both counts of checked code fit a byte.
        out.push(self.constants.len() as u8);
        for word in &self.constants {
            out.extend_from_slice(&word.to_le_bytes());
        }
        out.push(self.instructions.len() as u8);
        for MapInstruction {
            op,
            args: [a, b, c],
        } in &self.instructions
        {
            out.extend_from_slice(&[op.code(), *a, *b, *c]);
        }
    }

    /// Reads an encoding that fills `bytes`. All rules are checked except which values the arguments name, which
    /// [`MapCode::check`] judges with the number of inputs. Encoding the result gives the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, MapDecodeError> {
        let (constants, bytes) = take_words(bytes, Self::MAX_CONSTANTS, |found| {
            MapError::TooManyConstants { found }
        })?;
        let (instructions, bytes) = take_words(bytes, Self::MAX_INSTRUCTIONS, |found| {
            MapError::TooManyInstructions { found }
        })?;
        if !bytes.is_empty() {
            return Err(MapDecodeError::TrailingBytes { found: bytes.len() });
        }
        let code = Self {
            constants: constants
                .iter()
                .map(|&word| u32::from_le_bytes(word))
                .collect(),
            instructions: instructions
                .iter()
                .map(|&word| decode_instruction(word))
                .collect::<Result<_, _>>()?,
        };
        code.check_form()?;
        Ok(code)
    }
}

fn decode_instruction([code, a, b, c]: [u8; 4]) -> Result<MapInstruction, MapDecodeError> {
    let op = MapOp::from_code(code).ok_or(MapDecodeError::UnknownOperation { code })?;
    Ok(MapInstruction {
        op,
        args: [a, b, c],
    })
}

/// A count in one byte and that many pieces of four bytes; and what follows them.
fn take_words(
    bytes: &[u8],
    most: usize,
    too_many: impl Fn(usize) -> MapError,
) -> Result<(&[[u8; 4]], &[u8]), MapDecodeError> {
    let (&count, rest) = bytes.split_first().ok_or(MapDecodeError::Truncated)?;
    let count = usize::from(count);
    if count > most {
        return Err(too_many(count).into());
    }
    let (words, rest) = rest
        .split_at_checked(4 * count)
        .ok_or(MapDecodeError::Truncated)?;
    Ok((words.as_chunks().0, rest))
}

/// Why bytes are not a Map's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MapDecodeError {
    /// The bytes end within the code.
    #[error("the code of a Map is cut short")]
    Truncated,
    /// More bytes than the code has.
    #[error("{found} bytes follow the code of a Map")]
    TrailingBytes {
        /// How many too many.
        found: usize,
    },
    /// No operation has this code.
    #[error("a Map has no operation {code:#04x}")]
    UnknownOperation {
        /// The code found.
        code: u8,
    },
    /// The code breaks a rule.
    #[error(transparent)]
    Form(#[from] MapError),
}
