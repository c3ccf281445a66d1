//! The register blocks of the product: up to `ROWS` rows times one or two vectors of columns, and for products of very few
//! rows a slim one of more vectors.

use crate::cpu::lanes::{Lanes, MOST_LANES};

/// Where a register block reads and writes. Strides are in elements.
#[derive(Clone, Copy)]
pub(crate) struct TileArgs {
    /// Terms of this chunk, at most 512.
    pub(crate) terms: usize,
    /// Left operand: element (row, term) lies at `row * a_row + term * a_term`.
    pub(crate) a: *const f32,
    pub(crate) a_row: usize,
    pub(crate) a_term: usize,
    /// Right operand: element (term, column) lies at `term * b_term + column`, of turned blocks at `column * b_term + term`.
    pub(crate) b: *const f32,
    pub(crate) b_term: usize,
    /// Output: element (row, column) lies at `row * c_row + column * c_col`; `c_col` is 1 but for slim and turned blocks.
    pub(crate) c: *mut f32,
    pub(crate) c_row: usize,
    pub(crate) c_col: usize,
    /// Columns to write, at most the vectors' lanes.
    pub(crate) columns: usize,
    /// Whether this is the first chunk, so that the total before it is +0.
    pub(crate) first: bool,
    /// Where the chunk's part lies between its pieces: as the output does, but of slim blocks row after row in whole vectors.
    pub(crate) part: *mut f32,
    /// Whether the terms are the chunk's first, and its last ones.
    pub(crate) begins: bool,
    pub(crate) ends: bool,
}

/// Most vectors of a slim block.
pub(crate) const SLIM_VECTORS: usize = 6;

/// A kernel for a fixed number of rows and vectors.
pub(crate) type TileFn = unsafe fn(&TileArgs);

/// Adds one chunk's product to the output by rule S: the chunk's terms are taken ascending by fused multiply-add from
/// +0 in registers, then added to the total.
///
/// # Safety
/// The processor has the instruction set of `L`. For every `row < ROWS` and `term < args.terms`: `a` is readable there,
/// `b` is readable for all lanes of `VECTORS` vectors, and `c` is valid for `args.columns` elements of every row and not
/// read or written by anybody else. So is `part`, unless the terms are the whole chunk; it may be the same memory.
#[inline(always)]
pub(crate) unsafe fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        let mut part = [[L::splat(0.0); VECTORS]; ROWS];
        if !args.begins {
            for (row, sums) in part.iter_mut().enumerate() {
                load_row::<L, VECTORS>(args, row, sums);
            }
        }
        take_terms::<L, ROWS, VECTORS>(args, &mut part);
        for (row, sums) in part.iter().enumerate() {
            if args.ends {
                add_row::<L, VECTORS>(args, row, sums);
            } else {
                keep_row::<L, VECTORS>(args, row, sums);
            }
        }
    }
}

/// Where the part of a row's vector lies between pieces of a chunk, and how many of its lanes there are.
#[inline(always)]
fn part_of<L: Lanes>(args: &TileArgs, row: usize, v: usize) -> (*mut f32, usize) {
    let lanes = args.columns.saturating_sub(v * L::COUNT).min(L::COUNT);
    (
        args.part.wrapping_add(row * args.c_row + v * L::COUNT),
        lanes,
    )
}

/// Takes up a row's part where the last piece of the chunk has left it.
///
/// # Safety
/// As [`tile`].
#[inline(always)]
unsafe fn load_row<L: Lanes, const VECTORS: usize>(
    args: &TileArgs,
    row: usize,
    sums: &mut [L::F; VECTORS],
) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        for (v, sum) in sums.iter_mut().enumerate() {
            let (from, lanes) = part_of::<L>(args, row, v);
            *sum = L::load_part(from, lanes);
        }
    }
}

/// Leaves a row's part for the next piece of the chunk.
///
/// # Safety
/// As [`tile`].
#[inline(always)]
unsafe fn keep_row<L: Lanes, const VECTORS: usize>(
    args: &TileArgs,
    row: usize,
    sums: &[L::F; VECTORS],
) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        for (v, sum) in sums.iter().enumerate() {
            let (to, lanes) = part_of::<L>(args, row, v);
            L::store_part(to, *sum, lanes);
        }
    }
}

/// As [`tile`], where the output's columns may lie apart (then it is the transpose of what is stored) and a chunk may come in
/// several pieces.
///
/// # Safety
/// As [`tile`], with `c` valid at `row * args.c_row + column * args.c_col` for `column < args.columns`, and `part` for
/// `ROWS * VECTORS` vectors unless the terms are the whole chunk.
#[inline(always)]
pub(crate) unsafe fn slim<L: Lanes, const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        let mut part = [[L::splat(0.0); VECTORS]; ROWS];
        let place = |row: usize, v: usize| args.part.wrapping_add((row * VECTORS + v) * L::COUNT);
        if !args.begins {
            for (row, sums) in part.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = L::load(place(row, v));
                }
            }
        }
        take_terms::<L, ROWS, VECTORS>(args, &mut part);
        for (row, sums) in part.iter().enumerate() {
            if !args.ends {
                for (v, sum) in sums.iter().enumerate() {
                    L::store(place(row, v), *sum);
                }
            } else if args.c_col == 1 {
                add_row::<L, VECTORS>(args, row, sums);
            } else {
                add_row_apart::<L, VECTORS>(args, row, sums);
            }
        }
    }
}

