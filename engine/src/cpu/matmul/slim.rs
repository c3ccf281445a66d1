//! Products of very few rows, whose time goes into reading the right operand: register blocks are wide, and the left
//! operand is read in place. A product of very few columns is one of few rows, mirrored: `C^T = B^T A^T` takes the same
//! terms in the same order, and a multiply-add does not mind which factor comes first.

use super::pack::{self, Panels, Right, SLIM_COLS};
use super::tile::{TileArgs, SLIM_VECTORS};
use super::turned::TURNED_VECTORS;
use super::{Block, MatMul, CHUNK};
use crate::cpu::exec::Exec;
use crate::cpu::path::Path;
use std::ops::Range;

/// Rows of a right operand that are read side by side from end to end.
const ROWS_AT_A_TIME: usize = 16;

/// Most rows of a slim block on any path.
pub(super) const MOST_ROWS: usize = 4;

/// How the columns of a slim product lie in the output.
#[derive(Clone, Copy)]
pub(super) enum Columns {
    /// Side by side, rows this many elements apart.
    Neighbours(usize),
    /// This many elements apart, rows side by side: the output is stored mirrored.
    Apart(usize),
}

impl MatMul {
    /// Whether slim blocks serve.
    pub(super) fn is_slim(&self, path: &Path) -> bool {
        self.rows <= path.slim.len() && self.cols >= SLIM_VECTORS * path.lanes
    }

    /// The product whose output is the transpose of this one's, with the operands exchanged.
    pub(super) fn mirrored(&self) -> Self {
        Self {
            rows: self.cols,
            terms: self.terms,
            cols: self.rows,
            transpose_a: !self.transpose_b,
            transpose_b: !self.transpose_a,
            batch: self.batch,
            a_strides: self.b_strides,
            b_strides: self.a_strides,
        }
    }

    /// Row and column blocks of each output matrix: as many as the threads want, a register block wide at least.
    pub(super) fn slim_grid(&self, exec: &Exec) -> (usize, usize) {
        let wanted = exec.pieces(self.nanoseconds());
        let wanted = wanted.div_ceil(self.batch[0] * self.batch[1]);
        let most = self.cols / (SLIM_VECTORS * exec.path.lanes);
        (1, wanted.min(most).max(1))
    }

    /// One block of columns of one output matrix, which starts at `c`; `a` and `b` are that matrix's operands.
    pub(super) fn slim_block(
        &self,
        path: &Path,
        a: &[f32],
        b: &[f32],
        c: *mut f32,
        columns: Columns,
        block: Block,
    ) {
        let (c_row, c_col) = match columns {
            Columns::Neighbours(stride) => (stride, 1),
            Columns::Apart(stride) => (1, stride),
        };
        let output = (c, c_row, c_col);
        let turned = if self.transpose_b {
            self.turned_columns(path, (a, b), output, block)
        } else {
            0
        };
        let (start, end) = (block.col + turned, block.col + block.cols);
        pack::with_panels(|panels: &mut Panels| {
            for chunk in (0..self.terms).step_by(CHUNK) {
                let terms = chunk..self.terms.min(chunk + CHUNK);
                for col in (start..end).step_by(SLIM_COLS) {
                    let group = (terms.clone(), col..end.min(col + SLIM_COLS));
                    self.slim_group(path, (a, b), output, group, panels);
                }
            }
        });
    }

    /// The columns of whole vectors, of which it returns how many they are, where the right operand is transposed: a
    /// vector's columns are rows there, which are read from end to end.
    fn turned_columns(
        &self,
        path: &Path,
        (a, b): (&[f32], &[f32]),
        (c, c_row, c_col): (*mut f32, usize, usize),
        block: Block,
    ) -> usize {
        let whole = block.cols / path.lanes * path.lanes;
        let (a_row, a_term) = self.left_strides();
        debug_assert!(a.len() == self.rows * self.terms && b.len() == self.terms * self.cols);
        let (end, width) = (block.col + whole, TURNED_VECTORS * path.lanes);
        for col in (block.col..end).step_by(width) {
            let columns = width.min(end - col);
            for term in (0..self.terms).step_by(CHUNK) {
                let args = TileArgs {
                    terms: CHUNK.min(self.terms - term),
                    a: a[term * a_term..].as_ptr(),
                    a_row,
                    a_term,
                    b: b[col * self.terms + term..].as_ptr(),
                    b_term: self.terms,
                    c: c.wrapping_add(col * c_col),
                    c_row,
                    c_col,
                    columns,
                    first: term == 0,
                    part: core::ptr::null_mut(),
                    begins: true,
                    ends: true,
                };
                // SAFETY: the path was chosen because the processor has its instructions. The operands have these terms
                // of all rows and of these vectors' columns, which lie inside the block, and blocks of different tasks do not
                // overlap.
                unsafe { path.turned[self.rows - 1][columns / path.lanes - 1](&args) };
            }
        }
        whole
    }

