//! Operands as the register blocks want them: where the layout already serves they are read in place, else a panel is
//! copied. A transposed operand is never stored as a whole.

use super::slim::MOST_ROWS;
use super::{Block, MatMul, BLOCK_ROWS, CHUNK};
use crate::cpu::path::Path;
use std::cell::RefCell;

/// Columns of the right operand that are copied at a time: long enough rows that reading them is fast, few enough that
/// the copy stays in the second cache with the left operand.
pub(super) const GROUP_COLS: usize = 128;
/// Columns from which on a copy of the left operand can pay: with fewer every element is read once.
const COLS_WORTH_A_COPY: usize = 32;
/// Strips of rows from which on a panel of the right operand is worth copying.
const STRIPS_WORTH_A_COPY: usize = 4;
/// Rows that may lie in one set of the first cache without driving each other out, the right operand's lines counted.
const CACHE_WAYS: usize = 6;

/// Columns of a slim block whose parts are kept between pieces of a chunk.
pub(super) const SLIM_COLS: usize = 2048;
/// Room for the parts, the last vector of a row whole.
const PART_WORDS: usize = MOST_ROWS * (SLIM_COLS + SPARE_WORDS);

/// Words behind a panel that a vector may overwrite.
const SPARE_WORDS: usize = 16;
/// Terms between the rows of a copy, so that they do not all fall into one set of the first cache.
const LEFT_STRIDE: usize = CHUNK + 16;
/// A row of this many words begins where the row above does in the first cache.
const CACHE_WAY_WORDS: usize = 1024;
/// Room for a chunk of a block's rows, the last strip padded to the height of the others.
const LEFT_WORDS: usize = LEFT_STRIDE * (BLOCK_ROWS + 16) + SPARE_WORDS;
/// Room for a chunk of a group of columns, or of a slim block's.
const RIGHT_WORDS: usize = CHUNK * GROUP_COLS + SPARE_WORDS;

/// Bytes of one thread's panels.
pub(crate) const PANEL_BYTES: u64 = 4 * (LEFT_WORDS + RIGHT_WORDS + PART_WORDS) as u64;

/// A thread's memory for panels, kept from product to product.
pub(super) struct Panels {
    pub(super) left: Vec<f32>,
    pub(super) right: Vec<f32>,
    /// Parts of a slim block.
    pub(super) parts: Vec<f32>,
}

thread_local! {
    static PANELS: RefCell<Panels> = RefCell::new(Panels {
        left: vec![0.0; LEFT_WORDS],
        right: vec![0.0; RIGHT_WORDS],
        parts: vec![0.0; PART_WORDS],
    });
}

/// Lends this thread's panels.
pub(super) fn with_panels(work: impl FnOnce(&mut Panels)) {
    PANELS.with(|panels| work(&mut panels.borrow_mut()));
}

/// Most rows of a strip: as many as a register block has, fewer where the rows are read in place and would drive each
/// other out of the cache.
pub(super) fn strip_rows(product: &MatMul, path: &Path, block: Block) -> usize {
    let most = path.tiles.len();
    if rows_collide(product) && !worth_a_copy(block) {
        most.min(CACHE_WAYS)
    } else {
        most
    }
}

/// Whether a copy of the left operand can pay.
fn worth_a_copy(block: Block) -> bool {
    block.cols > COLS_WORTH_A_COPY
}

/// Whether all rows of the left operand begin in one set of the first cache.
fn rows_collide(product: &MatMul) -> bool {
    !product.transpose_a && product.terms.is_multiple_of(CACHE_WAY_WORDS)
}

/// A chunk of the left operand's rows.
pub(super) struct Left {
    start: *const f32,
    row_stride: usize,
    term_stride: usize,
    strip_stride: usize,
}

impl Left {
    /// The rows of `block`, `terms` terms from `term`. A transposed operand is copied strip by strip of `height` rows.
    pub(super) fn new(
        product: &MatMul,
        path: &Path,
        a: &[f32],
        block: Block,
        (term, terms): (usize, usize),
        height: usize,
        panel: &mut [f32],
    ) -> Self {
        let worth_a_copy = worth_a_copy(block);
        if product.transpose_a {
            let from = &a[term * product.rows + block.row..];
            if worth_a_copy {
                return Self::strips(product, path, from, block.rows, terms, height, panel);
            }
            return Self {
                start: from.as_ptr(),
                row_stride: 1,
                term_stride: product.rows,
                strip_stride: height,
            };
        }
        let from = &a[block.row * product.terms + term..];
        let row_stride = product.terms;
        if worth_a_copy && rows_collide(product) {
            return Self::spaced_rows(product, path, from, block.rows, terms, height, panel);
        }
        Self {
            start: from.as_ptr(),
            row_stride,
            term_stride: 1,
            strip_stride: height * row_stride,
        }
    }

