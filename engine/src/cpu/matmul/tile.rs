//! The register block of the product: up to `ROWS` rows times one or two vectors of columns.

use crate::cpu::lanes::Lanes;

/// Where a register block reads and writes. Strides are in elements.
#[derive(Clone, Copy)]
pub(crate) struct TileArgs {
    /// Terms of this chunk, at most 512.
    pub(crate) terms: usize,
    /// Left operand: element (row, term) lies at `row * a_row + term * a_term`.
    pub(crate) a: *const f32,
    pub(crate) a_row: usize,
    pub(crate) a_term: usize,
    /// Right operand: element (term, column) lies at `term * b_term + column`.
    pub(crate) b: *const f32,
    pub(crate) b_term: usize,
    /// Output: element (row, column) lies at `row * c_row + column`.
    pub(crate) c: *mut f32,
    pub(crate) c_row: usize,
    /// Columns to write, at most the vectors' lanes.
    pub(crate) columns: usize,
    /// Whether this is the first chunk, so that the total before it is +0.
    pub(crate) first: bool,
}

/// A kernel for a fixed number of rows and vectors.
pub(crate) type TileFn = unsafe fn(&TileArgs);

/// Adds one chunk's product to the output by rule S: the chunk's terms are taken ascending by fused multiply-add from
/// +0 in registers, then added to the total.
///
/// # Safety
/// The processor has the instruction set of `L`. For every `row < ROWS` and `term < args.terms`: `a` is readable there,
/// `b` is readable for all lanes of `VECTORS` vectors, and `c` is valid for `args.columns` elements of every row and not
/// read or written by anybody else.
#[inline(always)]
pub(crate) unsafe fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        let mut part = [[L::splat(0.0); VECTORS]; ROWS];
        let (mut a, mut b) = (args.a, args.b);
        for _ in 0..args.terms {
            let mut right = [L::splat(0.0); VECTORS];
            for (v, vector) in right.iter_mut().enumerate() {
                *vector = L::load(b.add(v * L::COUNT));
            }
            for (row, sums) in part.iter_mut().enumerate() {
                let left = L::splat(*a.add(row * args.a_row));
                for (sum, vector) in sums.iter_mut().zip(right) {
                    *sum = L::fma(left, vector, *sum);
                }
            }
            a = a.wrapping_add(args.a_term);
            b = b.wrapping_add(args.b_term);
        }
        for (row, sums) in part.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                let lanes = args.columns.saturating_sub(v * L::COUNT).min(L::COUNT);
                let to = args.c.wrapping_add(row * args.c_row + v * L::COUNT);
                // A part may be -0 by underflow; +0 before the first chunk makes it +0.
                let total = if args.first {
                    L::splat(0.0)
                } else {
                    L::load_part(to, lanes)
                };
                L::store_part(to, L::add(total, *sum), lanes);
            }
        }
    }
}

/// Writes `terms` x `COUNT` elements of a transposed operand, whose rows of `stride` elements are the output's columns,
/// as a panel in which the columns of one term are neighbours.
///
/// # Safety
/// The processor has the instruction set of `L`. `from` is readable at `column * stride + term` for
/// `column < columns`, `term < terms`; `to` is writable for `terms * width` elements; `columns <= width`.
#[inline(always)]
pub(crate) unsafe fn pack_transposed<L: Lanes>(
    from: *const f32,
    stride: usize,
    terms: usize,
    columns: usize,
    to: *mut f32,
    width: usize,
) {
    // SAFETY: rows and terms of the squares and of the two rests stay below `columns` and `terms`.
    unsafe {
        let (squares, whole) = (columns / L::COUNT * L::COUNT, terms / L::COUNT * L::COUNT);
        for column in (0..squares).step_by(L::COUNT) {
            for term in (0..whole).step_by(L::COUNT) {
                L::transpose(
                    from.add(column * stride + term),
                    stride,
                    to.add(term * width + column),
                    width,
                );
            }
            for term in whole..terms {
                for lane in column..column + L::COUNT {
                    *to.add(term * width + lane) = *from.add(lane * stride + term);
                }
            }
        }
        for column in squares..width {
            for term in 0..terms {
                *to.add(term * width + column) = if column < columns {
                    *from.add(column * stride + term)
                } else {
                    0.0
                };
            }
        }
    }
}

/// Writes `terms` rows of `columns` elements, `stride` apart, with rows `width` apart. Each row is written in whole
/// vectors, so it is followed by zeros up to a vector's end; the next row is written after it.
///
/// # Safety
/// The processor has the instruction set of `L`. `from` is readable at `term * stride + column` for `term < terms`,
/// `column < columns`; `to` is writable for `terms * width` elements and one vector more.
#[inline(always)]
pub(crate) unsafe fn pack_rows<L: Lanes>(
    from: *const f32,
    stride: usize,
    terms: usize,
    columns: usize,
    to: *mut f32,
    width: usize,
) {
    // SAFETY: columns of each vector stay below `columns`; a row's last vector ends less than one vector behind it.
    unsafe {
        let whole = columns / L::COUNT * L::COUNT;
        for term in 0..terms {
            let (source, target) = (from.add(term * stride), to.add(term * width));
            for column in (0..whole).step_by(L::COUNT) {
                L::store(target.add(column), L::load(source.add(column)));
            }
            if whole < columns {
                L::store(
                    target.add(whole),
                    L::load_part(source.add(whole), columns - whole),
                );
            }
        }
    }
}
