//! What can be wrong with an operation.

use crate::{map::MapError, DType};
use core::fmt;
use thiserror::Error;

/// Which tensor of an operation is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operand {
    /// The input with this number, from 0.
    Input(usize),
    /// The output.
    Output,
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(number) => write!(f, "input {number}"),
            Self::Output => write!(f, "the output"),
        }
    }
}

/// Which rule an operation breaks, and with which values.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OperationError {
    /// The operator takes another number of inputs.
    #[error("{operator} has {found} inputs, takes {least} to {most}")]
    InputCount {
        /// Name of the operator.
        operator: &'static str,
        /// Fewest inputs.
        least: usize,
        /// Most inputs.
        most: usize,
        /// Inputs given.
        found: usize,
    },
    /// An operand has another element type than the operator or the other operands ask for.
    #[error("{operand} is {found:?}, must be {expected:?}")]
    Dtype {
        /// The operand.
        operand: Operand,
        /// What it must be.
        expected: DType,
        /// What it is.
        found: DType,
    },
    /// An operand's dimensions do not follow from the others'.
    #[error("{operand} has dimensions {found:?}, must have {expected:?}")]
    Dims {
        /// The operand.
        operand: Operand,
        /// What they must be.
        expected: [u32; 4],
        /// What they are.
        found: [u32; 4],
    },
    /// A dimension is neither 1 nor the output's.
    #[error("dimension {axis} of {operand} is {found}, must be 1 or the output's {output}")]
    Broadcast {
        /// The input.
        operand: Operand,
        /// The dimension, 0 to 3.
        axis: usize,
        /// Its size.
        found: u32,
        /// The output's size there.
        output: u32,
    },
    /// More than 4 inputs of a Map have the output's rows and columns.
    #[error("{found} inputs are as large as the output's matrices, at most {most} may be")]
    FullInputs {
        /// Such inputs.
        found: usize,
        /// Most such inputs.
        most: usize,
    },
    /// More than 4 inputs of a Map are a row, a column or a scalar.
    #[error("{found} inputs are a row, a column or a scalar, at most {most} may be")]
    BroadcastInputs {
        /// Such inputs.
        found: usize,
        /// Most such inputs.
        most: usize,
    },
    /// The code of a Map is ill-formed.
    #[error("the code of the Map is refused: {0}")]
    Map(MapError),
    /// Leading dimensions of a product's sides differ and neither is 1.
    #[error("dimension {axis} is {left} on the left and {right} on the right; they must be equal or one of them 1")]
    Batch {
        /// The dimension, 0 or 1.
        axis: usize,
        /// The left input's size.
        left: u32,
        /// The right input's size.
        right: u32,
    },
    /// The inner dimensions of a product differ.
    #[error("the left input has {left} columns and the right {right} rows (after transposition); they must be equal")]
    Inner {
        /// Columns on the left.
        left: u32,
        /// Rows on the right.
        right: u32,
    },
    /// A leading dimension of a sum's output is neither 1 nor the input's.
    #[error("dimension {axis} of the output is {output}, must be 1 or the input's {input}")]
    Lead {
        /// The dimension, 0 or 1.
        axis: usize,
        /// The input's size.
        input: u32,
        /// The output's size.
        output: u32,
    },
    /// A sum over leading dimensions that leaves both as they are.
    #[error("no leading dimension is reduced")]
    NothingReduced,
    /// A reshape changes the number of elements.
    #[error("the input has {input} elements and the output {output}")]
    Elements {
        /// Elements of the input.
        input: u64,
        /// Elements of the output.
        output: u64,
    },
    /// Not a permutation of 0, 1, 2, 3.
    #[error("{perm:?} is not a permutation of 0, 1, 2, 3")]
    Permutation {
        /// The attribute.
        perm: [u8; 4],
    },
    /// A slice reaches past the input.
    #[error("dimension {axis} of the slice ends at {end}, past the input's {input}")]
    SliceEnd {
        /// The dimension, 0 to 3.
        axis: usize,
        /// Start plus the output's size.
        end: u64,
        /// The input's size.
        input: u32,
    },
    /// There is no such dimension.
    #[error("axis {axis} does not exist, must be 0 to 3")]
    Axis {
        /// The attribute.
        axis: u8,
    },
    /// The inputs of a concatenation do not add up to the output.
    #[error("the inputs have {sum} in dimension {axis} together, the output {output}")]
    ConcatLength {
        /// The dimension, 0 to 3.
        axis: u8,
        /// The inputs' sizes added.
        sum: u64,
        /// The output's size.
        output: u32,
    },
    /// An output tile needs more fold blocks than a dispute can resolve.
    #[error("an output tile needs {blocks} fold blocks, at most {most} may be; split the sum")]
    Blocks {
        /// Blocks needed.
        blocks: u64,
        /// Most blocks.
        most: u64,
    },
}
