//! Operators that move rows or elements to places which an index or the step number names.

use assay_numerics::{schedule, Dims, RowOrder};

/// Bits of 1.0.
const ONE: u32 = 0x3f80_0000;

/// Rows of `table`, each `width` words, named by `index`; a row that does not exist is 0.
pub(crate) fn gather(index: &[u32], table: &[u32], width: usize, to: &mut [u32]) {
    let rows = table.len() / width;
    for (row, to) in index
        .iter()
        .map(|row| *row as usize)
        .zip(to.chunks_exact_mut(width))
    {
        if row < rows {
            to.copy_from_slice(&table[row * width..][..width]);
        } else {
            to.fill(0);
        }
    }
}

/// The element of each row of `x`, each `width` words, that `index` names; one that does not exist is 0.
pub(crate) fn pick(index: &[u32], x: &[u32], width: usize, to: &mut [u32]) {
    for ((column, row), to) in index.iter().zip(x.chunks_exact(width)).zip(to) {
        *to = row.get(*column as usize).copied().unwrap_or(0);
    }
}

/// A row of `width` words for each index, 1.0 where it points and +0 elsewhere.
pub(crate) fn one_hot(index: &[u32], width: usize, to: &mut [u32]) {
    to.fill(0);
    for (column, row) in index.iter().zip(to.chunks_exact_mut(width)) {
        if let Some(hot) = row.get_mut(*column as usize) {
            *hot = ONE;
        }
    }
}

/// The rows of a dataset that make the batch of a step.
#[derive(Clone, Debug)]
pub(crate) struct BatchRows {
    order: RowOrder,
    rows: u64,
    width: usize,
    batch: u64,
}

impl BatchRows {
    pub(crate) fn new(order: RowOrder, input: Dims, output: Dims) -> Self {
        let width = input.cols() as usize;
        Self {
            order,
            rows: u64::from(input.rows()),
            width,
            batch: u64::from(output.rows()),
        }
    }

    pub(crate) fn run(&self, seed: &[u8; 32], step: u64, x: &[u32], to: &mut [u32]) {
        for (j, to) in (0..).zip(to.chunks_exact_mut(self.width)) {
            let row = schedule::row(self.order, seed, step, self.batch, j, self.rows) as usize;
            to.copy_from_slice(&x[row * self.width..][..self.width]);
        }
    }
}

/// Writes the rows of `value`, each `width` words, over the tape's from row `step * rows of value` on; what would lie
/// past the tape's end is dropped.
pub(crate) fn row_write(step: u64, value: &[u32], width: usize, tape: &mut [u32]) {
    let rows = (value.len() / width) as u64;
    let start = step
        .checked_mul(rows)
        .and_then(|first| first.checked_mul(width as u64));
    let Some(rest) = start
        .and_then(|start| usize::try_from(start).ok())
        .and_then(|start| tape.get_mut(start..))
    else {
        return;
    };
    let words = rest.len().min(value.len());
    rest[..words].copy_from_slice(&value[..words]);
}
