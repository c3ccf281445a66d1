//! RowWrite: the tape with the rows `first ..` replaced by the value's, `first = step * b` as an exact integer:
//! `y[i, :] = value[i - first, :] if first <= i < first + b, else tape[i, :]`. Inputs: tape [1, 1, n, c], value
//! [1, 1, b, c] of one element type, which is also the output's; y is as the tape. Rows past the end are dropped.
//! Words are copied.
//!
//! Fold: three blocks. Block 0 reads the tape's tile in the output tile's place and copies it. Blocks 1 and 2 read
//! the value's tiles in rows of tiles v and v + 1 and the output tile's column, `v = floor((32 * tile row - first) /
//! 32)` over the integers, and write the rows that fall into the output tile; where the value has no such row of
//! tiles, the block reads nothing. Register 0 is the output tile, words 0 before block 0.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    Context, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType, Tile,
    TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct RowWrite {
    value: Dims,
    output: TensorType,
}

impl RowWrite {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [tape, value] = rules::inputs(operation)?;
        rules::matrix(Operand::Input(0), tape)?;
        rules::dtype(Operand::Input(1), value, tape.dtype)?;
        rules::dims(
            Operand::Input(1),
            value,
            [1, 1, value.dims.rows(), tape.dims.cols()],
        )?;
        rules::dtype(Operand::Output, operation.output, tape.dtype)?;
        rules::dims(Operand::Output, operation.output, tape.dims.get())?;
        Ok(Self {
            value: value.dims,
            output: operation.output,
        })
    }

    /// The tape's first row in the tile minus the first row written.
    fn offset(&self, ctx: &Context) -> i128 {
        let first = i128::from(ctx.step) * i128::from(self.value.rows());
        i128::from(ctx.at.tile_row) * i128::from(TILE) - first
    }

    /// The value's row of tiles that block 1 or 2 reads, if there is one.
    fn value_tile_row(&self, ctx: &Context, k: u32) -> Option<u32> {
        let v = self.offset(ctx).div_euclid(i128::from(TILE)) + i128::from(k) - 1;
        u32::try_from(v)
            .ok()
            .filter(|&v| v < self.value.tile_rows())
    }
}

impl Fold for RowWrite {
    fn blocks(&self, _at: TileIndex) -> u32 {
        3
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        if k == 0 {
            return vec![SourceTile {
                input: 0,
                tile: ctx.at.number(self.output.dims),
            }];
        }
        let at = |tile_row| TileIndex { tile_row, ..ctx.at };
        let source = |tile_row| SourceTile {
            input: 1,
            tile: at(tile_row).number(self.value),
        };
        self.value_tile_row(ctx, k)
            .map(source)
            .into_iter()
            .collect()
    }

    fn touches(&self, ctx: &Context, k: u32) -> u8 {
        u8::from(k == 0 || self.value_tile_row(ctx, k).is_some())
    }

    fn step(
        &self,
        ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        if k == 0 {
            let [tape] = fold::sources(sources)?;
            *out = tape.clone();
            return Ok(());
        }
        let Some(tile_row) = self.value_tile_row(ctx, k) else {
            return Ok(());
        };
        let [value] = fold::sources(sources)?;
        // Row 0 of the value's tile stands in this row of the output tile, -31 to 32.
        let top = i128::from(tile_row) * i128::from(TILE) - self.offset(ctx);
        for r in 0..u32::from(value.rows()) {
            if let Ok(row) = u32::try_from(top + i128::from(r)) {
                (0..u32::from(out.cols())).for_each(|c| out.set(row, c, value.get(r, c)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, words};
    use crate::{DType, Op};

    #[test]
    fn rows_of_the_step_and_none_past_the_end() {
        let (tape, value) = (index(&[1, 2, 3, 4, 5]), index(&[7, 8]));
        let after = |step| {
            words(
                Op::RowWrite,
                step,
                &[&tape, &value],
                DType::U32,
                [1, 1, 5, 1],
            )
        };
        assert_eq!(after(0), [7, 8, 3, 4, 5]);
        assert_eq!(after(2), [1, 2, 3, 4, 7]);
        assert_eq!(after(3), [1, 2, 3, 4, 5]);
        // 2^63 steps of 2 rows are 2^64 rows, not none.
        assert_eq!(after(1 << 63), [1, 2, 3, 4, 5]);
    }
}
