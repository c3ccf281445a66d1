//! Slice: the box of the output's size that starts at `start`, `y[i] = x[start + i]` in each dimension. Any element
//! type; the box lies inside the input.

use super::movement::{Movement, Origin};
use super::rules;
use crate::{Operand, Operation, OperationError};

pub(super) struct Slice {
    start: [u32; 4],
}

impl Slice {
    pub(super) fn new(operation: &Operation, start: [u32; 4]) -> Result<Self, OperationError> {
        let [input] = rules::inputs(operation)?;
        rules::dtype(Operand::Output, operation.output, input.dtype)?;
        let sizes = operation
            .output
            .dims
            .get()
            .into_iter()
            .zip(input.dims.get());
        for (axis, (first, (size, input))) in start.into_iter().zip(sizes).enumerate() {
            let end = u64::from(first) + u64::from(size);
            if end > u64::from(input) {
                return Err(OperationError::SliceEnd { axis, end, input });
            }
        }
        Ok(Self { start })
    }
}

impl Movement for Slice {
    fn origin(&self, mut index: [u32; 4]) -> Origin {
        for (i, start) in index.iter_mut().zip(self.start) {
            *i += start;
        }
        Origin { input: 0, index }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{tensor, words};
    use crate::{DType, Op};

    #[test]
    fn a_corner() {
        let x = tensor(DType::F32, [1, 1, 2, 3], &[1, 2, 3, 4, 0x8000_0000, 6]);
        let op = Op::Slice {
            start: [0, 0, 1, 1],
        };
        assert_eq!(
            words(op, 0, &[&x], DType::F32, [1, 1, 1, 2]),
            [0x8000_0000, 6]
        );
    }
}
