//! Gather: `y[i, :] = table[index[i], :]`. Inputs: index u32 [1, 1, n, 1], table [1, 1, v, d] of any element type; y is
//! [1, 1, n, d] of the table's. An index of v or more reads +0 (0) in the whole row. Words are copied.
//!
//! Fold: a block per row of the output tile. Block k takes the index in row k of the index tile beside the output
//! tile and reads the table's tile with that row and the output tile's columns; it reads nothing if the index is out
//! of range. Register 0 is the output tile, words 0 before block 0; block k writes its row k.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    Context, DType, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

pub(super) struct Gather {
    index: Dims,
    table: Dims,
    output: TensorType,
}

impl Gather {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [index, table] = rules::inputs(operation)?;
        rules::dtype(Operand::Input(0), index, DType::U32)?;
        rules::dims(Operand::Input(0), index, [1, 1, index.dims.rows(), 1])?;
        rules::matrix(Operand::Input(1), table)?;
        rules::dtype(Operand::Output, operation.output, table.dtype)?;
        rules::dims(
            Operand::Output,
            operation.output,
            [1, 1, index.dims.rows(), table.dims.cols()],
        )?;
        Ok(Self {
            index: index.dims,
            table: table.dims,
            output: operation.output,
        })
    }

    /// The table's row for row `k` of the tile, if there is one.
    fn row(&self, k: u32, index: Option<&Tile>) -> Option<u32> {
        index
            .map(|tile| tile.get(k, 0))
            .filter(|&row| row < self.table.rows())
    }
}

impl Fold for Gather {
    fn blocks(&self, at: TileIndex) -> u32 {
        self.output.dims.tile_extent(at.tile_row, at.tile_col).0
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn index_source(&self, ctx: &Context, _k: u32) -> Option<SourceTile> {
        let at = TileIndex {
            tile_col: 0,
            ..ctx.at
        };
        Some(SourceTile {
            input: 0,
            tile: at.number(self.index),
        })
    }

    fn sources(&self, ctx: &Context, k: u32, index: Option<&Tile>) -> Vec<SourceTile> {
        let at = |row| TileIndex {
            tile_row: row / TILE,
            ..ctx.at
        };
        let source = |row| SourceTile {
            input: 1,
            tile: at(row).number(self.table),
        };
        self.row(k, index).map(source).into_iter().collect()
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
        let Some(row) = self.row(k, index) else {
            return Ok(());
        };
        let [table] = fold::sources(sources)?;
        for c in 0..u32::from(out.cols()) {
            out.set(k, c, table.get(row % TILE, c));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, tensor, words};
    use crate::{DType, Op};

    #[test]
    fn rows_by_name_and_zeros_past_the_end() {
        let table = tensor(DType::F32, [1, 1, 3, 2], &[1, 2, 3, 4, 5, 6]);
        let y = words(
            Op::Gather,
            0,
            &[&index(&[2, 3, 0, u32::MAX]), &table],
            DType::F32,
            [1, 1, 4, 2],
        );
        assert_eq!(y, [5, 6, 0, 0, 1, 2, 0, 0]);
    }
}
