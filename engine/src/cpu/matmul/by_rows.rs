//! Products some rows at a time: rows of the output with the same rows of the left operand, or terms that are rows of both
//! operands.

use super::block::Output;
use super::{has_own_matrices, slim, Block, MatMul, BLOCK_ROWS, CHUNK};
use crate::cpu::path::Path;
use std::ops::Range;

impl MatMul {
    /// Whether rows of the output take the same rows of the left operand.
    pub(crate) fn goes_by_rows(&self) -> bool {
        !self.transpose_a && has_own_matrices(&self.batch, &self.a_strides, self.rows * self.terms)
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
        self.block(path, a, b, Output::of(c), block);
    }

    /// Whether the terms of both operands are rows of which every matrix has its own, so that they may come some rows at a time.
    pub(crate) fn sums_over_rows(&self) -> bool {
        let (a, b) = (self.terms * self.rows, self.terms * self.cols);
        let own = |strides: &[usize; 2], matrix| has_own_matrices(&self.batch, strides, matrix);
        self.transpose_a && !self.transpose_b && own(&self.a_strides, a) && own(&self.b_strides, b)
    }

    /// Whether the part of a chunk needs memory of its own while the terms come some at a time.
    pub(crate) fn keeps_parts(&self) -> bool {
        self.terms > CHUNK
    }

    /// Matrices of the output.
    pub(crate) fn matrices(&self) -> usize {
        self.batch[0] * self.batch[1]
    }

    /// Terms of each sum.
    pub(crate) fn terms(&self) -> usize {
        self.terms
    }

    /// Takes the terms that are these rows of the operands, which are stored from `a` and `b` on, into the output, which is
    /// stored from `c` on. The rows are counted through all matrices. `part` has the output's layout; it is `c` unless the
    /// product [keeps parts](Self::keeps_parts).
    ///
    /// # Safety
    /// The product [sums over rows](Self::sums_over_rows). The rows lie in one matrix and in one chunk of it, and those
    /// before them in that matrix have been taken, in order. The processor has the path's instructions. These rows of `a` and `b`
    /// are readable; this matrix of `c` and `part` is nobody else's.
    pub(crate) unsafe fn take_rows(
        &self,
        path: &Path,
        operands: (*const f32, *const f32),
        (c, part): (*mut f32, *mut f32),
        rows: Range<usize>,
    ) {
        let (matrix, start) = (rows.start / self.terms, rows.start % self.terms);
        // SAFETY: the caller's promise.
        let (a, b) = unsafe {
            let slice = |from: *const f32, cols: usize| {
                core::slice::from_raw_parts(from.wrapping_add(rows.start * cols), rows.len() * cols)
            };
            (slice(operands.0, self.rows), slice(operands.1, self.cols))
        };
        let output = matrix * self.rows * self.cols;
        let output = Output {
            c: c.wrapping_add(output),
            part: part.wrapping_add(output),
        };
        let terms = start..start + rows.len();
        for row in (0..self.rows).step_by(BLOCK_ROWS) {
            let block = Block {
                row,
                rows: BLOCK_ROWS.min(self.rows - row),
                col: 0,
                cols: self.cols,
            };
            self.take_terms(path, a, b, output, block, terms.clone());
        }
    }
}
