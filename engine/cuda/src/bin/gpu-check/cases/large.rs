//! Tensors that one pass of a grid does not cover, and trees that take several launches.

use super::{f32_of, u32_of, Case, Cases};
use crate::random::{Random, Values};
use assay_numerics::map::{MapCode, MapInstruction, MapOp};
use assay_numerics::{Dims, Op};

/// More elements than all threads of a grid take at once: 2^14 blocks of 256 threads, four elements each. Its 16,641 tiles
/// are more than two launches make a tree of.
const EDGE: u32 = 4100;
/// More rows than a grid has warps: 2^14 blocks of 8.
const ROWS: u32 = (1 << 17) + 100;
/// More tiles than two launches make a tree of: 2^14.
const TILES: u32 = (1 << 14) + 16;

pub fn all(random: &mut Random) -> Cases {
    let square = Dims::matrix(EDGE, EDGE)?;
    let negative = MapCode {
        constants: Vec::new(),
        instructions: vec![MapInstruction {
            op: MapOp::Neg,
            args: [0; 3],
        }],
    };
    let table = random.tensor(u32_of([1, 1, 50, 3])?, Values::Any);
    let single = u32_of([TILES, 1, 1, 1])?;
    Ok(vec![
        Case::new(
            Op::Map(negative),
            vec![random.floats(square, Values::Any)],
            f32_of(square.get())?,
        ),
        Case::new(
            Op::Gather,
            vec![random.indices(ROWS, 50)?, table],
            u32_of([1, 1, ROWS, 3])?,
        ),
        Case::new(
            Op::Reshape,
            vec![random.tensor(single, Values::Any)],
            single,
        ),
    ])
}
