//! One block of one output matrix, chunk by chunk or some terms at a time.

use super::pack::{self, Left, Panels, Right, GROUP_COLS};
use super::tile::TileArgs;
use super::{Block, MatMul, BLOCK_ROWS, CHUNK};
use crate::cpu::path::Path;
use std::ops::Range;

/// Where an output matrix starts, and where the parts of its chunks lie if their terms come in pieces.
#[derive(Clone, Copy)]
pub(super) struct Output {
    pub(super) c: *mut f32,
    pub(super) part: *mut f32,
}

/// Terms that are taken at once.
struct Piece {
    /// Where they begin in the operands as these are given, and how many they are.
    term: usize,
    terms: usize,
    /// Whether the chunk is the product's first.
    first: bool,
    /// Whether the terms are the chunk's first, and its last ones.
    begins: bool,
    ends: bool,
}

impl Output {
    /// An output whose chunks come whole.
    pub(super) fn of(c: *mut f32) -> Self {
        Self { c, part: c }
    }
}

impl MatMul {
    /// One block of an output matrix; `a` and `b` are that matrix's operands.
    pub(super) fn block(&self, path: &Path, a: &[f32], b: &[f32], output: Output, block: Block) {
        pack::with_panels(|panels| {
            for term in (0..self.terms).step_by(CHUNK) {
                let piece = self.chunk(term, term == 0);
                self.piece(path, (a, b), output, block, &piece, panels);
            }
        });
    }

    /// The part of one chunk of a block by itself, added to +0; `a` and `b` are the matrix's operands. Only a zero's sign can
    /// be another than the part's, and no total minds that.
    pub(super) fn whole_chunk(
        &self,
        path: &Path,
        a: &[f32],
        b: &[f32],
        output: Output,
        block: Block,
        number: usize,
    ) {
        let piece = self.chunk(number * CHUNK, true);
        for row in (block.row..block.row + block.rows).step_by(BLOCK_ROWS) {
            let rows = BLOCK_ROWS.min(block.row + block.rows - row);
            let block = Block { row, rows, ..block };
            pack::with_panels(|panels| self.piece(path, (a, b), output, block, &piece, panels));
        }
    }

    /// The chunk that begins at a term.
    fn chunk(&self, term: usize, first: bool) -> Piece {
        Piece {
            term,
            terms: CHUNK.min(self.terms - term),
            first,
            begins: true,
            ends: true,
        }
    }

    /// Some terms of one chunk of a block; `a` and `b` are those terms' rows of that matrix's operands.
    pub(super) fn take_terms(
        &self,
        path: &Path,
        a: &[f32],
        b: &[f32],
        output: Output,
        block: Block,
        terms: Range<usize>,
    ) {
        debug_assert_eq!(terms.start / CHUNK, (terms.end - 1) / CHUNK);
        let piece = Piece {
            term: 0,
            terms: terms.len(),
            first: terms.start < CHUNK,
            begins: terms.start.is_multiple_of(CHUNK),
            ends: terms.end.is_multiple_of(CHUNK) || terms.end == self.terms,
        };
        pack::with_panels(|panels| self.piece(path, (a, b), output, block, &piece, panels));
    }

    fn piece(
        &self,
        path: &Path,
        (a, b): (&[f32], &[f32]),
        output: Output,
        block: Block,
        piece: &Piece,
        panels: &mut Panels,
    ) {
        let Panels { left, right, .. } = panels;
        let tile_cols = 2 * path.lanes;
        let strips = block.rows.div_ceil(pack::strip_rows(self, path, block));
        let height = block.rows.div_ceil(strips);
        let (term, terms) = (piece.term, piece.terms);
        let left = Left::new(self, path, a, block, (term, terms), height, left);
        for group in (0..block.cols).step_by(GROUP_COLS) {
            let cols = GROUP_COLS.min(block.cols - group);
            let (at, use_of) = ((term, block.col + group), (tile_cols, strips));
            let right = Right::new(self, path, b, at, (terms, cols), use_of, right);
            for col in (0..cols).step_by(tile_cols) {
                let columns = tile_cols.min(cols - col);
                let (b, b_term) = right.panel(col, columns);
                for row in (0..block.rows).step_by(height) {
                    let (a, a_row, a_term) = left.strip(row, height);
                    let to = (block.row + row) * self.cols + block.col + group + col;
                    let args = TileArgs {
                        terms,
                        a,
                        a_row,
                        a_term,
                        b,
                        b_term,
                        c: output.c.wrapping_add(to),
                        c_row: self.cols,
                        c_col: 1,
                        columns,
                        first: piece.first,
                        part: output.part.wrapping_add(to),
                        begins: piece.begins,
                        ends: piece.ends,
                    };
                    let rows = height.min(block.rows - row);
                    let vectors = columns.div_ceil(path.lanes);
                    // SAFETY: the path was chosen because the processor has its instructions. `left` and `right`
                    // hold `terms` terms of these rows and of whole vectors of columns. The rectangle of `c` and of
                    // `part` lies inside this block, and blocks of different tasks do not overlap.
                    unsafe { path.tiles[rows - 1][vectors - 1](&args) };
                }
            }
        }
    }
}
