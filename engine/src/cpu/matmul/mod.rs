//! Products of matrices by rule S.
//!
//! `C[i][j] = ((+0 + part_0) + part_1) + ...`, where `part_n` takes the terms `512 n ..` ascending by fused multiply-add
//! from +0. A chunk is one panel of the blocked product: its part stays in registers, and totals are kept in the output.
//! Blocks of the output are independent, so neither their shape nor the number of threads changes a bit.

mod block;
mod by_rows;
mod long;
pub(crate) mod pack;
mod slim;
pub(crate) mod tile;
pub(crate) mod turned;

use super::exec::{Exec, Shared};
use assay_numerics::Dims;
use block::Output;

/// Terms of a chunk (rule S).
pub(crate) const CHUNK: usize = 512;
/// Rows of the left operand that stay in the second cache while the right one passes.
pub(crate) const BLOCK_ROWS: usize = 192;
/// Billionths of a second that a multiply-add takes on one thread, times 1024 (48 a nanosecond, to plan with).
const NS_PER_MEGA_FMA: u64 = 22_000;
/// Blocks for each thread: more of them would pack the same operands more often.
pub(super) const PIECES_PER_THREAD: usize = 2;
/// Elements that one thread moves in a nanosecond.
const ELEMENTS_PER_NS: u64 = 8;

/// A product with its extents and layouts.
#[derive(Clone, Debug)]
pub(crate) struct MatMul {
    rows: usize,
    terms: usize,
    cols: usize,
    transpose_a: bool,
    transpose_b: bool,
    /// Leading dimensions of the output.
    batch: [usize; 2],
    /// Elements from one matrix to the next along each leading dimension; 0 where the operand is broadcast.
    a_strides: [usize; 2],
    b_strides: [usize; 2],
}

/// A rectangle of one output matrix.
#[derive(Clone, Copy)]
struct Block {
    row: usize,
    rows: usize,
    col: usize,
    cols: usize,
}

impl MatMul {
    /// A product of operands and output of these dimensions, which the operator's check has accepted.
    pub(crate) fn new(
        a: Dims,
        b: Dims,
        output: Dims,
        transpose_a: bool,
        transpose_b: bool,
    ) -> Self {
        let [b0, b1, rows, cols] = output.get().map(|dim| dim as usize);
        let terms = if transpose_a { a.rows() } else { a.cols() } as usize;
        let (a_strides, b_strides) = (batch_strides(a), batch_strides(b));
        Self {
            rows,
            terms,
            cols,
            transpose_a,
            transpose_b,
            batch: [b0, b1],
            a_strides,
            b_strides,
        }
    }

    /// Estimated nanoseconds on one thread of the fastest path: of arithmetic or of moving the operands.
    pub(crate) fn nanoseconds(&self) -> u64 {
        let matrices = self.batch[0] * self.batch[1];
        let product = |extents: &[usize]| {
            let count = extents.iter().map(|x| *x as u64);
            count.fold(matrices as u64, u64::saturating_mul)
        };
        let [m, n, k] = [self.rows, self.cols, self.terms];
        let moved = [[m, k], [k, n], [m, n]].map(|sides| product(&sides));
        let moved = moved.into_iter().fold(0, u64::saturating_add) / ELEMENTS_PER_NS;
        let arithmetic = (product(&[m, n, k]) >> 10).saturating_mul(NS_PER_MEGA_FMA) >> 10;
        arithmetic.max(moved)
    }

    /// Computes the product of row-major `a` and `b` into `c`. `workspace` has the words that [`Self::workspace_words`] asks for.
    pub(crate) fn run(
        &self,
        exec: &Exec,
        a: &[f32],
        b: &[f32],
        c: &mut [f32],
        workspace: &mut [f32],
    ) {
        if !workspace.is_empty() {
            return self.run_long(exec, a, b, c, workspace);
        }
        let (path, output) = (exec.path, Shared::new(c.as_mut_ptr()));
        let matrix = self.rows * self.cols;
        if self.is_slim(path) {
            let columns = slim::Columns::Neighbours(self.cols);
            self.each_block(exec, self.slim_grid(exec), a, b, |number, a, b, block| {
                self.slim_block(path, a, b, output.at(number * matrix), columns, block)
            });
        } else if self.mirrored().is_slim(path) {
            let (mirrored, columns) = (self.mirrored(), slim::Columns::Apart(self.cols));
            mirrored.each_block(
                exec,
                mirrored.slim_grid(exec),
                b,
                a,
                |number, a, b, block| {
                    mirrored.slim_block(path, a, b, output.at(number * matrix), columns, block)
                },
            );
        } else {
            self.each_block(exec, self.grid(exec), a, b, |number, a, b, block| {
                self.block(path, a, b, Output::of(output.at(number * matrix)), block)
            });
        }
    }

