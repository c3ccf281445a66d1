//! RowSum: `y[i] = sum over j of x[i, j]`, and ColSum: `y[j] = sum over i of x[i, j]`, for each matrix of a batch.
//!
//! Order: rule S. Terms are cut into chunks of 512; a chunk starts at +0 and takes its terms ascending,
//! `part = part + x`; chunks are added ascending, `total = total + part`, from +0. A column of ColSum is one such sum
//! over its rows. A row of RowSum is 32 of them: lane l takes the columns l, l + 32, l + 64, ..; then for h = 16, 8,
//! 4, 2, 1 and every i < h: `lane[i] = lane[i] + lane[i + h]`, and the sum is lane 0. A lane without columns is +0.
//! The result is never -0. NaN propagates; inf - inf makes one.
//!
//! Fold of RowSum: `ceil(c / 32)` blocks of one tile; block q gives lane l the column 32 q + l. Registers: total,
//! part, each r x 32 (r the height of the output tile), +0. Block 512 n + 511 and the last close the chunk:
//! `total = total + part; part = +0`. `finish` adds the lanes of total.
//!
//! Fold of ColSum: `ceil(r / 32)` blocks of one tile, whose rows are taken ascending. Registers: total, part, each
//! 1 x c, +0. Block 16 n + 15 and the last close the chunk. The output is total.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    scalar, Context, DType, Dims, FoldError, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

/// Terms of a chunk.
pub(super) const CHUNK: u32 = 512;
/// Blocks of a chunk where a block has 32 terms of each sum.
pub(super) const TILE_BLOCKS: u32 = CHUNK / TILE;

/// Whether block `k` of `blocks` is the last of its chunk of `chunk` blocks.
pub(super) fn closes(k: u32, chunk: u32, blocks: u32) -> bool {
    k % chunk == chunk - 1 || k.saturating_add(1) >= blocks
}

/// Ends a chunk: `total = total + part; part = +0`.
pub(super) fn close(total: &mut Tile, part: &mut Tile) {
    add(total, part);
    part.words_mut().fill(0);
}

/// `target = target + terms`, element by element.
pub(super) fn add(target: &mut Tile, terms: &Tile) {
    for (target, &term) in target.words_mut().iter_mut().zip(terms.words()) {
        *target = scalar::canonical((f32::from_bits(*target) + f32::from_bits(term)).to_bits());
    }
}

/// `target = target + term` in one element.
pub(super) fn add_at(target: &mut Tile, r: u32, c: u32, term: f32) {
    target.set_float(r, c, target.float(r, c) + term);
}

pub(super) struct RowSum {
    input: Dims,
}

impl RowSum {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        rules::row_reduction(operation).map(|input| Self { input })
    }

    fn closes(&self, k: u32) -> bool {
        closes(k, CHUNK, self.input.tile_cols())
    }
}

impl Fold for RowSum {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.input.tile_cols()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        let (rows, _) = self.input.tile_extent(at.tile_row, 0);
        vec![
            TileShape {
                dtype: DType::F32,
                rows: rows as u16,
                cols: TILE as u16
            };
            2
        ]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let at = TileIndex {
            tile_col: k,
            ..ctx.at
        };
        vec![SourceTile {
            input: 0,
            tile: at.number(self.input),
        }]
    }

    fn touches(&self, _ctx: &Context, k: u32) -> u8 {
        0b10 | u8::from(self.closes(k))
    }

    fn step(
        &self,
        _ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [total, part] = fold::registers(registers)?;
        let [x] = fold::sources(sources)?;
        for r in 0..u32::from(x.rows()) {
            for c in 0..u32::from(x.cols()) {
                add_at(part, r, c, x.float(r, c));
            }
        }
        if self.closes(k) {
            close(total, part);
        }
        Ok(())
    }

    fn finish(&self, _ctx: &Context, mut registers: Vec<Tile>) -> Result<Tile, FoldError> {
        let [lanes, _] = fold::registers(&mut registers)?;
        let mut out = Tile::filled(DType::F32, lanes.rows(), 1, 0);
        for r in 0..u32::from(lanes.rows()) {
            for h in [16, 8, 4, 2, 1] {
                for i in 0..h {
                    let upper = lanes.float(r, i + h);
                    add_at(lanes, r, i, upper);
                }
            }
            out.set(r, 0, lanes.get(r, 0));
        }
        Ok(out)
    }
}

pub(super) struct ColSum {
    input: Dims,
    output: TensorType,
}

impl ColSum {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        rules::col_reduction(operation).map(|input| Self {
            input,
            output: operation.output,
        })
    }

    fn closes(&self, k: u32) -> bool {
        closes(k, TILE_BLOCKS, self.input.tile_rows())
    }
}

impl Fold for ColSum {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.input.tile_rows()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at); 2]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let at = TileIndex {
            tile_row: k,
            ..ctx.at
        };
        vec![SourceTile {
            input: 0,
            tile: at.number(self.input),
        }]
    }

    fn touches(&self, _ctx: &Context, k: u32) -> u8 {
        0b10 | u8::from(self.closes(k))
    }

    fn step(
        &self,
        _ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [total, part] = fold::registers(registers)?;
        let [x] = fold::sources(sources)?;
        for r in 0..u32::from(x.rows()) {
            for c in 0..u32::from(x.cols()) {
                add_at(part, 0, c, x.float(r, c));
            }
        }
        if self.closes(k) {
            close(total, part);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{floats, words};
    use crate::{DType, Op};

    const BIG: f32 = 16_777_216.0;

    #[test]
    fn lanes_meet_in_halves() {
        // Lane 0 holds 2^24, to which a single 1 is lost and a 2 is not. 32 is in lane 0 itself; 24 joins 8 before
        // lane 0 takes 8; 16 joins lane 0 alone.
        let row = |places: &[usize]| {
            let mut x = [0.0; 33];
            x[0] = BIG;
            places.iter().for_each(|&place| x[place] = 1.0);
            words(
                Op::RowSum,
                0,
                &[&floats([1, 1, 1, 33], &x)],
                DType::F32,
                [1, 1, 1, 1],
            )
        };
        assert_eq!(row(&[32]), [BIG.to_bits()]);
        assert_eq!(row(&[16, 32]), [BIG.to_bits()]);
        assert_eq!(row(&[8, 24]), [BIG.to_bits() + 1]);
        assert_eq!(row(&[8, 16]), [BIG.to_bits()]);
    }

    #[test]
    fn a_column_restarts_after_512_rows() {
        let column = |rows: u32, first: u32| {
            let x: alloc::vec::Vec<f32> = (0..rows)
                .map(|r| if r == 0 { BIG } else { f32::from(r >= first) })
                .collect();
            words(
                Op::ColSum,
                0,
                &[&floats([1, 1, rows, 1], &x)],
                DType::F32,
                [1, 1, 1, 1],
            )
        };
        // Ones in the first chunk are lost one by one, those of the second come together.
        assert_eq!(column(512, 1), [BIG.to_bits()]);
        assert_eq!(column(1024, 512), [(BIG + 512.0).to_bits()]);
    }
}
