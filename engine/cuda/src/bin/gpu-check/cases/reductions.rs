//! Sums and extrema of rows, columns and leading dimensions.

use super::{f32_of, Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::{Dims, Op};

/// One element, edges of tiles, and rows and columns of several chunks.
pub fn all(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for sizes in [
        [1, 1, 1, 1],
        [2, 3, 33, 31],
        [1, 1, 3, 40_000],
        [1, 2, 1500, 9],
    ] {
        cases.extend(both_ways(random, sizes)?);
    }
    for (from, to) in [
        ([2, 3, 5, 7], [1, 3, 5, 7]),
        ([2, 3, 5, 7], [2, 1, 5, 7]),
        ([3, 400, 1, 70], [1, 1, 1, 70]),
    ] {
        cases.extend(leading(random, from, to)?);
    }
    Ok(cases)
}

/// Of any shape.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for _ in 0..3 {
        let sizes = [3, 3, 90, 90].map(|most| random.between(1, most));
        cases.extend(both_ways(random, sizes)?);
    }
    for to in [[true, true], [true, false], [false, true]] {
        let from = [6, 300, 5, 40].map(|most| random.between(2, most));
        let mut sizes = from;
        for (size, gone) in sizes.iter_mut().zip(to) {
            if gone {
                *size = 1;
            }
        }
        cases.extend(leading(random, from, sizes)?);
    }
    Ok(cases)
}

/// Rows and columns.
fn both_ways(random: &mut Random, sizes: [u32; 4]) -> Cases {
    let [b0, b1, rows, cols] = sizes;
    let (per_row, per_col) = ([b0, b1, rows, 1], [b0, b1, 1, cols]);
    let mut cases = Vec::new();
    for (op, output) in [
        (Op::RowSum, per_row),
        (Op::RowMax, per_row),
        (Op::ColSum, per_col),
        (Op::ColMax, per_col),
    ] {
        for values in [Values::Tame, Values::Finite, Values::Rare, Values::Wild] {
            let x = random.floats(Dims::new(sizes)?, values);
            cases.push(Case::new(op.clone(), vec![x], f32_of(output)?));
        }
    }
    Ok(cases)
}

/// Leading dimensions.
fn leading(random: &mut Random, from: [u32; 4], to: [u32; 4]) -> Cases {
    Values::ALL
        .into_iter()
        .map(|values| {
            let x = random.floats(Dims::new(from)?, values);
            Ok(Case::new(Op::LeadSum, vec![x], f32_of(to)?))
        })
        .collect()
}
