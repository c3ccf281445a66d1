//! Operators that depend on the step.

use super::{Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::{DType, Dims, Op, RowOrder, TensorError, TensorType};

/// The first steps, and those of which the place does not fit into 32 bits or 64.
pub fn all(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for step in [0, 1, 7, 1 << 33, u64::MAX] {
        for dtype in [DType::F32, DType::U32] {
            cases.extend(batches(random, dtype, [157, 60, 19], step)?);
            cases.extend(tapes(random, dtype, [40, 6, 19], step)?);
        }
    }
    Ok(cases)
}

/// Of any shape and step.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for dtype in [DType::F32, DType::U32, DType::F32, DType::U32] {
        let [rows, width] = [400, 60].map(|most| random.between(1, most));
        let count = random.between(1, rows);
        let step = random.next() >> random.below(64);
        cases.extend(batches(random, dtype, [rows, count, width], step)?);
        let step = u64::from(random.below(rows.div_ceil(count) + 2));
        cases.extend(tapes(random, dtype, [rows, count, width], step)?);
    }
    Ok(cases)
}

fn matrix(dtype: DType, rows: u32, cols: u32) -> Result<TensorType, TensorError> {
    Ok(TensorType {
        dtype,
        dims: Dims::matrix(rows, cols)?,
    })
}

/// Batches in both orders.
fn batches(random: &mut Random, dtype: DType, [rows, count, width]: [u32; 3], step: u64) -> Cases {
    [RowOrder::Shuffled, RowOrder::Sequential]
        .into_iter()
        .map(|order| {
            let data = random.tensor(matrix(dtype, rows, width)?, Values::Any);
            let output = matrix(dtype, count, width)?;
            Ok(Case::new(Op::BatchRows { order }, vec![data], output).at(step))
        })
        .collect()
}

/// Rows written to a copy of a tape, and to the tape itself.
fn tapes(random: &mut Random, dtype: DType, [rows, count, width]: [u32; 3], step: u64) -> Cases {
    let tape = matrix(dtype, rows, width)?;
    let value = matrix(dtype, count, width)?;
    let mut write = || {
        let inputs = [tape, value].map(|ty| random.tensor(ty, Values::Any));
        Case::new(Op::RowWrite, inputs.into(), tape).at(step)
    };
    Ok(vec![write(), write().in_place()])
}
