//! Rules on operands that several operators share.

use crate::{DType, Dims, Operand, Operation, OperationError, TensorType};

/// The inputs as an array, if their number is right.
pub(super) fn inputs<const N: usize>(
    operation: &Operation,
) -> Result<[TensorType; N], OperationError> {
    operation
        .inputs
        .as_slice()
        .try_into()
        .map_err(|_| wrong_count(operation, N, N))
}

/// The error for another number of inputs than `least` to `most`.
pub(super) fn wrong_count(operation: &Operation, least: usize, most: usize) -> OperationError {
    OperationError::InputCount {
        operator: operation.op.name(),
        least,
        most,
        found: operation.inputs.len(),
    }
}

/// The operand has this element type.
pub(super) fn dtype(
    operand: Operand,
    ty: TensorType,
    expected: DType,
) -> Result<(), OperationError> {
    if ty.dtype != expected {
        return Err(OperationError::Dtype {
            operand,
            expected,
            found: ty.dtype,
        });
    }
    Ok(())
}

/// All operands are floats.
pub(super) fn all_float(operation: &Operation) -> Result<(), OperationError> {
    for (number, &input) in operation.inputs.iter().enumerate() {
        dtype(Operand::Input(number), input, DType::F32)?;
    }
    dtype(Operand::Output, operation.output, DType::F32)
}

/// The operand has these dimensions.
pub(super) fn dims(
    operand: Operand,
    ty: TensorType,
    expected: [u32; 4],
) -> Result<(), OperationError> {
    let found = ty.dims.get();
    if found != expected {
        return Err(OperationError::Dims {
            operand,
            expected,
            found,
        });
    }
    Ok(())
}

/// The operand is a single matrix.
pub(super) fn matrix(operand: Operand, ty: TensorType) -> Result<(), OperationError> {
    dims(operand, ty, [1, 1, ty.dims.rows(), ty.dims.cols()])
}

/// A fold has so many blocks.
pub(super) fn blocks(blocks: u64) -> Result<(), OperationError> {
    if blocks > Operation::MAX_BLOCKS {
        return Err(OperationError::Blocks {
            blocks,
            most: Operation::MAX_BLOCKS,
        });
    }
    Ok(())
}

/// One float input [b0, b1, r, c] reduced to [b0, b1, r, 1], in `ceil(c / 32)` blocks; gives the input's dimensions.
pub(super) fn row_reduction(operation: &Operation) -> Result<Dims, OperationError> {
    let [input] = inputs(operation)?;
    all_float(operation)?;
    let [b0, b1, rows, _] = input.dims.get();
    dims(Operand::Output, operation.output, [b0, b1, rows, 1])?;
    blocks(u64::from(input.dims.tile_cols()))?;
    Ok(input.dims)
}

/// One float input [b0, b1, r, c] reduced to [b0, b1, 1, c], in `ceil(r / 32)` blocks; gives the input's dimensions.
pub(super) fn col_reduction(operation: &Operation) -> Result<Dims, OperationError> {
    let [input] = inputs(operation)?;
    all_float(operation)?;
    let [b0, b1, _, cols] = input.dims.get();
    dims(Operand::Output, operation.output, [b0, b1, 1, cols])?;
    blocks(u64::from(input.dims.tile_rows()))?;
    Ok(input.dims)
}
