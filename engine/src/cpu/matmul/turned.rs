//! Register blocks of very few rows and one vector of columns, whose right operand is transposed: it is read square by
//! square, and each square turned in registers.

use super::tile::{add_row, add_row_apart, unaligned_terms, TileArgs};
use crate::cpu::lanes::{Lanes, MOST_LANES};

/// Adds one chunk's product to the output by rule S, as [`super::tile::tile`] does. The chunk comes whole.
///
/// # Safety
/// The processor has the instruction set of `L`. For every `row < ROWS`, `column < L::COUNT` and `term < args.terms`: `a` is
/// readable at `row * args.a_row + term * args.a_term`, `b` at `column * args.b_term + term`; `c` is valid at
/// `row * args.c_row + column * args.c_col` and not read or written by anybody else.
#[inline(always)]
pub(crate) unsafe fn turned<L: Lanes, const ROWS: usize>(args: &TileArgs) {
    // SAFETY: every access is one that the caller has promised; squares end with the terms.
    unsafe {
        let mut part = [[L::splat(0.0)]; ROWS];
        let lead = unaligned_terms(args.b, args.b_term, L::COUNT).min(args.terms);
        let end = lead + (args.terms - lead) / L::COUNT * L::COUNT;
        for term in 0..lead {
            take::<L, ROWS>(args, term, column::<L>(args, term), &mut part);
        }
        for term in (lead..end).step_by(L::COUNT) {
            let columns = L::load_columns(args.b.add(term), args.b_term);
            for (i, right) in columns.into_iter().enumerate().take(L::COUNT) {
                take::<L, ROWS>(args, term + i, right, &mut part);
            }
        }
        for term in end..args.terms {
            take::<L, ROWS>(args, term, column::<L>(args, term), &mut part);
        }
        for (row, sum) in part.iter().enumerate() {
            if args.c_col == 1 {
                add_row::<L, 1>(args, row, sum);
            } else {
                add_row_apart::<L, 1>(args, row, sum);
            }
        }
    }
}

/// Takes one term of all columns into every row's part.
///
/// # Safety
/// As [`turned`].
#[inline(always)]
unsafe fn take<L: Lanes, const ROWS: usize>(
    args: &TileArgs,
    term: usize,
    right: L::F,
    part: &mut [[L::F; 1]; ROWS],
) {
    // SAFETY: the access is one that the caller has promised.
    unsafe {
        for (row, [sum]) in part.iter_mut().enumerate() {
            let left = L::splat(*args.a.add(row * args.a_row + term * args.a_term));
            *sum = L::fma(left, right, *sum);
        }
    }
}

/// One term of all columns, read by itself.
///
/// # Safety
/// As [`turned`].
#[inline(always)]
unsafe fn column<L: Lanes>(args: &TileArgs, term: usize) -> L::F {
    let mut lanes = [0.0f32; MOST_LANES];
    // SAFETY: every access is one that the caller has promised; no vector has more lanes.
    unsafe {
        for (column, lane) in lanes.iter_mut().enumerate().take(L::COUNT) {
            *lane = *args.b.add(column * args.b_term + term);
        }
        L::load(lanes.as_ptr())
    }
}
