//! Concat: 1 to 8 inputs one after the other along `axis`. They agree in element type and all other dimensions.

use super::movement::{Movement, Origin};
use super::rules;
use crate::{Operand, Operation, OperationError, TensorType};

pub(super) struct Concat<'a> {
    axis: usize,
    inputs: &'a [TensorType],
}

impl<'a> Concat<'a> {
    pub(super) fn new(operation: &'a Operation, axis: u8) -> Result<Self, OperationError> {
        let inputs = operation.inputs.as_slice();
        if inputs.is_empty() || inputs.len() > Operation::MAX_INPUTS {
            return Err(rules::wrong_count(operation, 1, Operation::MAX_INPUTS));
        }
        let output = operation.output.dims.get();
        let length = *output
            .get(usize::from(axis))
            .ok_or(OperationError::Axis { axis })?;
        let axis_number = usize::from(axis);
        for (number, &input) in inputs.iter().enumerate() {
            let operand = Operand::Input(number);
            rules::dtype(operand, input, operation.output.dtype)?;
            rules::dims(
                operand,
                input,
                with(output, axis_number, size(input, axis_number)),
            )?;
        }
        let sum = inputs
            .iter()
            .fold(0, |sum, &input| sum + u64::from(size(input, axis_number)));
        if sum != u64::from(length) {
            return Err(OperationError::ConcatLength {
                axis,
                sum,
                output: length,
            });
        }
        Ok(Self {
            axis: axis_number,
            inputs,
        })
    }
}

fn size(ty: TensorType, axis: usize) -> u32 {
    ty.dims.get().get(axis).copied().unwrap_or_default()
}

fn with(mut index: [u32; 4], axis: usize, value: u32) -> [u32; 4] {
    if let Some(target) = index.get_mut(axis) {
        *target = value;
    }
    index
}

impl Movement for Concat<'_> {
    fn origin(&self, index: [u32; 4]) -> Origin {
        let mut rest = index.get(self.axis).copied().unwrap_or_default();
        for (input, &ty) in self.inputs.iter().enumerate() {
            let length = size(ty, self.axis);
            if rest < length {
                return Origin {
                    input,
                    index: with(index, self.axis, rest),
                };
            }
            rest -= length;
        }
        // The inputs fill the output, so an index inside it is found above; this names no input.
        Origin {
            input: self.inputs.len(),
            index,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{tensor, words};
    use crate::{DType, Op};

    #[test]
    fn columns_and_rows() {
        let (a, b) = (
            tensor(DType::U32, [1, 1, 2, 1], &[1, 2]),
            tensor(DType::U32, [1, 1, 2, 2], &[3, 4, 5, 6]),
        );
        let columns = words(
            Op::Concat { axis: 3 },
            0,
            &[&a, &b],
            DType::U32,
            [1, 1, 2, 3],
        );
        assert_eq!(columns, [1, 3, 4, 2, 5, 6]);
        let rows = words(
            Op::Concat { axis: 2 },
            0,
            &[&b, &b],
            DType::U32,
            [1, 1, 4, 2],
        );
        assert_eq!(rows, [3, 4, 5, 6, 3, 4, 5, 6]);
    }
}
