//! Register blocks of very few rows and one or two vectors of columns, whose right operand is transposed: it is read square
//! by square, and each square turned in registers.

use super::tile::{add_row, add_row_apart, unaligned_terms, TileArgs};
use crate::cpu::lanes::{Lanes, MOST_LANES};

/// Most vectors of a block: a vector's terms wait for each other, those of two do not.
pub(crate) const TURNED_VECTORS: usize = 2;

/// Adds one chunk's product to the output by rule S, as [`super::tile::tile`] does. The chunk comes whole.
///
/// # Safety
/// The processor has the instruction set of `L`. For every `row < ROWS`, `column < VECTORS * L::COUNT` and
/// `term < args.terms`: `a` is readable at `row * args.a_row + term * args.a_term`, `b` at `column * args.b_term + term`; `c`
/// is valid at `row * args.c_row + column * args.c_col` and not read or written by anybody else.
#[inline(always)]
pub(crate) unsafe fn turned<L: Lanes, const ROWS: usize, const VECTORS: usize>(args: &TileArgs) {
    // SAFETY: every access is one that the caller has promised; squares end with the terms.
    unsafe {
        let mut part = [[L::splat(0.0); VECTORS]; ROWS];
        let lead = unaligned_terms(args.b, args.b_term, L::COUNT).min(args.terms);
        let end = lead + (args.terms - lead) / L::COUNT * L::COUNT;
        for term in 0..lead {
            take_apart::<L, ROWS, VECTORS>(args, term, &mut part);
        }
        for term in (lead..end).step_by(L::COUNT) {
            for v in 0..VECTORS {
                let columns = L::load_columns(vector::<L>(args, v).add(term), args.b_term);
                for (i, right) in columns.into_iter().enumerate().take(L::COUNT) {
                    take::<L, ROWS, VECTORS>(args, term + i, v, right, &mut part);
                }
            }
        }
        for term in end..args.terms {
            take_apart::<L, ROWS, VECTORS>(args, term, &mut part);
        }
        for (row, sums) in part.iter().enumerate() {
            if args.c_col == 1 {
                add_row::<L, VECTORS>(args, row, sums);
            } else {
                add_row_apart::<L, VECTORS>(args, row, sums);
            }
        }
    }
}

/// Where a vector's columns begin in the right operand.
#[inline(always)]
fn vector<L: Lanes>(args: &TileArgs, v: usize) -> *const f32 {
    args.b.wrapping_add(v * L::COUNT * args.b_term)
}

/// Takes one term of a vector's columns into every row's part.
///
/// # Safety
/// As [`turned`].
#[inline(always)]
unsafe fn take<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    args: &TileArgs,
    term: usize,
    v: usize,
    right: L::F,
    part: &mut [[L::F; VECTORS]; ROWS],
) {
    // SAFETY: the access is one that the caller has promised.
    unsafe {
        for (row, sums) in part.iter_mut().enumerate() {
            let left = L::splat(*args.a.add(row * args.a_row + term * args.a_term));
            sums[v] = L::fma(left, right, sums[v]);
        }
    }
}

/// Takes one term of all columns, each read by itself.
///
/// # Safety
/// As [`turned`].
#[inline(always)]
unsafe fn take_apart<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    args: &TileArgs,
    term: usize,
    part: &mut [[L::F; VECTORS]; ROWS],
) {
    // SAFETY: every access is one that the caller has promised; no vector has more lanes.
    unsafe {
        for v in 0..VECTORS {
            let mut lanes = [0.0f32; MOST_LANES];
            for (column, lane) in lanes.iter_mut().enumerate().take(L::COUNT) {
                *lane = *vector::<L>(args, v).add(column * args.b_term + term);
            }
            take::<L, ROWS, VECTORS>(args, term, v, L::load(lanes.as_ptr()), part);
        }
    }
}