    /// Cuts each output matrix into row and column blocks, whole register blocks wide, and calls `task` for every block with the
    /// number of its matrix and that matrix's operands.
    fn each_block(
        &self,
        exec: &Exec,
        (row_blocks, col_blocks): (usize, usize),
        a: &[f32],
        b: &[f32],
        task: impl Fn(usize, &[f32], &[f32], Block) + Sync,
    ) {
        let height = self.rows.div_ceil(row_blocks);
        let width = self.cols.div_ceil(col_blocks);
        let width = width.next_multiple_of(2 * exec.path.lanes);
        let (row_blocks, col_blocks) = (self.rows.div_ceil(height), self.cols.div_ceil(width));
        let blocks = row_blocks * col_blocks;
        exec.each(self.batch[0] * self.batch[1] * blocks, |number| {
            let (matrix, number) = (number / blocks, number % blocks);
            let (row, col) = (number / col_blocks * height, number % col_blocks * width);
            let block = Block {
                row,
                rows: height.min(self.rows - row),
                col,
                cols: width.min(self.cols - col),
            };
            let (a, b) = self.operands(a, b, matrix);
            task(matrix, a, b, block);
        });
    }

    /// The operands of one output matrix.
    fn operands<'a>(&self, a: &'a [f32], b: &'a [f32], matrix: usize) -> (&'a [f32], &'a [f32]) {
        let [b0, b1] = [matrix / self.batch[1], matrix % self.batch[1]];
        let at = |strides: &[usize; 2]| b0 * strides[0] + b1 * strides[1];
        (
            &a[at(&self.a_strides)..][..self.rows * self.terms],
            &b[at(&self.b_strides)..][..self.terms * self.cols],
        )
    }

    /// Row and column blocks of each output matrix: few enough that packing stays cheap, enough for the threads.
    fn grid(&self, exec: &Exec) -> (usize, usize) {
        let matrices = self.batch[0] * self.batch[1];
        let wanted = exec
            .pieces(self.nanoseconds())
            .min(PIECES_PER_THREAD * exec.threads);
        let wanted = wanted.div_ceil(matrices);
        let (tile_rows, tile_cols) = (exec.path.tiles.len(), 2 * exec.path.lanes);
        let (mut row_blocks, mut col_blocks) = (self.rows.div_ceil(BLOCK_ROWS), 1);
        if row_blocks > 1 && wanted > 1 {
            row_blocks = row_blocks.next_multiple_of(exec.threads);
        }
        while row_blocks * col_blocks < wanted {
            let (height, width) = (self.rows / row_blocks, self.cols / col_blocks);
            if width >= 2 * tile_cols && width >= height {
                col_blocks *= 2;
            } else if height >= 2 * tile_rows {
                row_blocks *= 2;
            } else if width >= 2 * tile_cols {
                col_blocks *= 2;
            } else {
                break;
            }
        }
        (row_blocks, col_blocks)
    }
}

/// Whether an operand of matrices of so many elements has one for each of the batch.
fn has_own_matrices(batch: &[usize; 2], strides: &[usize; 2], matrix: usize) -> bool {
    let whole = [batch[1] * matrix, matrix];
    let mut dims = batch.iter().zip(strides.iter().zip(&whole));
    dims.all(|(size, (found, wanted))| *size == 1 || found == wanted)
}

/// Elements from matrix to matrix along each leading dimension, 0 along one of size 1.
fn batch_strides(dims: Dims) -> [usize; 2] {
    let [b0, b1, rows, cols] = dims.get().map(|dim| dim as usize);
    let matrix = rows * cols;
    [
        if b0 == 1 { 0 } else { b1 * matrix },
        if b1 == 1 { 0 } else { matrix },
    ]
}
