//! Products of matrices by rule S.
//!
//! `C[i][j] = ((+0 + part_0) + part_1) + ...`, where `part_n` takes the terms `512 n ..` ascending by fused multiply-add
//! from +0. A chunk is one panel of the blocked product: its part stays in registers, and totals are kept in the output.
//! Blocks of the output are independent, so neither their shape nor the number of threads changes a bit.

pub(crate) mod pack;
mod slim;
pub(crate) mod tile;

use super::exec::{Exec, Shared};
use super::path::Path;
use assay_numerics::Dims;
use pack::{Left, Panels, Right, GROUP_COLS};
use std::ops::Range;
use tile::TileArgs;

/// Terms of a chunk (rule S).
const CHUNK: usize = 512;
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

    /// Computes the product of row-major `a` and `b` into `c`.
    pub(crate) fn run(&self, exec: &Exec, a: &[f32], b: &[f32], c: &mut [f32]) {
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
                self.block(path, a, b, output.at(number * matrix), block)
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
            let [b0, b1] = [matrix / self.batch[1], matrix % self.batch[1]];
            let a = &a[b0 * self.a_strides[0] + b1 * self.a_strides[1]..][..self.rows * self.terms];
            let b = &b[b0 * self.b_strides[0] + b1 * self.b_strides[1]..][..self.terms * self.cols];
            task(matrix, a, b, block);
        });
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

    /// Whether rows of the output take the same rows of the left operand.
    pub(crate) fn goes_by_rows(&self) -> bool {
        let matrix = self.rows * self.terms;
        let strides = [self.batch[1] * matrix, matrix];
        let whole =
            |(size, (found, wanted)): (&usize, (&usize, &usize))| *size == 1 || found == wanted;
        let strides = self.a_strides.iter().zip(&strides);
        !self.transpose_a && self.batch.iter().zip(strides).all(whole)
    }

    /// Whether slim blocks may serve, which ask for other strips.
    pub(crate) fn is_narrow(&self) -> bool {
        self.rows.min(self.cols) <= slim::MOST_ROWS
    }

    /// Whether all matrices have one right operand.
    pub(crate) fn shares_right(&self) -> bool {
        let fixed = |(size, stride): (&usize, &usize)| *size == 1 || *stride == 0;
        self.batch.iter().zip(&self.b_strides).all(fixed)
    }

    /// Rows of each output matrix.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Computes some rows of the output, which is stored from `c` on as the operands are from `a` and `b` on. The rows are
    /// counted through all matrices.
    ///
    /// # Safety
    /// The product [goes by rows](Self::goes_by_rows), and the rows lie in one matrix unless all [have one right
    /// operand](Self::shares_right). The processor has the path's instructions. These rows of `a` and the matrix of `b` are readable,
    /// and these rows of `c` are nobody else's.
    pub(crate) unsafe fn strip(
        &self,
        path: &Path,
        a: *const f32,
        b: *const f32,
        c: *mut f32,
        rows: Range<usize>,
    ) {
        let matrix = rows.start / self.rows;
        let [b0, b1] = [matrix / self.batch[1], matrix % self.batch[1]];
        let b = b.wrapping_add(b0 * self.b_strides[0] + b1 * self.b_strides[1]);
        let a = a.wrapping_add(rows.start * self.terms);
        // SAFETY: the caller's promise.
        let (a, b) = unsafe {
            (
                core::slice::from_raw_parts(a, rows.len() * self.terms),
                core::slice::from_raw_parts(b, self.terms * self.cols),
            )
        };
        let block = Block {
            row: 0,
            rows: rows.len(),
            col: 0,
            cols: self.cols,
        };
        let c = c.wrapping_add(rows.start * self.cols);
        self.block(path, a, b, c, block);
    }

    /// One block of one output matrix, which starts at `c`; `a` and `b` are that matrix's operands.
    fn block(&self, path: &Path, a: &[f32], b: &[f32], c: *mut f32, block: Block) {
        let tile_cols = 2 * path.lanes;
        let strips = block.rows.div_ceil(pack::strip_rows(self, path, block));
        let height = block.rows.div_ceil(strips);
        pack::with_panels(|Panels { left, right, .. }: &mut Panels| {
            for term in (0..self.terms).step_by(CHUNK) {
                let terms = CHUNK.min(self.terms - term);
                let left = Left::new(self, path, a, block, (term, terms), height, left);
                for group in (0..block.cols).step_by(GROUP_COLS) {
                    let cols = GROUP_COLS.min(block.cols - group);
                    let (at, use_of) = ((term, block.col + group), (tile_cols, strips));
                    let right = Right::new(self, path, b, at, (terms, cols), use_of, right);
                    for col in (0..cols).step_by(tile_cols) {
                        let columns = tile_cols.min(cols - col);
                        let (b, b_term) = right.panel(col, columns);
                        let c = c.wrapping_add(block.row * self.cols + block.col + group + col);
                        for row in (0..block.rows).step_by(height) {
                            let (a, a_row, a_term) = left.strip(row, height);
                            let args = TileArgs {
                                terms,
                                a,
                                a_row,
                                a_term,
                                b,
                                b_term,
                                c: c.wrapping_add(row * self.cols),
                                c_row: self.cols,
                                c_col: 1,
                                columns,
                                first: term == 0,
                                part: core::ptr::null_mut(),
                                begins: true,
                                ends: true,
                            };
                            let rows = height.min(block.rows - row);
                            let vectors = columns.div_ceil(path.lanes);
                            // SAFETY: the path was chosen because the processor has its instructions. `left` and `right`
                            // hold `terms` terms of these rows and of whole vectors of columns. The rectangle of `c`
                            // lies inside this block, and blocks of different tasks do not overlap.
                            unsafe { path.tiles[rows - 1][vectors - 1](&args) };
                        }
                    }
                }
            }
        });
    }
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
