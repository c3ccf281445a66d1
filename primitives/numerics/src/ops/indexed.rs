//! Operators that take one place of their data per row of the output: Gather a row, Pick an element.
//!
//! Fold: a block per row of the output tile. Block k takes the index in row k of the index tile beside the output
//! tile and reads the data's tile that the index names; it reads nothing if the index is out of range. Register 0 is the
//! output tile, words 0 before block 0; block k writes its row k.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    Context, DType, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape,
};
use alloc::{vec, vec::Vec};
use core::marker::PhantomData;

/// What an index names.
pub(super) trait Lookup {
    /// Judges the data and gives the dimensions of the output.
    fn judge(rows: u32, data: TensorType) -> Result<[u32; 4], OperationError>;

    /// The first index that is out of range.
    fn end(data: Dims) -> u32;

    /// The data's tile that `index` names at an output tile.
    fn tile(index: u32, at: TileIndex) -> TileIndex;

    /// Copies what `index` names in that tile to row `k` of the output tile.
    fn copy(index: u32, data: &Tile, k: u32, output: &mut Tile);
}

/// A [`Lookup`] with its operands.
pub(super) struct Indexed<L> {
    index: Dims,
    data: Dims,
    output: TensorType,
    lookup: PhantomData<L>,
}

impl<L: Lookup> Indexed<L> {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [index, data] = rules::inputs(operation)?;
        let rows = index.dims.rows();
        rules::dtype(Operand::Input(0), index, DType::U32)?;
        rules::dims(Operand::Input(0), index, [1, 1, rows, 1])?;
        let dims = L::judge(rows, data)?;
        rules::dtype(Operand::Output, operation.output, data.dtype)?;
        rules::dims(Operand::Output, operation.output, dims)?;
        Ok(Self {
            index: index.dims,
            data: data.dims,
            output: operation.output,
            lookup: PhantomData,
        })
    }

    /// The index of row `k` of the tile, if it is in range.
    fn at(&self, k: u32, index: Option<&Tile>) -> Option<u32> {
        index
            .map(|tile| tile.get(k, 0))
            .filter(|&index| index < L::end(self.data))
    }
}

impl<L: Lookup> Fold for Indexed<L> {
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
        let source = |index| SourceTile {
            input: 1,
            tile: L::tile(index, ctx.at).number(self.data),
        };
        self.at(k, index).map(source).into_iter().collect()
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
        let Some(index) = self.at(k, index) else {
            return Ok(());
        };
        let [data] = fold::sources(sources)?;
        L::copy(index, data, k, out);
        Ok(())
    }
}
