//! ScatterAdd over whole tensors.
//!
//! The output begins as +0. A chunk of positions (rule S) is sorted by the rows that they name; the sum of each row's
//! positions in the chunk is made in registers and added to the output. A row that a chunk does not name would be given
//! +0 by it, which changes no sum that began at +0. Threads take columns, so each sees all positions in their order.

use super::exec::{Exec, Shared};
use super::lanes::Lanes;
use assay_numerics::Dims;

/// Positions of a chunk (rule S).
const CHUNK: usize = 512;
/// Places of the table in which a chunk's rows are looked up: twice as many as there can be.
const PLACES: usize = 2 * CHUNK;
/// No position and no group.
const NONE: u16 = u16::MAX;
/// Columns to which a piece of work is rounded.
const COLUMN_GROUP: usize = 32;
/// Elements that one thread clears, or reads and adds, in a nanosecond.
const ELEMENTS_PER_NS: u64 = 8;
/// Nanoseconds of sorting a position.
const SORT_NS: u64 = 3;

/// The operator with its shapes.
#[derive(Clone, Debug)]
pub(crate) struct ScatterAdd {
    width: usize,
    rows: usize,
    positions: u64,
}

impl ScatterAdd {
    pub(crate) fn new(values: Dims, output: Dims) -> Self {
        Self {
            width: output.cols() as usize,
            rows: output.rows() as usize,
            positions: u64::from(values.rows()),
        }
    }

    pub(crate) fn nanoseconds(&self) -> u64 {
        self.clear_ns() + self.add_ns()
    }

    fn clear_ns(&self) -> u64 {
        (self.rows * self.width) as u64 / ELEMENTS_PER_NS
    }

    fn add_ns(&self) -> u64 {
        self.positions * (self.width as u64 / ELEMENTS_PER_NS + SORT_NS)
    }

    pub(crate) fn run(&self, exec: &Exec, index: &[u32], values: &[f32], to: &mut [f32]) {
        exec.split(to, self.width, self.clear_ns(), |_, to| to.fill(0.0));
        // Every piece sorts all positions, so there are no more than threads.
        let groups = self.width.div_ceil(COLUMN_GROUP);
        let pieces = exec.pieces(self.add_ns()).min(exec.threads).min(groups);
        let columns = groups.div_ceil(pieces) * COLUMN_GROUP;
        let to = Shared::new(to.as_mut_ptr());
        exec.each(pieces, |piece| {
            let first = (piece * columns).min(self.width);
            let columns = columns.min(self.width - first);
            let mut sorted = Sorted::new();
            for (index, values) in index.chunks(CHUNK).zip(values.chunks(CHUNK * self.width)) {
                sorted.sort(index, self.rows);
                for (row, positions) in sorted.runs() {
                    // SAFETY: the processor has the path's instructions. Positions lie in the chunk, rows in the output,
                    // and the columns in both; no other piece touches these columns.
                    unsafe {
                        (exec.path.add_rows)(
                            values.as_ptr().wrapping_add(first),
                            self.width,
                            positions,
                            columns,
                            to.at(row * self.width + first),
                        )
                    };
                }
            }
        });
    }
}

/// The positions of a chunk, those of one row together.
struct Sorted {
    /// Positions by row; those of one row ascend.
    positions: [u16; CHUNK],
    /// Each row that is named, in the order in which they are first named.
    rows: [u32; CHUNK],
    /// Where the positions of each row end.
    ends: [u16; CHUNK],
    /// Rows that are named.
    count: usize,
}

impl Sorted {
    const fn new() -> Self {
        Self {
            positions: [0; CHUNK],
            rows: [0; CHUNK],
            ends: [0; CHUNK],
            count: 0,
        }
    }

    /// Sorts at most [`CHUNK`] positions by the rows below `limit` that they name; others are left out.
    fn sort(&mut self, index: &[u32], limit: usize) {
        let group_of = self.number(index, limit);
        // From how many positions each row has to where they start.
        let mut start = 0;
        for end in &mut self.ends[..self.count] {
            let length = *end;
            *end = start;
            start += length;
        }
        for (position, group) in (0..).zip(&group_of[..index.len()]) {
            if *group != NONE {
                let end = &mut self.ends[usize::from(*group)];
                self.positions[usize::from(*end)] = position;
                *end += 1;
            }
        }
    }

