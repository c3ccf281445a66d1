//! The operators, one file each or a close family together.
//!
//! Every file has a type that holds judged operands; making it is the operator's part of
//! [`Operation::check`], and its [`Fold`] is the operator's definition.

mod batch_rows;
mod commit;
mod concat;
mod extremum;
mod gather;
mod indexed;
mod lead_sum;
mod map;
mod matmul;
mod movement;
mod one_hot;
mod permute;
mod pick;
mod reshape;
mod row_write;
mod rules;
mod scatter_add;
mod slice;
mod sum;

use crate::fold::Fold;
use crate::{Op, Operation, OperationError};
use alloc::boxed::Box;
use indexed::Indexed;
use movement::Moved;

/// Judges an operation and gives its definition.
pub(crate) fn judge(operation: &Operation) -> Result<Box<dyn Fold + '_>, OperationError> {
    Ok(match &operation.op {
        Op::Map(code) => Box::new(map::Map::new(operation, code)?),
        Op::MatMul {
            transpose_a,
            transpose_b,
        } => Box::new(matmul::MatMul::new(operation, *transpose_a, *transpose_b)?),
        Op::RowSum => Box::new(sum::RowSum::new(operation)?),
        Op::RowMax => Box::new(extremum::RowMax::new(operation)?),
        Op::ColSum => Box::new(sum::ColSum::new(operation)?),
        Op::ColMax => Box::new(extremum::ColMax::new(operation)?),
        Op::LeadSum => Box::new(lead_sum::LeadSum::new(operation)?),
        Op::Reshape => Box::new(Moved::new(operation, reshape::Reshape::new(operation)?)),
        Op::Permute { perm } => Box::new(Moved::new(
            operation,
            permute::Permute::new(operation, *perm)?,
        )),
        Op::Slice { start } => {
            Box::new(Moved::new(operation, slice::Slice::new(operation, *start)?))
        }
        Op::Concat { axis } => Box::new(Moved::new(
            operation,
            concat::Concat::new(operation, *axis)?,
        )),
        Op::Gather => Box::new(Indexed::<gather::Gather>::new(operation)?),
        Op::Pick => Box::new(Indexed::<pick::Pick>::new(operation)?),
        Op::OneHot => Box::new(one_hot::OneHot::new(operation)?),
        Op::BatchRows { order } => Box::new(batch_rows::BatchRows::new(operation, *order)?),
        Op::RowWrite => Box::new(row_write::RowWrite::new(operation)?),
        Op::ScatterAdd => Box::new(scatter_add::ScatterAdd::new(operation)?),
        Op::Commit => Box::new(commit::Commit::new(operation)?),
    })
}

#[cfg(test)]
mod testing {
    use crate::{DType, Dims, Op, Operation, Tensor, TensorType};
    use alloc::vec::Vec;

    /// A tensor of these words.
    pub(super) fn tensor(dtype: DType, dims: [u32; 4], words: &[u32]) -> Tensor {
        let ty = TensorType {
            dtype,
            dims: Dims::new(dims).unwrap(),
        };
        Tensor::new(ty, words.to_vec()).unwrap()
    }

    /// A tensor of these floats.
    pub(super) fn floats(dims: [u32; 4], values: &[f32]) -> Tensor {
        Tensor::from_f32(Dims::new(dims).unwrap(), values).unwrap()
    }

    /// A column of indices.
    pub(super) fn index(words: &[u32]) -> Tensor {
        tensor(DType::U32, [1, 1, words.len() as u32, 1], words)
    }

    /// The words of the output in step `step` with the seed 0.
    pub(super) fn words(
        op: Op,
        step: u64,
        inputs: &[&Tensor],
        dtype: DType,
        dims: [u32; 4],
    ) -> Vec<u32> {
        let output = TensorType {
            dtype,
            dims: Dims::new(dims).unwrap(),
        };
        let operation = Operation {
            op,
            inputs: inputs.iter().map(|t| t.ty()).collect(),
            output,
        };
        operation
            .evaluate(&[0; 32], step, inputs)
            .unwrap()
            .into_words()
    }

    /// The floats of the output in step 0.
    pub(super) fn values(op: Op, inputs: &[&Tensor], dims: [u32; 4]) -> Vec<f32> {
        words(op, 0, inputs, DType::F32, dims)
            .into_iter()
            .map(f32::from_bits)
            .collect()
    }
}
