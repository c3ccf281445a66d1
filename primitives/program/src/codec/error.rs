//! Why bytes are no program.

use crate::HeaderError;
use assay_numerics::{OpDecodeError, TensorError};

/// Why bytes are not an encoding; offsets count from the start of what was given to decode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The file does not begin as a program does.
    #[error("the file does not begin with ASSAYPRG; it is not a program")]
    Magic,
    /// Longer than any program may be.
    #[error("the file has {found} bytes; a program has at most {most}")]
    TooLong {
        /// Most bytes.
        most: usize,
        /// Bytes given.
        found: usize,
    },
    /// The bytes end within a field.
    #[error("the encoding is cut short at byte {offset}")]
    End {
        /// Where the field begins.
        offset: usize,
    },
    /// Bytes after the end.
    #[error("the encoding ends at byte {offset}, but more bytes follow")]
    Trailing {
        /// Where the encoding ends.
        offset: usize,
    },
    /// The header breaks a rule.
    #[error("the header is refused: {0}")]
    Header(HeaderError),
    /// No element type that version 1 accepts.
    #[error("byte {offset}: element type {code} is not known; 0 is f32, 1 is u32")]
    Dtype {
        /// Where it stands.
        offset: usize,
        /// The code.
        code: u8,
    },
    /// No dimensions of a tensor.
    #[error("byte {offset}: {error}")]
    Dims {
        /// Where they stand.
        offset: usize,
        /// What is wrong with them.
        error: TensorError,
    },
    /// No kind of source.
    #[error("byte {offset}: source kind {code} is not known; 0 node, 1 slot, 2 input, 3 constant")]
    Source {
        /// Where it stands.
        offset: usize,
        /// The code.
        code: u8,
    },
    /// A node with another number of outputs than one.
    #[error("byte {offset}: a node has one output, not {found}")]
    Outputs {
        /// Where the number stands.
        offset: usize,
        /// The number.
        found: u8,
    },
    /// More inputs than any operation takes.
    #[error("byte {offset}: {found} inputs, at most {most} are allowed")]
    Inputs {
        /// Where the number stands.
        offset: usize,
        /// Most inputs.
        most: usize,
        /// The number.
        found: u8,
    },
    /// No operator, or not its attributes.
    #[error("byte {offset}: {error}")]
    Operator {
        /// Where the operator's code stands.
        offset: usize,
        /// What is wrong.
        error: OpDecodeError,
    },
}