    /// Numbers the rows as they are first named, and counts the positions of each in `ends`. Gives each position's number.
    fn number(&mut self, index: &[u32], limit: usize) -> [u16; CHUNK] {
        let (mut table, mut group_of) = ([NONE; PLACES], [NONE; CHUNK]);
        self.count = 0;
        for (row, group_of) in index.iter().zip(&mut group_of) {
            if *row as usize >= limit {
                continue;
            }
            let mut place = place(*row);
            // At most half of the places are taken, so this ends.
            while table[place] != NONE && self.rows[usize::from(table[place])] != *row {
                place = (place + 1) % PLACES;
            }
            if table[place] == NONE {
                table[place] = self.count as u16;
                self.rows[self.count] = *row;
                self.ends[self.count] = 0;
                self.count += 1;
            }
            *group_of = table[place];
            self.ends[usize::from(*group_of)] += 1;
        }
        group_of
    }

    /// The rows, each with its positions.
    fn runs(&self) -> impl Iterator<Item = (usize, &[u16])> {
        let mut start = 0;
        let rows = self.rows[..self.count].iter().zip(&self.ends);
        rows.map(move |(row, end)| {
            let run = &self.positions[start..usize::from(*end)];
            start = usize::from(*end);
            (*row as usize, run)
        })
    }
}

/// Where the search for a row begins: the high bits of its product with 2^32 over the golden ratio.
const fn place(row: u32) -> usize {
    (row.wrapping_mul(0x9e37_79b1) >> (32 - PLACES.ilog2())) as usize
}

/// Adds to each element of `to` the sum of the elements below it in some rows of `x`, taken in their order from +0. Rows are
/// `stride` elements apart; `columns` elements are taken of each.
///
/// # Safety
/// The processor has the instruction set of `L`; `x` is readable at `row * stride + column` for each of `rows` and
/// `column < columns`, and `to` is readable and writable for `columns` elements.
#[inline(always)]
pub(crate) unsafe fn add_rows<L: Lanes>(
    x: *const f32,
    stride: usize,
    rows: &[u16],
    columns: usize,
    to: *mut f32,
) {
    // SAFETY: columns of each group stay below `columns`.
    unsafe {
        let wide = 4 * L::COUNT;
        let mut column = 0;
        while column + wide <= columns {
            let mut part = [L::splat(0.0); 4];
            for row in rows {
                let from = x.add(usize::from(*row) * stride + column);
                for (v, sum) in part.iter_mut().enumerate() {
                    *sum = L::add(*sum, L::load(from.add(v * L::COUNT)));
                }
            }
            for (v, part) in part.iter().enumerate() {
                let to = to.add(column + v * L::COUNT);
                L::store(to, L::add(L::load(to), *part));
            }
            column += wide;
        }
        while column < columns {
            let lanes = (columns - column).min(L::COUNT);
            let mut part = L::splat(0.0);
            for row in rows {
                let from = x.add(usize::from(*row) * stride + column);
                part = L::add(part, L::load_part(from, lanes));
            }
            let to = to.add(column);
            L::store_part(to, L::add(L::load_part(to, lanes), part), lanes);
            column += L::COUNT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(index: &[u32], limit: usize) -> Vec<(usize, Vec<u16>)> {
        let mut sorted = Sorted::new();
        // What an earlier chunk left changes nothing.
        sorted.sort(&[7; CHUNK], 8);
        sorted.sort(index, limit);
        let runs = sorted.runs();
        runs.map(|(row, positions)| (row, positions.to_vec()))
            .collect()
    }

    #[test]
    fn positions_of_a_row_come_together_and_ascend() {
        let found = runs(&[3, 9, 3, 0, u32::MAX, 3, 0, 8], 9);
        assert_eq!(found, [(3, vec![0, 2, 5]), (0, vec![3, 6]), (8, vec![7])]);
        assert_eq!(runs(&[9, 10], 9), []);
    }

    #[test]
    fn a_full_chunk_of_rows_that_begin_their_search_in_one_place() {
        let crowded: Vec<u32> = (0..).filter(|row| place(*row) == 5).take(CHUNK).collect();
        let found = runs(&crowded, usize::MAX);
        let expected: Vec<_> = (0..).zip(&crowded).collect();
        assert_eq!(found.len(), CHUNK);
        for ((row, positions), (position, expected)) in found.iter().zip(expected) {
            assert_eq!(
                (*row, positions.as_slice()),
                (*expected as usize, &[position][..])
            );
        }
    }
}
