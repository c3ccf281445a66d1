//! Why a graph cannot be built.

use crate::Source;
use assay_numerics::{MapCode, OperationError, TensorError, TensorType};
use thiserror::Error;

/// Why the builder refuses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The value is not one of this builder's.
    #[error("{source_ref} with that shape does not belong to this graph")]
    ForeignVar {
        /// The value's source.
        source_ref: Source,
    },
    /// The shape is not possible.
    #[error("{0}")]
    Tensor(TensorError),
    /// The operator refuses its inputs.
    #[error("{operator}: {error}")]
    Operation {
        /// The operator.
        operator: &'static str,
        /// What it refuses.
        error: OperationError,
    },
    /// The operator has too few inputs to know its output's shape.
    #[error("{operator} needs at least one input")]
    NoInput {
        /// The operator.
        operator: &'static str,
    },
    /// The shapes of an expression's tensors do not broadcast to one.
    #[error("shapes {:?} and {:?} do not broadcast to one", left.dims.get(), right.dims.get())]
    Broadcast {
        /// The shape so far.
        left: TensorType,
        /// The shape that does not fit.
        right: TensorType,
    },
    /// The value must have another shape or element type.
    #[error("{what} must be {:?} {:?} and is {:?} {:?}", expected.dtype, expected.dims.get(), found.dtype, found.dims.get())]
    Mismatch {
        /// What the value is for.
        what: &'static str,
        /// The type needed.
        expected: TensorType,
        /// The type given.
        found: TensorType,
    },
    /// The expression is longer than one Map can be.
    #[error("the expression needs {instructions} instructions, {constants} constants and {inputs} tensors; one Map has at most 32, 16 and 8: compute a part of it first")]
    LongExpression {
        /// Instructions needed, of at most 32.
        instructions: usize,
        /// Constants needed, of at most 16.
        constants: usize,
        /// Tensors needed, of at most 8.
        inputs: usize,
    },
    /// The expression's transcendental functions take longer than one Map may.
    #[error("the expression takes {operations} operations for an element; one Map has at most {}: compute a part of it first", MapCode::MAX_OPERATIONS)]
    CostlyExpression {
        /// Operations by the count of [`MapCode::operations`].
        operations: u64,
    },
    /// There is no derivative with respect to what the operator reads.
    #[error("{operator} has no derivative in this version: keep it out of the path to the loss")]
    NoGradient {
        /// The operator.
        operator: &'static str,
    },
    /// The quantity to differentiate is not a single float.
    #[error("the loss must be one float and has shape {:?}", found.dims.get())]
    NotScalar {
        /// Its type.
        found: TensorType,
    },
    /// A number of the description is out of its range.
    #[error("{name} must be {must}")]
    Setting {
        /// Which number.
        name: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// More than 2^32 - 1 nodes, slots, inputs or constants.
    #[error("too many {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
    },
}

impl From<TensorError> for BuildError {
    fn from(error: TensorError) -> Self {
        Self::Tensor(error)
    }
}
