//! BatchRows: the batch of the current step, `y[j, :] = x[row(j), :]`. Input: a dataset [1, 1, n, d] of any element
//! type; y is [1, 1, b, d] of the same. `row(j)` is [`schedule::row`] for order, seed, step, batch size b and position
//! j. Words are copied.
//!
//! Fold: a block per row of the output tile. Block k reads x's tile with the row for position 32 * tile row + k and
//! the output tile's columns. Register 0 is the output tile, words 0 before block 0; block k writes its row k.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    schedule, Context, Dims, FoldError, Operand, Operation, OperationError, RowOrder, SourceTile,
    TensorType, Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct BatchRows {
    order: RowOrder,
    input: Dims,
    output: TensorType,
}

impl BatchRows {
    pub(super) fn new(operation: &Operation, order: RowOrder) -> Result<Self, OperationError> {
        let [input] = rules::inputs(operation)?;
        rules::matrix(Operand::Input(0), input)?;
        rules::dtype(Operand::Output, operation.output, input.dtype)?;
        let batch = operation.output.dims.rows();
        rules::dims(
            Operand::Output,
            operation.output,
            [1, 1, batch, input.dims.cols()],
        )?;
        Ok(Self {
            order,
            input: input.dims,
            output: operation.output,
        })
    }

    /// The dataset's row for row `k` of the tile.
    fn row(&self, ctx: &Context, k: u32) -> u32 {
        let position = u64::from(ctx.at.tile_row * TILE + k);
        let (batch, rows) = (
            u64::from(self.output.dims.rows()),
            u64::from(self.input.rows()),
        );
        // Smaller than the number of rows, which is a u32.
        schedule::row(self.order, ctx.seed, ctx.step, batch, position, rows) as u32
    }
}

impl Fold for BatchRows {
    fn blocks(&self, at: TileIndex) -> u32 {
        self.output.dims.tile_extent(at.tile_row, at.tile_col).0
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn sources(&self, ctx: &Context, k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let at = TileIndex {
            tile_row: self.row(ctx, k) / TILE,
            ..ctx.at
        };
        vec![SourceTile {
            input: 0,
            tile: at.number(self.input),
        }]
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
        let [x] = fold::sources(sources)?;
        let row = self.row(ctx, k) % TILE;
        for c in 0..u32::from(out.cols()) {
            out.set(k, c, x.get(row, c));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, words};
    use crate::{schedule, DType, Op, RowOrder};

    #[test]
    fn sequence_wraps_and_shuffle_follows_the_schedule() {
        let data = index(&[10, 11, 12, 13, 14]);
        let batch = |order| {
            words(
                Op::BatchRows { order },
                1,
                &[&data],
                DType::U32,
                [1, 1, 3, 1],
            )
        };
        assert_eq!(batch(RowOrder::Sequential), [13, 14, 10]);
        let expected =
            [0, 1, 2].map(|j| 10 + schedule::row(RowOrder::Shuffled, &[0; 32], 1, 3, j, 5) as u32);
        assert_eq!(batch(RowOrder::Shuffled), expected);
    }
}
