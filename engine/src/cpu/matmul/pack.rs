//! Operands as the register blocks want them: where the layout already serves they are read in place, else a panel is
//! copied. A transposed operand is never stored as a whole.

use super::{Block, MatMul, BLOCK_ROWS, CHUNK};
use crate::cpu::path::Path;
use std::cell::RefCell;

/// Most columns of a panel of the right operand.
const MAX_WIDTH: usize = 32;
/// Strips of rows from which on a panel of the right operand is worth copying.
const STRIPS_WORTH_A_COPY: usize = 4;

/// Words behind a panel that a vector may overwrite.
const SPARE_WORDS: usize = 16;
/// Terms between the rows of a copy, so that they do not all fall into one set of the first cache.
const LEFT_STRIDE: usize = CHUNK + 16;
/// A row of this many words begins where the row above does in the first cache.
const CACHE_WAY_WORDS: usize = 1024;
/// Room for a chunk of a block's rows, the last strip padded to the height of the others.
const LEFT_WORDS: usize = LEFT_STRIDE * (BLOCK_ROWS + 16) + SPARE_WORDS;
/// Room for a chunk of a panel.
const RIGHT_WORDS: usize = CHUNK * MAX_WIDTH + SPARE_WORDS;

/// Bytes of one thread's panels.
pub(crate) const PANEL_BYTES: u64 = 4 * (LEFT_WORDS + RIGHT_WORDS) as u64;

/// A thread's memory for panels, kept from product to product.
pub(super) struct Panels {
    pub(super) left: Vec<f32>,
    pub(super) right: Vec<f32>,
}

thread_local! {
    static PANELS: RefCell<Panels> = RefCell::new(Panels { left: vec![0.0; LEFT_WORDS], right: vec![0.0; RIGHT_WORDS] });
}

/// Lends this thread's panels.
pub(super) fn with_panels(work: impl FnOnce(&mut Panels)) {
    PANELS.with(|panels| work(&mut panels.borrow_mut()));
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
        // With a single panel of columns every element is read once: a copy cannot pay.
        let worth_a_copy = block.cols > MAX_WIDTH;
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
        if worth_a_copy && row_stride.is_multiple_of(CACHE_WAY_WORDS) {
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
        for row in (0..rows).step_by(height) {
            let (from, strip) = (&from[row..], &mut panel[row * terms..]);
            let rows = height.min(rows - row);
            debug_assert!(from.len() >= (terms - 1) * product.rows + rows);
            debug_assert!(strip.len() >= terms * height + path.lanes);
            // SAFETY: the processor has the path's instructions. The operand has `product.rows` elements for each term,
            // and behind the panel's last strip there is room for more rows than any vector has lanes.
            unsafe {
                (path.pack_rows)(
                    from.as_ptr(),
                    product.rows,
                    terms,
                    rows,
                    strip.as_mut_ptr(),
                    height,
                )
            };
        }
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

/// A chunk of the right operand, one or two vectors of columns wide.
pub(super) struct Right {
    pub(super) start: *const f32,
    pub(super) stride: usize,
}

impl Right {
    /// `terms` x `columns` elements from (term, column) `at`, readable in whole vectors.
    pub(super) fn new(
        product: &MatMul,
        path: &Path,
        b: &[f32],
        at: (usize, usize),
        extent: (usize, usize),
        strips: usize,
        panel: &mut [f32],
    ) -> Self {
        let ((term, col), (terms, columns)) = (at, extent);
        let width = columns.next_multiple_of(path.lanes);
        debug_assert!(columns > 0 && panel.len() >= terms * width + path.lanes);
        if product.transpose_b {
            let from = &b[col * product.terms + term..];
            debug_assert!(from.len() >= (columns - 1) * product.terms + terms);
            // SAFETY: the processor has the path's instructions. The operand has `product.terms` elements for each
            // column, and the panel has room for a whole chunk of the widest panel.
            unsafe {
                (path.pack_transposed)(
                    from.as_ptr(),
                    product.terms,
                    terms,
                    columns,
                    panel.as_mut_ptr(),
                    width,
                );
            }
            return Self {
                start: panel.as_ptr(),
                stride: width,
            };
        }
        let from = &b[term * product.cols + col..];
        if width == columns && strips < STRIPS_WORTH_A_COPY {
            return Self {
                start: from.as_ptr(),
                stride: product.cols,
            };
        }
        debug_assert!(from.len() >= (terms - 1) * product.cols + columns);
        // SAFETY: the processor has the path's instructions. The operand has `product.cols` elements for each term, and
        // behind the panel there is room for a vector.
        unsafe {
            (path.pack_rows)(
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
            stride: width,
        }
    }
}
