//! Sums by rule S and maxima, in vectors.

use super::elementary::maximum;
use super::lanes::Lanes;
use assay_numerics::scalar;

/// Terms of a chunk (rule S).
const CHUNK: usize = 512;
/// Lanes of a row sum.
const ROW_LANES: usize = 32;

/// The sum of each of `rows` rows of `cols` elements. `VECTORS` vectors make 32 lanes.
///
/// # Safety
/// The processor has the instruction set of `L`; `x` is readable for `rows * cols` elements and `to` writable for `rows`.
#[inline(always)]
pub(crate) unsafe fn row_sum<L: Lanes, const VECTORS: usize>(
    x: *const f32,
    rows: usize,
    cols: usize,
    to: *mut f32,
) {
    // SAFETY: row and column stay below `rows` and `cols`.
    unsafe {
        for row in 0..rows {
            let start = x.add(row * cols);
            let mut total = [L::splat(0.0); VECTORS];
            for chunk in (0..cols).step_by(CHUNK * ROW_LANES) {
                let columns = (cols - chunk).min(CHUNK * ROW_LANES);
                let part = lane_sums::<L, VECTORS>(start.add(chunk), columns);
                for (sum, part) in total.iter_mut().zip(part) {
                    *sum = L::add(*sum, part);
                }
            }
            let mut lanes = [0.0f32; ROW_LANES];
            for (v, sum) in total.iter().enumerate() {
                L::store(lanes.as_mut_ptr().add(v * L::COUNT), *sum);
            }
            *to.add(row) = tree(lanes);
        }
    }
}

/// One chunk: lane `l` sums columns `l`, `l + 32`, ... ascending from +0. A lane whose columns have run out adds +0,
/// which changes no sum that began at +0.
#[inline(always)]
unsafe fn lane_sums<L: Lanes, const VECTORS: usize>(
    x: *const f32,
    columns: usize,
) -> [L::F; VECTORS] {
    // SAFETY: the caller's `columns` elements are readable.
    unsafe {
        let mut part = [L::splat(0.0); VECTORS];
        let whole = columns / ROW_LANES * ROW_LANES;
        for column in (0..whole).step_by(ROW_LANES) {
            for (v, sum) in part.iter_mut().enumerate() {
                *sum = L::add(*sum, L::load(x.add(column + v * L::COUNT)));
            }
        }
        if whole < columns {
            for (v, sum) in part.iter_mut().enumerate() {
                let at = whole + v * L::COUNT;
                let lanes = columns.saturating_sub(at).min(L::COUNT);
                *sum = L::add(*sum, L::load_part(x.wrapping_add(at), lanes));
            }
        }
        part
    }
}

/// `lane[i] + lane[i + h]` for h = 16, 8, 4, 2, 1.
#[inline(always)]
fn tree(mut lanes: [f32; ROW_LANES]) -> f32 {
    let mut half = ROW_LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The maximum of each of `rows` rows of `cols` elements.
///
/// # Safety
/// As [`row_sum`].
#[inline(always)]
pub(crate) unsafe fn row_max<L: Lanes>(x: *const f32, rows: usize, cols: usize, to: *mut f32) {
    // SAFETY: row and column stay below `rows` and `cols`; no vector has more than 32 lanes.
    unsafe {
        for row in 0..rows {
            let start = x.add(row * cols);
            let mut best = L::splat(f32::NEG_INFINITY);
            let whole = cols / L::COUNT * L::COUNT;
            for column in (0..whole).step_by(L::COUNT) {
                best = maximum::<L>(best, L::load(start.add(column)));
            }
            let mut lanes = [f32::NEG_INFINITY; ROW_LANES];
            L::store(lanes.as_mut_ptr(), best);
            let mut max = f32::NEG_INFINITY;
            for lane in &lanes[..L::COUNT] {
                max = scalar::maximum(max, *lane);
            }
            for column in whole..cols {
                max = scalar::maximum(max, *start.add(column));
            }
            *to.add(row) = max;
        }
    }
}

/// The sum of each column of a matrix of `rows` rows, `stride` elements apart; `columns` of them are taken.
///
/// # Safety
/// The processor has the instruction set of `L`; `x` is readable at `row * stride + column` for `row < rows` and
/// `column < columns`, and `to` is writable for `columns` elements.
#[inline(always)]
pub(crate) unsafe fn col_sum<L: Lanes>(
    x: *const f32,
    rows: usize,
    stride: usize,
    columns: usize,
    to: *mut f32,
) {
    // SAFETY: columns of each group stay below `columns`.
    unsafe {
        let wide = 4 * L::COUNT;
        let mut column = 0;
        while column + wide <= columns {
            let mut total = [L::splat(0.0); 4];
            for first in (0..rows).step_by(CHUNK) {
                let mut part = [L::splat(0.0); 4];
                for row in first..(first + CHUNK).min(rows) {
                    for (v, sum) in part.iter_mut().enumerate() {
                        *sum = L::add(*sum, L::load(x.add(row * stride + column + v * L::COUNT)));
                    }
                }
                for (sum, part) in total.iter_mut().zip(part) {
                    *sum = L::add(*sum, part);
                }
            }
            for (v, sum) in total.iter().enumerate() {
                L::store(to.add(column + v * L::COUNT), *sum);
            }
            column += wide;
        }
        while column < columns {
            let lanes = (columns - column).min(L::COUNT);
            let mut total = L::splat(0.0);
            for first in (0..rows).step_by(CHUNK) {
                let mut part = L::splat(0.0);
                for row in first..(first + CHUNK).min(rows) {
                    part = L::add(part, L::load_part(x.add(row * stride + column), lanes));
                }
                total = L::add(total, part);
            }
            L::store_part(to.add(column), total, lanes);
            column += L::COUNT;
        }
    }
}

/// The maximum of each column; arguments as for [`col_sum`].
///
/// # Safety
/// As [`col_sum`].
#[inline(always)]
pub(crate) unsafe fn col_max<L: Lanes>(
    x: *const f32,
    rows: usize,
    stride: usize,
    columns: usize,
    to: *mut f32,
) {
    // SAFETY: columns of each group stay below `columns`.
    unsafe {
        for column in (0..columns).step_by(L::COUNT) {
            let lanes = (columns - column).min(L::COUNT);
            let mut best = L::splat(f32::NEG_INFINITY);
            for row in 0..rows {
                best = maximum::<L>(best, L::load_part(x.add(row * stride + column), lanes));
            }
            L::store_part(to.add(column), best, lanes);
        }
    }
}
