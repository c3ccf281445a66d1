//! Rows and elements that an index names, and rows that are added up where it sends them.

use super::{f32_of, u32_of, Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::{Dims, Op, TensorError};

/// Lookups; scatters of one chunk of positions and of several, with rows that are named often, seldom and never.
pub fn all(random: &mut Random) -> Cases {
    let mut cases = each(random, [77, 50, 41])?;
    for (positions, named, rows, width) in [
        (77, 50, 50, 41),
        (512, 1, 3, 70),
        (1500, 40, 60, 33),
        (3000, 2000, 1500, 5),
    ] {
        for values in Values::ALL {
            cases.push(scatter(random, values, positions, named, [rows, width])?);
        }
    }
    Ok(cases)
}

/// Of any shape.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for values in Values::ALL {
        let shape = [200, 90, 90].map(|most| random.between(1, most));
        cases.extend(each(random, shape)?);
        let (positions, named) = (random.between(1, 2000), random.between(1, 300));
        let output = [300, 60].map(|most| random.between(1, most));
        cases.push(scatter(random, values, positions, named, output)?);
    }
    Ok(cases)
}

/// Every lookup, of so many rows that name one of `range`.
fn each(random: &mut Random, [rows, range, width]: [u32; 3]) -> Cases {
    let index = random.indices(rows, range)?;
    let table = [1, 1, range, width];
    let (floats, numbers) = (f32_of(table)?, u32_of(table)?);
    let wide = Dims::matrix(rows, range)?;
    Ok(vec![
        Case::new(
            Op::Gather,
            vec![index.clone(), random.tensor(floats, Values::Any)],
            f32_of([1, 1, rows, width])?,
        ),
        Case::new(
            Op::Gather,
            vec![index.clone(), random.tensor(numbers, Values::Any)],
            u32_of([1, 1, rows, width])?,
        ),
        Case::new(
            Op::Pick,
            vec![index.clone(), random.floats(wide, Values::Any)],
            f32_of([1, 1, rows, 1])?,
        ),
        Case::new(Op::OneHot, vec![index], f32_of([1, 1, rows, range])?),
    ])
}

fn scatter(
    random: &mut Random,
    values: Values,
    positions: u32,
    named: u32,
    [rows, width]: [u32; 2],
) -> Result<Case, TensorError> {
    let inputs = vec![
        random.indices(positions, named)?,
        random.floats(Dims::matrix(positions, width)?, values),
    ];
    Ok(Case::new(
        Op::ScatterAdd,
        inputs,
        f32_of([1, 1, rows, width])?,
    ))
}
