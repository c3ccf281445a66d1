//! Pick: `y[i] = x[i, index[i]]`. Inputs: index u32 [1, 1, n, 1], x [1, 1, n, c] of any element type; y is
//! [1, 1, n, 1] of x's. An index of c or more reads +0 (0). Words are copied.
//!
//! Fold: a block per row of the output tile. Block k takes the index in row k of the index tile beside the output
//! tile and reads x's tile with the output tile's rows and that column; it reads nothing if the index is out of range.
//! Register 0 is the output tile, words 0 before block 0; block k writes its row k.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    Context, DType, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct Pick {
    index: Dims,
    x: Dims,
    output: TensorType,
}

impl Pick {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [index, x] = rules::inputs(operation)?;
        rules::dtype(Operand::Input(0), index, DType::U32)?;
        rules::dims(Operand::Input(0), index, [1, 1, index.dims.rows(), 1])?;
        rules::dims(
            Operand::Input(1),
            x,
            [1, 1, index.dims.rows(), x.dims.cols()],
        )?;
        rules::dtype(Operand::Output, operation.output, x.dtype)?;
        rules::dims(
            Operand::Output,
            operation.output,
            [1, 1, index.dims.rows(), 1],
        )?;
        Ok(Self {
            index: index.dims,
            x: x.dims,
            output: operation.output,
        })
    }

    /// The column for row `k` of the tile, if there is one.
    fn col(&self, k: u32, index: Option<&Tile>) -> Option<u32> {
        index
            .map(|tile| tile.get(k, 0))
            .filter(|&col| col < self.x.cols())
    }
}

impl Fold for Pick {
    fn blocks(&self, at: TileIndex) -> u32 {
        self.output.dims.tile_extent(at.tile_row, at.tile_col).0
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn index_source(&self, ctx: &Context, _k: u32) -> Option<SourceTile> {
        Some(SourceTile {
            input: 0,
            tile: ctx.at.number(self.index),
        })
    }

    fn sources(&self, ctx: &Context, k: u32, index: Option<&Tile>) -> Vec<SourceTile> {
        let at = |col| TileIndex {
            tile_col: col / TILE,
            ..ctx.at
        };
        let source = |col| SourceTile {
            input: 1,
            tile: at(col).number(self.x),
        };
        self.col(k, index).map(source).into_iter().collect()
    }

    fn step(
        &self,
        _ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let Some(col) = self.col(k, index) else {
            return Ok(());
        };
        let [x] = fold::sources(sources)?;
        out.set(k, 0, x.get(k, col % TILE));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, tensor, words};
    use crate::{DType, Op};

    #[test]
    fn one_of_each_row_and_zero_past_the_end() {
        let x = tensor(DType::F32, [1, 1, 3, 2], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(
            words(
                Op::Pick,
                0,
                &[&index(&[1, 0, 2]), &x],
                DType::F32,
                [1, 1, 3, 1]
            ),
            [2, 3, 0]
        );
    }
}
