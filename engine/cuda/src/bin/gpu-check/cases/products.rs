//! Products of every form.

use super::{f32_of, Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::{Dims, Op, TensorError};

/// Small, skinny, long, and batched.
pub fn all(random: &mut Random) -> Cases {
    let shapes = [
        [1, 1, 1],
        [3, 5, 7],
        [64, 64, 64],
        [130, 40, 260],
        [33, 513, 31],
        [8, 1600, 12],
        [1, 2048, 300],
        [140, 1100, 36],
        [20, 1537, 150],
        [200, 16, 1],
        [257, 129, 511],
    ];
    let mut cases = Vec::new();
    for (number, shape) in shapes.into_iter().enumerate() {
        cases.extend(forms(random, number, shape)?);
    }
    Ok(cases)
}

/// Of any shape.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for number in 0..Values::ALL.len() {
        let shape = [150, 600, 150].map(|most| random.between(1, most));
        cases.extend(forms(random, number, shape)?);
    }
    Ok(cases)
}

/// All transposed forms of a product; every third is batched, with the left factor repeated. Sums of more than one chunk are of
/// values that do not drown them.
fn forms(random: &mut Random, number: usize, shape: [u32; 3]) -> Cases {
    let values = if shape[1] > 512 {
        Values::LONG[number % Values::LONG.len()]
    } else {
        Values::ALL[number % Values::ALL.len()]
    };
    let lead = if number % 3 == 1 { [2, 3] } else { [1, 1] };
    [(false, false), (true, false), (false, true), (true, true)]
        .into_iter()
        .map(|form| product(random, values, lead, shape, form))
        .collect()
}

fn product(
    random: &mut Random,
    values: Values,
    lead: [u32; 2],
    [m, k, n]: [u32; 3],
    (transpose_a, transpose_b): (bool, bool),
) -> Result<Case, TensorError> {
    let a = if transpose_a { [k, m] } else { [m, k] };
    let b = if transpose_b { [n, k] } else { [k, n] };
    let inputs = vec![
        random.floats(Dims::new([lead[0], 1, a[0], a[1]])?, values),
        random.floats(Dims::new([lead[0], lead[1], b[0], b[1]])?, values),
    ];
    let op = Op::MatMul {
        transpose_a,
        transpose_b,
    };
    Ok(Case::new(op, inputs, f32_of([lead[0], lead[1], m, n])?))
}
