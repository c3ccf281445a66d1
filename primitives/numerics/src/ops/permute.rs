//! Permute: output dimension i is input dimension `perm[i]`, `y[i0, i1, i2, i3] = x[j]` with `j[perm[n]] = i_n`. Any
//! element type.

use super::movement::{Movement, Origin};
use super::rules;
use crate::{Operand, Operation, OperationError};

pub(super) struct Permute {
    perm: [u8; 4],
}

impl Permute {
    pub(super) fn new(operation: &Operation, perm: [u8; 4]) -> Result<Self, OperationError> {
        let [input] = rules::inputs(operation)?;
        rules::dtype(Operand::Output, operation.output, input.dtype)?;
        let mut sorted = perm;
        sorted.sort_unstable();
        if sorted != [0, 1, 2, 3] {
            return Err(OperationError::Permutation { perm });
        }
        let sizes = input.dims.get();
        let expected = perm.map(|axis| sizes.get(usize::from(axis)).copied().unwrap_or_default());
        rules::dims(Operand::Output, operation.output, expected)?;
        Ok(Self { perm })
    }
}

impl Movement for Permute {
    fn origin(&self, index: [u32; 4]) -> Origin {
        let mut source = [0; 4];
        for (axis, i) in self.perm.into_iter().zip(index) {
            if let Some(target) = source.get_mut(usize::from(axis)) {
                *target = i;
            }
        }
        Origin {
            input: 0,
            index: source,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{tensor, words};
    use crate::{DType, Op};

    #[test]
    fn output_dimension_i_is_input_dimension_perm_i() {
        let x = tensor(DType::U32, [1, 2, 1, 3], &[1, 2, 3, 4, 5, 6]);
        let op = Op::Permute { perm: [3, 0, 1, 2] };
        assert_eq!(
            words(op, 0, &[&x], DType::U32, [3, 1, 2, 1]),
            [1, 4, 2, 5, 3, 6]
        );
    }
}
