//! RowMax: `y[i] = max over j of x[i, j]`, and ColMax: `y[j] = max over i of x[i, j]`, for each matrix of a batch.
//!
//! The maximum is that of IEEE 754-2019: NaN if any term is NaN, and +0 is larger than -0. It starts at -inf. It is
//! associative and commutative, so the order cannot be seen.
//!
//! Fold: a block per tile of the row (column) of tiles, ascending, one source each. Register 0 is the output tile,
//! -inf before block 0.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    scalar, Context, Dims, FoldError, Operation, OperationError, SourceTile, TensorType, Tile,
    TileIndex, TileShape,
};
use alloc::{vec, vec::Vec};

/// -inf
const LOWEST: u32 = 0xff80_0000;

fn take(out: &mut Tile, r: u32, c: u32, term: f32) {
    out.set_float(r, c, scalar::maximum(out.float(r, c), term));
}

pub(super) struct RowMax {
    input: Dims,
    output: TensorType,
}

impl RowMax {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        rules::row_reduction(operation).map(|input| Self {
            input,
            output: operation.output,
        })
    }
}

impl Fold for RowMax {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.input.tile_cols()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn initial(&self) -> u32 {
        LOWEST
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

    fn step(
        &self,
        _ctx: &Context,
        _k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let [x] = fold::sources(sources)?;
        for r in 0..u32::from(x.rows()) {
            for c in 0..u32::from(x.cols()) {
                take(out, r, 0, x.float(r, c));
            }
        }
        Ok(())
    }
}

pub(super) struct ColMax {
    input: Dims,
    output: TensorType,
}

impl ColMax {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        rules::col_reduction(operation).map(|input| Self {
            input,
            output: operation.output,
        })
    }
}

impl Fold for ColMax {
    fn blocks(&self, _at: TileIndex) -> u32 {
        self.input.tile_rows()
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn initial(&self) -> u32 {
        LOWEST
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

    fn step(
        &self,
        _ctx: &Context,
        _k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let [x] = fold::sources(sources)?;
        for r in 0..u32::from(x.rows()) {
            for c in 0..u32::from(x.cols()) {
                take(out, 0, c, x.float(r, c));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{floats, words};
    use crate::{DType, Op};

    #[test]
    fn zeros_and_nan() {
        let x = floats([1, 1, 3, 2], &[-0.0, 0.0, -1.0, -0.0, 5.0, f32::NAN]);
        let rows = words(Op::RowMax, 0, &[&x], DType::F32, [1, 1, 3, 1]);
        assert_eq!(rows, [0, 0x8000_0000, 0x7fc0_0000]);
        let cols = words(Op::ColMax, 0, &[&x], DType::F32, [1, 1, 1, 2]);
        assert_eq!(cols, [0x40a0_0000, 0x7fc0_0000]);
    }
}