    /// A copy of a transposed operand, strip by strip, in which the rows of one term are neighbours.
    fn strips(
        product: &MatMul,
        path: &Path,
        from: &[f32],
        rows: usize,
        terms: usize,
        height: usize,
        panel: &mut [f32],
    ) -> Self {
        debug_assert!(from.len() >= (terms - 1) * product.rows + rows);
        debug_assert!(panel.len() >= terms * rows.next_multiple_of(height));
        // SAFETY: the processor has the path's instructions. The operand has `product.rows` elements for each term, and the
        // panel room for whole strips of a block's rows.
        unsafe {
            (path.pack_strips)(
                from.as_ptr(),
                product.rows,
                terms,
                rows,
                panel.as_mut_ptr(),
                height,
            )
        };
        Self {
            start: panel.as_ptr(),
            row_stride: 1,
            term_stride: height,
            strip_stride: height * terms,
        }
    }

    /// A copy of the rows at a distance at which they do not drive each other out of the cache.
    fn spaced_rows(
        product: &MatMul,
        path: &Path,
        from: &[f32],
        rows: usize,
        terms: usize,
        height: usize,
        panel: &mut [f32],
    ) -> Self {
        debug_assert!(from.len() >= (rows - 1) * product.terms + terms);
        debug_assert!(panel.len() >= rows * LEFT_STRIDE + path.lanes);
        // SAFETY: the processor has the path's instructions. The operand has `product.terms` elements for each row, and
        // the panel room for a block's rows at this distance.
        unsafe {
            (path.pack_rows)(
                from.as_ptr(),
                product.terms,
                rows,
                terms,
                panel.as_mut_ptr(),
                LEFT_STRIDE,
            )
        };
        Self {
            start: panel.as_ptr(),
            row_stride: LEFT_STRIDE,
            term_stride: 1,
            strip_stride: height * LEFT_STRIDE,
        }
    }

    /// Start, row stride and term stride of the strip that begins `row` rows into the block.
    pub(super) fn strip(&self, row: usize, height: usize) -> (*const f32, usize, usize) {
        (
            self.start.wrapping_add(row / height * self.strip_stride),
            self.row_stride,
            self.term_stride,
        )
    }
}

/// A chunk of some of the right operand's columns, in panels of so many.
pub(super) struct Right {
    start: *const f32,
    /// Columns of every panel but the last.
    width: usize,
    /// From one panel to the next.
    panel_stride: usize,
    /// From one term to the next, in every panel but the last, and in that.
    strides: [usize; 2],
}

impl Right {
    /// `terms` x `columns` elements from (term, column) `at`, in panels of `width` columns, readable in whole vectors. `strips`
    /// is how often each will be read.
    pub(super) fn new(
        product: &MatMul,
        path: &Path,
        b: &[f32],
        at: (usize, usize),
        (terms, columns): (usize, usize),
        (width, strips): (usize, usize),
        panel: &mut [f32],
    ) -> Self {
        let (term, col) = at;
        debug_assert!(columns > 0 && panel.len() >= terms * columns.next_multiple_of(width));
        if product.transpose_b {
            return Self::transposed(product, path, b, at, (terms, columns), width, panel);
        }
        let from = &b[term * product.cols + col..];
        debug_assert!(from.len() >= (terms - 1) * product.cols + columns);
        if columns.is_multiple_of(path.lanes) && strips < STRIPS_WORTH_A_COPY {
            return Self {
                start: from.as_ptr(),
                width,
                panel_stride: width,
                strides: [product.cols; 2],
            };
        }
        // SAFETY: the processor has the path's instructions. The operand has `product.cols` elements for each term, and the
        // panel room for whole panels.
        unsafe {
            (path.pack_strips)(
                from.as_ptr(),
                product.cols,
                terms,
                columns,
                panel.as_mut_ptr(),
                width,
            )
        };
        Self {
            start: panel.as_ptr(),
            width,
            panel_stride: terms * width,
            strides: [width; 2],
        }
    }

    fn transposed(
        product: &MatMul,
        path: &Path,
        b: &[f32],
        (term, col): (usize, usize),
        (terms, columns): (usize, usize),
        width: usize,
        panel: &mut [f32],
    ) -> Self {
        let from = &b[col * product.terms + term..];
        debug_assert!(from.len() >= (columns - 1) * product.terms + terms);
        let last = (columns - 1) % width + 1;
        for first in (0..columns).step_by(width) {
            let n = width.min(columns - first);
            // SAFETY: the processor has the path's instructions. The operand has `product.terms` elements for each
            // column, and the panel has room for whole panels.
            unsafe {
                (path.pack_transposed)(
                    from[first * product.terms..].as_ptr(),
                    product.terms,
                    terms,
                    n,
                    panel[first * terms..].as_mut_ptr(),
                    n.next_multiple_of(path.lanes),
                );
            }
        }
        Self {
            start: panel.as_ptr(),
            width,
            panel_stride: terms * width,
            strides: [width, last.next_multiple_of(path.lanes)],
        }
    }

    /// Start and distance of the terms of the panel that begins `col` columns into the chunk and has `columns`.
    pub(super) fn panel(&self, col: usize, columns: usize) -> (*const f32, usize) {
        let stride = self.strides[usize::from(columns < self.width)];
        (
            self.start
                .wrapping_add(col / self.width * self.panel_stride),
            stride,
        )
    }
}