/// Takes the terms into a part in registers.
///
/// # Safety
/// As [`tile`], of the operands.
#[inline(always)]
unsafe fn take_terms<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    args: &TileArgs,
    part: &mut [[L::F; VECTORS]; ROWS],
) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
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
    }
}

/// Adds a chunk's row to the totals. A part may be -0 by underflow; +0 before the first chunk makes it +0.
///
/// # Safety
/// As [`tile`], of the output.
#[inline(always)]
pub(super) unsafe fn add_row<L: Lanes, const VECTORS: usize>(
    args: &TileArgs,
    row: usize,
    sums: &[L::F; VECTORS],
) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        for (v, sum) in sums.iter().enumerate() {
            let lanes = args.columns.saturating_sub(v * L::COUNT).min(L::COUNT);
            let to = args.c.wrapping_add(row * args.c_row + v * L::COUNT);
            let total = if args.first {
                L::splat(0.0)
            } else {
                L::load_part(to, lanes)
            };
            L::store_part(to, L::add(total, *sum), lanes);
        }
    }
}

/// As [`add_row`], an element at a time.
///
/// # Safety
/// As [`slim`], of the output.
#[inline(always)]
pub(super) unsafe fn add_row_apart<L: Lanes, const VECTORS: usize>(
    args: &TileArgs,
    row: usize,
    sums: &[L::F; VECTORS],
) {
    // SAFETY: every access is one that the caller has promised.
    unsafe {
        for (v, sum) in sums.iter().enumerate() {
            let mut parts = [0.0f32; MOST_LANES];
            L::store(parts.as_mut_ptr(), *sum);
            let lanes = args.columns.saturating_sub(v * L::COUNT).min(L::COUNT);
            for (lane, part) in parts.iter().enumerate().take(lanes) {
                let column = v * L::COUNT + lane;
                let to = args.c.wrapping_add(row * args.c_row + column * args.c_col);
                let total = if args.first { 0.0 } else { *to };
                *to = total + part;
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
        let squares = columns / L::COUNT * L::COUNT;
        let lead = unaligned_terms(from, stride, L::COUNT).min(terms);
        let end = lead + (terms - lead) / L::COUNT * L::COUNT;
        for column in (0..squares).step_by(L::COUNT) {
            for term in (lead..end).step_by(L::COUNT) {
                let columns = L::load_columns(from.add(column * stride + term), stride);
                for (i, vector) in columns.into_iter().enumerate().take(L::COUNT) {
                    L::store(to.add((term + i) * width + column), vector);
                }
            }
            for term in (0..lead).chain(end..terms) {
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

/// Terms before the first at which every row is aligned to a vector. Rows that lie in one set of the first cache drive each
/// other out of it, so each line should be read but once. 0 if the rows are not aligned alike.
pub(super) fn unaligned_terms(from: *const f32, stride: usize, lanes: usize) -> usize {
    if !stride.is_multiple_of(lanes) {
        return 0;
    }
    let bytes = lanes * size_of::<f32>();
    (bytes - from.addr() % bytes) % bytes / size_of::<f32>()
}

/// Writes `terms` rows of `columns` elements, `stride` apart, as strips of `width` columns one after the other, in each of
/// which the columns of one term are neighbours. The last strip may have fewer columns; its rows are `width` apart as well.
///
/// # Safety
/// The processor has the instruction set of `L`. `from` is readable at `term * stride + column` for `term < terms`,
/// `column < columns`; `to` is writable for `terms` times `columns` rounded up to whole strips.
#[inline(always)]
pub(crate) unsafe fn pack_strips<L: Lanes>(
    from: *const f32,
    stride: usize,
    terms: usize,
    columns: usize,
    to: *mut f32,
    width: usize,
) {
    // SAFETY: columns stay below `columns` and, in a strip, below `width`.
    unsafe {
        for term in 0..terms {
            for first in (0..columns).step_by(width) {
                let n = width.min(columns - first);
                let source = from.add(term * stride + first);
                let target = to.add(first * terms + term * width);
                let whole = n / L::COUNT * L::COUNT;
                for column in (0..whole).step_by(L::COUNT) {
                    L::store(target.add(column), L::load(source.add(column)));
                }
                if whole == n {
                    continue;
                }
                let rest = L::load_part(source.add(whole), n - whole);
                if whole + L::COUNT <= width {
                    L::store(target.add(whole), rest);
                } else {
                    L::store_part(target.add(whole), rest, n - whole);
                }
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
