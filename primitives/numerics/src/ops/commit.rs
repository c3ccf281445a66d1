//! Commit: the last node of a program. It has no inputs and no tiles; its leaf in a trace is the next state's root.
//! Its declared output is f32 [1, 1, 1, 1], so that every node has a type.

use super::rules;
use crate::fold::Fold;
use crate::{
    Context, DType, FoldError, Operand, Operation, OperationError, SourceTile, Tile, TileIndex,
    TileShape,
};
use alloc::vec::Vec;

pub(super) struct Commit;

impl Commit {
    pub(super) fn new(operation: &Operation) -> Result<Self, OperationError> {
        let [] = rules::inputs(operation)?;
        rules::dtype(Operand::Output, operation.output, DType::F32)?;
        rules::dims(Operand::Output, operation.output, [1, 1, 1, 1])?;
        Ok(Self)
    }
}

impl Fold for Commit {
    fn blocks(&self, _at: TileIndex) -> u32 {
        0
    }

    fn registers(&self, _at: TileIndex) -> Vec<TileShape> {
        Vec::new()
    }

    fn sources(&self, _ctx: &Context, _k: u32, _index: Option<&Tile>) -> Vec<SourceTile> {
        Vec::new()
    }

    fn step(
        &self,
        _ctx: &Context,
        _k: u32,
        _registers: &mut [Tile],
        _index: Option<&Tile>,
        _sources: &[Tile],
    ) -> Result<(), FoldError> {
        Err(FoldError::NoTiles)
    }

    fn finish(&self, _ctx: &Context, _registers: Vec<Tile>) -> Result<Tile, FoldError> {
        Err(FoldError::NoTiles)
    }
}
