//! Reshape: the same elements in row-major order under other dimensions. Any element type.

use super::movement::{Movement, Origin};
use super::rules;
use crate::{Dims, Operand, Operation, OperationError};

pub(super) struct Reshape {
    input: Dims,
    output: Dims,
}

impl Reshape {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [input] = rules::inputs(operation)?;
        rules::dtype(Operand::Output, operation.output, input.dtype)?;
        let (from, to) = (input.dims.elements(), operation.output.dims.elements());
        if from != to {
            return Err(OperationError::Elements {
                input: from,
                output: to,
            });
        }
        Ok(Self {
            input: input.dims,
            output: operation.output.dims,
        })
    }
}

impl Movement for Reshape {
    fn origin(&self, index: [u32; 4]) -> Origin {
        Origin {
            input: 0,
            index: unravel(self.input, ravel(self.output, index)),
        }
    }
}

fn ravel(dims: Dims, index: [u32; 4]) -> u64 {
    dims.get()
        .into_iter()
        .zip(index)
        .fold(0, |n, (size, i)| n * u64::from(size) + u64::from(i))
}

fn unravel(dims: Dims, mut element: u64) -> [u32; 4] {
    let mut index = [0; 4];
    for (i, size) in index.iter_mut().zip(dims.get()).rev() {
        *i = (element % u64::from(size)) as u32;
        element /= u64::from(size);
    }
    index
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{tensor, words};
    use crate::{DType, Op};

    #[test]
    fn order_is_kept() {
        let x = tensor(DType::U32, [1, 2, 3, 1], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            words(Op::Reshape, 0, &[&x], DType::U32, [3, 1, 1, 2]),
            x.words()
        );
    }
}
