//! Launches of operators that take one place of their data for each row.

use super::{grid, movement, Launch, Launches, Overlap, WARP};
use crate::source::Unit;
use assay_numerics::Dims;

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct LookupShape {
    rows: u32,
    width: u32,
    limit: u32,
    reserved: u32,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct BatchShape {
    seed: [u64; 4],
    rows: u32,
    batch: u32,
    width: u32,
    shuffled: u32,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct WriteShape {
    rows: u32,
    count: u32,
    width: u32,
    reserved: u32,
}

fn warp_for_each(rows: u32) -> (u32, u32) {
    grid(u64::from(rows) * WARP)
}

pub(super) fn gather(index: Dims, table: Dims) -> Launch {
    let shape = LookupShape {
        rows: index.rows(),
        width: table.cols(),
        limit: table.rows(),
        reserved: 0,
    };
    Launch::new(Unit::Rows, "gather", warp_for_each(shape.rows), &shape)
}

pub(super) fn pick(x: Dims) -> Launch {
    let shape = LookupShape {
        rows: x.rows(),
        width: 1,
        limit: x.cols(),
        reserved: 0,
    };
    Launch::new(Unit::Rows, "pick", grid(u64::from(shape.rows)), &shape)
}

pub(super) fn one_hot(output: Dims) -> Launch {
    let shape = LookupShape {
        rows: output.rows(),
        width: output.cols(),
        limit: output.cols(),
        reserved: 0,
    };
    Launch::new(Unit::Rows, "one_hot", warp_for_each(shape.rows), &shape)
}

pub(super) fn batch_rows(shuffled: bool, seed: &[u8; 32], input: Dims, output: Dims) -> Launch {
    let (words, _) = seed.as_chunks();
    let mut shape = BatchShape {
        seed: [0; 4],
        rows: input.rows(),
        batch: output.rows(),
        width: output.cols(),
        shuffled: u32::from(shuffled),
    };
    for (to, word) in shape.seed.iter_mut().zip(words) {
        *to = u64::from_le_bytes(*word);
    }
    Launch::new(Unit::Rows, "batch_rows", warp_for_each(shape.batch), &shape)
}

/// Copies the tape, unless it lies where the output lies, and writes the rows.
pub(super) fn row_write(tape: Dims, value: Dims, overlap: Overlap) -> Launches {
    let shape = WriteShape {
        rows: tape.rows(),
        count: value.rows(),
        width: tape.cols(),
        reserved: 0,
    };
    let write = Launch::new(Unit::Rows, "row_write", warp_for_each(shape.count), &shape);
    let launches = match overlap {
        Overlap::Apart => vec![movement::copy(tape), write],
        Overlap::InPlace => vec![write],
    };
    Launches {
        launches,
        workspace_words: 0,
    }
}