    /// From row to row and from term to term of the left operand.
    fn left_strides(&self) -> (usize, usize) {
        if self.transpose_a {
            (1, self.rows)
        } else {
            (self.terms, 1)
        }
    }

    /// One chunk of some columns, in pieces so short that a few rows of the right operand are read from end to end.
    fn slim_group(
        &self,
        path: &Path,
        operands: (&[f32], &[f32]),
        output: (*mut f32, usize, usize),
        (terms, cols): (Range<usize>, Range<usize>),
        panels: &mut Panels,
    ) {
        let width = SLIM_VECTORS * path.lanes;
        for term in terms.clone().step_by(ROWS_AT_A_TIME) {
            let piece = term..terms.end.min(term + ROWS_AT_A_TIME);
            for col in cols.clone().step_by(width) {
                let piece = Piece::new(&terms, piece.clone(), &cols, col, width);
                self.slim_piece(path, operands, output, &piece, panels);
            }
        }
    }

    fn slim_piece(
        &self,
        path: &Path,
        (a, b): (&[f32], &[f32]),
        (c, c_row, c_col): (*mut f32, usize, usize),
        piece: &Piece,
        panels: &mut Panels,
    ) {
        let Piece { term, col, .. } = *piece;
        let (terms, columns) = (piece.terms, piece.columns);
        let (a_row, a_term) = self.left_strides();
        let a = &a[term * a_term..];
        debug_assert!(a.len() > (self.rows - 1) * a_row + (terms - 1) * a_term);
        let (extent, use_of) = ((terms, columns), (SLIM_VECTORS * path.lanes, 1));
        let right = Right::new(
            self,
            path,
            b,
            (term, col),
            extent,
            use_of,
            &mut panels.right,
        );
        let (b, b_term) = right.panel(0, columns);
        let vectors = columns.div_ceil(path.lanes);
        let part = &mut panels.parts[piece.part * self.rows..];
        debug_assert!(part.len() >= self.rows * vectors * path.lanes);
        let args = TileArgs {
            terms,
            a: a.as_ptr(),
            a_row,
            a_term,
            b,
            b_term,
            c: c.wrapping_add(col * c_col),
            c_row,
            c_col,
            columns,
            first: piece.first,
            part: part.as_mut_ptr(),
            begins: piece.begins,
            ends: piece.ends,
        };
        // SAFETY: the path was chosen because the processor has its instructions. `a` has `terms` terms of all rows and
        // `right` those of whole vectors of columns, and `part` has room for as many of every row. The block's columns of
        // `c` lie inside the matrix, and blocks of different tasks do not overlap.
        unsafe { path.slim[self.rows - 1][vectors - 1](&args) };
    }
}

/// Some terms of a chunk, and some of a group's columns.
struct Piece {
    term: usize,
    terms: usize,
    col: usize,
    columns: usize,
    /// Columns of the group before these.
    part: usize,
    /// Whether the chunk is the product's first.
    first: bool,
    /// Whether the terms are the chunk's first, and its last ones.
    begins: bool,
    ends: bool,
}

impl Piece {
    fn new(
        chunk: &Range<usize>,
        terms: Range<usize>,
        cols: &Range<usize>,
        col: usize,
        width: usize,
    ) -> Self {
        Self {
            term: terms.start,
            terms: terms.len(),
            col,
            columns: width.min(cols.end - col),
            part: col - cols.start,
            first: chunk.start == 0,
            begins: terms.start == chunk.start,
            ends: terms.end == chunk.end,
        }
    }
}
