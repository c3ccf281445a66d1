//! Products of matrices by rule S.
//!
//! `C[i][j] = ((+0 + part_0) + part_1) + ...`, where `part_n` takes the terms `512 n ..` ascending by fused multiply-add
//! from +0. A chunk is one panel of the blocked product: its part stays in registers, and totals are kept in the output.
//! Blocks of the output are independent, so neither their shape nor the number of threads changes a bit.

pub(crate) mod pack;
pub(crate) mod tile;

use super::exec::{Exec, Shared};
use assay_numerics::Dims;
use pack::{Left, Panels, Right};
use tile::TileArgs;

/// Terms of a chunk (rule S).
const CHUNK: usize = 512;
/// Rows of the left operand that stay in the second cache while the right one passes.
const BLOCK_ROWS: usize = 192;
/// Billionths of a second that a multiply-add takes on one thread, times 1024 (48 a nanosecond, to plan with).
const NS_PER_MEGA_FMA: u64 = 22_000;

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

    /// Estimated nanoseconds on one thread of the fastest path.
    pub(crate) fn nanoseconds(&self) -> u64 {
        let products = [
            self.rows,
            self.cols,
            self.terms,
            self.batch[0] * self.batch[1],
        ];
        let total = products
            .iter()
            .fold(1u64, |n, &x| n.saturating_mul(x as u64));
        (total >> 10).saturating_mul(NS_PER_MEGA_FMA) >> 10
    }

    /// Computes the product of row-major `a` and `b` into `c`.
    pub(crate) fn run(&self, exec: &Exec, a: &[f32], b: &[f32], c: &mut [f32]) {
        let matrices = self.batch[0] * self.batch[1];
        let (row_blocks, col_blocks) = self.grid(exec, matrices);
        let (height, width) = (
            self.rows.div_ceil(row_blocks),
            self.cols.div_ceil(col_blocks),
        );
        let width = width.next_multiple_of(2 * exec.path.lanes);
        let (row_blocks, col_blocks) = (self.rows.div_ceil(height), self.cols.div_ceil(width));
        let output = Shared::new(c.as_mut_ptr());
        exec.each(matrices * row_blocks * col_blocks, |task| {
            let (matrix, task) = (
                task / (row_blocks * col_blocks),
                task % (row_blocks * col_blocks),
            );
            let (row, col) = (task / col_blocks * height, task % col_blocks * width);
            let block = Block {
                row,
                rows: height.min(self.rows - row),
                col,
                cols: width.min(self.cols - col),
            };
            let [b0, b1] = [matrix / self.batch[1], matrix % self.batch[1]];
            let a = &a[b0 * self.a_strides[0] + b1 * self.a_strides[1]..][..self.rows * self.terms];
            let b = &b[b0 * self.b_strides[0] + b1 * self.b_strides[1]..][..self.terms * self.cols];
            self.block(exec, a, b, output.at(matrix * self.rows * self.cols), block);
        });
    }

    /// Row and column blocks of each output matrix: few enough that packing stays cheap, enough for the threads.
    fn grid(&self, exec: &Exec, matrices: usize) -> (usize, usize) {
        let wanted = exec.pieces(self.nanoseconds()).div_ceil(matrices);
        let (tile_rows, tile_cols) = (exec.path.tiles.len(), 2 * exec.path.lanes);
        let (mut row_blocks, mut col_blocks) = (self.rows.div_ceil(BLOCK_ROWS), 1);
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

    /// One block of one output matrix, which starts at `c`; `a` and `b` are that matrix's operands.
    fn block(&self, exec: &Exec, a: &[f32], b: &[f32], c: *mut f32, block: Block) {
        let path = exec.path;
        let tile_cols = 2 * path.lanes;
        let strips = block.rows.div_ceil(path.tiles.len());
        let height = block.rows.div_ceil(strips);
        pack::with_panels(|panels: &mut Panels| {
            for term in (0..self.terms).step_by(CHUNK) {
                let terms = CHUNK.min(self.terms - term);
                let left = Left::new(
                    self,
                    path,
                    a,
                    block,
                    (term, terms),
                    height,
                    &mut panels.left,
                );
                for col in (0..block.cols).step_by(tile_cols) {
                    let columns = tile_cols.min(block.cols - col);
                    let at = (term, block.col + col);
                    let right = Right::new(
                        self,
                        path,
                        b,
                        at,
                        (terms, columns),
                        strips,
                        &mut panels.right,
                    );
                    for strip in 0..strips {
                        let row = strip * height;
                        let rows = height.min(block.rows - row);
                        let (a, a_row, a_term) = left.strip(row, height);
                        let args = TileArgs {
                            terms,
                            a,
                            a_row,
                            a_term,
                            b: right.start,
                            b_term: right.stride,
                            c: c.wrapping_add((block.row + row) * self.cols + block.col + col),
                            c_row: self.cols,
                            columns,
                            first: term == 0,
                        };
                        let vectors = columns.div_ceil(path.lanes);
                        // SAFETY: the path was chosen because the processor has its instructions. `left` and `right`
                        // hold `terms` terms of these rows and of whole vectors of columns. The rectangle of `c` lies
                        // inside this block, and blocks of different tasks do not overlap.
                        unsafe { path.tiles[rows - 1][vectors - 1](&args) };
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
