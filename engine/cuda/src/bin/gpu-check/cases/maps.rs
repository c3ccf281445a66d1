//! Maps.

use super::{f32_of, Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{scalar, Dims, Op, Tensor, TensorError};

/// Each operation by itself, on hostile values, broadcast and not.
pub fn each(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for op in MapOp::ALL {
        let mut args = [0, 1, 2];
        args[op.arity()..].fill(0);
        let code = MapCode {
            constants: Vec::new(),
            instructions: vec![MapInstruction { op, args }],
        };
        for values in [Values::Wild, Values::Any] {
            let sizes = [2, 1, 67, 101];
            let inputs = [sizes, [1, 1, 67, 1], [2, 1, 1, 101]];
            let inputs = inputs.map(|sizes| Ok(random.floats(Dims::new(sizes)?, values)));
            let inputs = inputs.into_iter().collect::<Result<_, TensorError>>()?;
            cases.push(Case::new(Op::Map(code.clone()), inputs, f32_of(sizes)?));
        }
    }
    Ok(cases)
}

/// Random code with constants over random layouts of at least two full inputs, every other time over the first of them.
pub fn any(random: &mut Random) -> Cases {
    let mut cases = Vec::new();
    for number in 0..16 {
        let values = Values::ALL[number % Values::ALL.len()];
        let case = long(random, values)?;
        cases.push(match number / Values::ALL.len() % 2 {
            0 => case,
            _ => case.in_place(),
        });
    }
    Ok(cases)
}

/// A Map that the definition allows, of 12 instructions or more unless they take too many operations.
fn long(random: &mut Random, values: Values) -> Result<Case, TensorError> {
    loop {
        let sizes = [3, 3, 70, 110].map(|most| random.between(1, most));
        let (full, broadcast) = (random.between(2, 4), random.below(5));
        let mut inputs = Vec::new();
        for number in 0..full + broadcast {
            inputs.push(input(random, sizes, number < full, values)?);
        }
        let code = code(random, full + broadcast, 12);
        let case = Case::new(Op::Map(code), inputs, f32_of(sizes)?);
        if case.operation().check().is_ok() {
            return Ok(case);
        }
    }
}

/// Code of `least` to 32 instructions on so many inputs, of which there is one; fewer if they take too many operations.
pub fn code(random: &mut Random, inputs: u32, least: u32) -> MapCode {
    let constants: Vec<u32> = (0..random.below(4))
        .map(|_| scalar::canonical(random.word(Values::Wild)))
        .collect();
    let first = inputs + constants.len() as u32;
    let mut code = MapCode {
        constants,
        instructions: Vec::new(),
    };
    for number in 0..random.between(least, 32) {
        let op = MapOp::ALL[random.below(MapOp::ALL.len() as u32) as usize];
        let mut args = [0; 3];
        args.iter_mut()
            .take(op.arity())
            .for_each(|arg| *arg = random.below(first + number) as u8);
        code.instructions.push(MapInstruction { op, args });
    }
    while code.operations() > MapCode::MAX_OPERATIONS {
        code.instructions.pop();
    }
    code
}

/// An input of full size, or 1 in some dimensions.
pub fn input(
    random: &mut Random,
    output: [u32; 4],
    full: bool,
    values: Values,
) -> Result<Tensor, TensorError> {
    let mask = if full { 0 } else { random.between(1, 15) };
    let mut sizes = output;
    for (axis, size) in sizes.iter_mut().enumerate() {
        if mask >> axis & 1 == 1 {
            *size = 1;
        }
    }
    Ok(random.floats(Dims::new(sizes)?, values))
}
