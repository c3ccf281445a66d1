//! OneHot: `y[i, j] = 1 if index[i] = j, else +0`. Input u32 [1, 1, n, 1], output f32 [1, 1, n, c]. An index of c or
//! more makes a row of +0.
//!
//! Fold: one block, which reads the index tile beside the output tile as an ordinary source. Register 0 is the output
//! tile, +0 before the block.

use super::rules;
use crate::fold::{self, Fold};
use crate::{
    Context, DType, Dims, FoldError, Operand, Operation, OperationError, SourceTile, TensorType,
    Tile, TileIndex, TileShape, TILE,
};
use alloc::{vec, vec::Vec};

/// 1.0
const ONE: u32 = 0x3f80_0000;

pub(super) struct OneHot {
    index: Dims,
    output: TensorType,
}

impl OneHot {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [index] = rules::inputs(operation)?;
        rules::dtype(Operand::Input(0), index, DType::U32)?;
        rules::dims(Operand::Input(0), index, [1, 1, index.dims.rows(), 1])?;
        rules::dtype(Operand::Output, operation.output, DType::F32)?;
        let cols = operation.output.dims.cols();
        rules::dims(
            Operand::Output,
            operation.output,
            [1, 1, index.dims.rows(), cols],
        )?;
        Ok(Self {
            index: index.dims,
            output: operation.output,
        })
    }
}

impl Fold for OneHot {
    fn blocks(&self, _at: TileIndex) -> u32 {
        1
    }

    fn registers(&self, at: TileIndex) -> Vec<TileShape> {
        vec![self.output.tile_shape_at(at)]
    }

    fn sources(&self, ctx: &Context, _k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        let at = TileIndex {
            tile_col: 0,
            ..ctx.at
        };
        vec![SourceTile {
            input: 0,
            tile: at.number(self.index),
        }]
    }

    fn step(
        &self,
        ctx: &Context,
        _k: u32,
        registers: &mut [Tile],
        _index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError> {
        let [out] = fold::registers(registers)?;
        let [index] = fold::sources(sources)?;
        for r in 0..u32::from(out.rows()) {
            for c in 0..u32::from(out.cols()) {
                let hot = index.get(r, 0) == ctx.at.tile_col * TILE + c;
                out.set(r, c, if hot { ONE } else { 0 });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::ops::testing::{index, values};
    use crate::Op;

    #[test]
    fn one_or_none_in_a_row() {
        let y = values(Op::OneHot, &[&index(&[1, 2, 0])], [1, 1, 3, 2]);
        assert_eq!(y, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    }
}
