//! Data movement, of floats whose NaN have payloads and of integers that look like them.

use super::{Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::{DType, Dims, Op, TensorError, TensorType};

/// Every axis, and places inside of tiles.
pub fn all(random: &mut Random) -> Cases {
    let sizes = [2, 3, 40, 70];
    let mut cases = Vec::new();
    for dtype in [DType::F32, DType::U32] {
        for perm in [[0, 1, 3, 2], [0, 2, 1, 3], [3, 1, 2, 0], [2, 3, 0, 1]] {
            cases.push(permute(random, dtype, sizes, perm)?);
        }
        cases.push(slice(random, dtype, sizes, [1, 0, 5, 33], [1, 2, 30, 37])?);
        let op = Op::Reshape;
        cases.push(moved(random, op, dtype, &[sizes], [70, 40, 3, 2])?);
        for axis in 0..4 {
            cases.push(concat(random, dtype, sizes, axis, &[sizes[axis], 5])?);
        }
    }
    let dims = Dims::new(sizes)?;
    let nans = random.nans(dims);
    cases.push(Case::new(Op::Reshape, vec![nans], TensorType::f32(dims)));
    Ok(cases)
}

/// Of any shape.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for dtype in [DType::F32, DType::U32] {
        for _ in 0..6 {
            let sizes = [4, 5, 70, 70].map(|most| random.between(1, most));
            let perm = permutation(random);
            cases.push(permute(random, dtype, sizes, perm)?);
            let start = sizes.map(|size| random.below(size));
            let rest: [u32; 4] = std::array::from_fn(|axis| sizes[axis] - start[axis]);
            let taken = rest.map(|most| random.between(1, most));
            cases.push(slice(random, dtype, sizes, start, taken)?);
            let axis = random.below(4) as usize;
            let parts: Vec<u32> = (0..random.between(2, 4))
                .map(|_| random.between(1, 40))
                .collect();
            cases.push(concat(random, dtype, sizes, axis, &parts)?);
        }
    }
    Ok(cases)
}

/// A random order of the axes.
fn permutation(random: &mut Random) -> [u8; 4] {
    let mut perm = [0, 1, 2, 3];
    for last in (1..4).rev() {
        perm.swap(last, random.below(last as u32 + 1) as usize);
    }
    perm
}

fn permute(
    random: &mut Random,
    dtype: DType,
    sizes: [u32; 4],
    perm: [u8; 4],
) -> Result<Case, TensorError> {
    let output = perm.map(|axis| sizes[usize::from(axis)]);
    moved(random, Op::Permute { perm }, dtype, &[sizes], output)
}

fn slice(
    random: &mut Random,
    dtype: DType,
    sizes: [u32; 4],
    start: [u32; 4],
    taken: [u32; 4],
) -> Result<Case, TensorError> {
    moved(random, Op::Slice { start }, dtype, &[sizes], taken)
}

/// Tensors of these sizes but that along `axis` they have those of `parts`.
fn concat(
    random: &mut Random,
    dtype: DType,
    sizes: [u32; 4],
    axis: usize,
    parts: &[u32],
) -> Result<Case, TensorError> {
    let of = |part: u32| {
        let mut sizes = sizes;
        sizes[axis] = part;
        sizes
    };
    let inputs: Vec<[u32; 4]> = parts.iter().map(|part| of(*part)).collect();
    let op = Op::Concat { axis: axis as u8 };
    moved(random, op, dtype, &inputs, of(parts.iter().sum()))
}

fn moved(
    random: &mut Random,
    op: Op,
    dtype: DType,
    inputs: &[[u32; 4]],
    output: [u32; 4],
) -> Result<Case, TensorError> {
    let ty = |sizes: [u32; 4]| {
        Ok(TensorType {
            dtype,
            dims: Dims::new(sizes)?,
        })
    };
    let inputs = inputs
        .iter()
        .map(|sizes| Ok(random.tensor(ty(*sizes)?, Values::Any)));
    let inputs = inputs.collect::<Result<_, TensorError>>()?;
    Ok(Case::new(op, inputs, ty(output)?))
}
