//! One application of an operator, and its fold for whoever does not trust the tiles.

use crate::fold::Fold;
use crate::{
    ops, Accumulator, Context, FoldError, Op, OperationError, SourceTile, Tensor, TensorType, Tile,
    TileIndex, TileShape,
};
use alloc::{boxed::Box, vec::Vec};

/// One application of an operator: everything that decides what its output is, except the values of its inputs.
///
/// All methods are total. On an operation that [`check`](Self::check) refuses, a tile outside the output or a block
/// outside the fold, the counting methods answer 0 or nothing and the computing ones give an error.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    /// The operator.
    pub op: Op,
    /// Types of the inputs in order; at most [`Operation::MAX_INPUTS`].
    pub inputs: Vec<TensorType>,
    /// Type of the one output.
    pub output: TensorType,
}

impl Operation {
    /// Most inputs of one operation.
    pub const MAX_INPUTS: usize = 8;
    /// Most fold blocks of one output tile.
    pub const MAX_BLOCKS: u64 = 1 << 16;

    /// Judges operator, attributes, types and limits; this is the referee's own judgement. The cost is bounded by
    /// [`Self::MAX_INPUTS`] and the length of a Map's code, whatever the dimensions.
    pub fn check(&self) -> Result<(), OperationError> {
        ops::judge(self).map(|_| ())
    }

    /// Number of blocks in the fold of the output tile at `at`.
    pub fn blocks(&self, at: TileIndex) -> u32 {
        self.fold_at(at).map_or(0, |fold| fold.blocks(at))
    }

    /// The registers before block 0.
    pub fn init(&self, ctx: &Context) -> Accumulator {
        let registers = self
            .fold_at(ctx.at)
            .map_or_else(|_| Vec::new(), |fold| initial(&*fold, ctx.at));
        Accumulator { registers }
    }

    /// The tile whose content decides what block `k` reads, for operators driven by an index.
    pub fn index_source(&self, ctx: &Context, k: u32) -> Option<SourceTile> {
        self.fold_at_block(ctx, k).ok()?.index_source(ctx, k)
    }

    /// The tiles that block `k` reads, in the order in which [`step`](Self::step) takes them; the index tile is not
    /// among them. `index` is the content of [`index_source`](Self::index_source); if it is missing or of another
    /// shape the answer is empty, and `step` refuses it.
    pub fn sources(&self, ctx: &Context, k: u32, index: Option<&Tile>) -> Vec<SourceTile> {
        let Ok(fold) = self.fold_at_block(ctx, k) else {
            return Vec::new();
        };
        match self.check_index(&*fold, ctx, k, index) {
            Ok(()) => fold.sources(ctx, k, index),
            Err(_) => Vec::new(),
        }
    }

    /// Bit `i` is set if block `k` may change register `i`.
    pub fn touches(&self, ctx: &Context, k: u32) -> u8 {
        self.fold_at_block(ctx, k)
            .map_or(0, |fold| fold.touches(ctx, k))
    }

    /// Takes block `k`: at most 32^3 multiply-adds and a fixed number of tiles in memory.
    ///
    /// Every tile may come from a stranger; number, types and extents are checked here.
    pub fn step(
        &self,
        ctx: &Context,
        k: u32,
        accumulator: Accumulator,
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<Accumulator, FoldError> {
        let fold = self.fold_at_block(ctx, k)?;
        check_registers(&*fold, ctx.at, &accumulator.registers)?;
        self.check_index(&*fold, ctx, k, index)?;
        self.check_sources(&fold.sources(ctx, k, index), sources)?;
        let mut registers = accumulator.registers;
        fold.step(ctx, k, &mut registers, index, sources)?;
        Ok(Accumulator { registers })
    }

    /// Makes the output tile from the registers after the last block.
    pub fn finish(&self, ctx: &Context, accumulator: Accumulator) -> Result<Tile, FoldError> {
        let fold = self.fold_at(ctx.at)?;
        check_registers(&*fold, ctx.at, &accumulator.registers)?;
        fold.finish(ctx, accumulator.registers)
    }

    /// The whole output, by folding every tile. Slow; an engine must equal it in every bit (any NaN being equal to
    /// any other).
    pub fn evaluate(
        &self,
        seed: &[u8; 32],
        step: u64,
        inputs: &[&Tensor],
    ) -> Result<Tensor, FoldError> {
        let fold = ops::judge(self)?;
        self.check_tensors(inputs)?;
        let mut output = Tensor::zeros(self.output);
        for tile in 0..self.output.dims.tiles() {
            let Some(at) = TileIndex::of_tile(self.output.dims, tile) else {
                break;
            };
            let value = fold_tile(&*fold, &Context { seed, step, at }, inputs)?;
            output
                .set_tile(tile, &value)
                .map_err(|_| FoldError::NoSuchTile { at })?;
        }
        Ok(output)
    }

    /// One tile of the output, by its fold.
    pub fn evaluate_tile(&self, ctx: &Context, inputs: &[&Tensor]) -> Result<Tile, FoldError> {
        let fold = self.fold_at(ctx.at)?;
        self.check_tensors(inputs)?;
        fold_tile(&*fold, ctx, inputs)
    }

    fn fold_at(&self, at: TileIndex) -> Result<Box<dyn Fold + '_>, FoldError> {
        let fold = ops::judge(self)?;
        if !at.is_inside(self.output.dims) {
            return Err(FoldError::NoSuchTile { at });
        }
        Ok(fold)
    }

    fn fold_at_block(&self, ctx: &Context, block: u32) -> Result<Box<dyn Fold + '_>, FoldError> {
        let fold = self.fold_at(ctx.at)?;
        let blocks = fold.blocks(ctx.at);
        if block >= blocks {
            return Err(FoldError::NoSuchBlock { block, blocks });
        }
        Ok(fold)
    }

    fn check_index(
        &self,
        fold: &dyn Fold,
        ctx: &Context,
        k: u32,
        index: Option<&Tile>,
    ) -> Result<(), FoldError> {
        match (fold.index_source(ctx, k), index) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(FoldError::IndexUnexpected),
            (Some(_), None) => Err(FoldError::IndexMissing),
            (Some(source), Some(tile)) => match self.source_shape(source) {
                Some(expected) if expected != tile.shape() => Err(FoldError::Index {
                    expected,
                    found: tile.shape(),
                }),
                _ => Ok(()),
            },
        }
    }

    fn check_sources(&self, expected: &[SourceTile], found: &[Tile]) -> Result<(), FoldError> {
        if expected.len() != found.len() {
            return Err(FoldError::SourceCount {
                expected: expected.len(),
                found: found.len(),
            });
        }
        for (position, (&source, tile)) in expected.iter().zip(found).enumerate() {
            match self.source_shape(source) {
                Some(expected) if expected != tile.shape() => {
                    return Err(FoldError::Source {
                        position,
                        expected,
                        found: tile.shape(),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn source_shape(&self, source: SourceTile) -> Option<TileShape> {
        self.inputs.get(source.input)?.tile_shape(source.tile)
    }

    fn check_tensors(&self, tensors: &[&Tensor]) -> Result<(), FoldError> {
        if tensors.len() != self.inputs.len() {
            return Err(FoldError::TensorCount {
                expected: self.inputs.len(),
                found: tensors.len(),
            });
        }
        for (input, (&expected, tensor)) in self.inputs.iter().zip(tensors).enumerate() {
            if tensor.ty() != expected {
                return Err(FoldError::TensorMismatch {
                    input,
                    expected,
                    found: tensor.ty(),
                });
            }
        }
        Ok(())
    }
}

fn initial(fold: &dyn Fold, at: TileIndex) -> Vec<Tile> {
    let word = fold.initial();
    fold.registers(at)
        .into_iter()
        .map(|s| Tile::filled(s.dtype, s.rows, s.cols, word))
        .collect()
}

fn check_registers(fold: &dyn Fold, at: TileIndex, found: &[Tile]) -> Result<(), FoldError> {
    let expected = fold.registers(at);
    if expected.len() != found.len() {
        return Err(FoldError::RegisterCount {
            expected: expected.len(),
            found: found.len(),
        });
    }
    for (register, (&expected, tile)) in expected.iter().zip(found).enumerate() {
        if expected != tile.shape() {
            return Err(FoldError::Register {
                register,
                expected,
                found: tile.shape(),
            });
        }
    }
    Ok(())
}

/// Folds one tile from whole tensors, whose types are already checked.
fn fold_tile(fold: &dyn Fold, ctx: &Context, inputs: &[&Tensor]) -> Result<Tile, FoldError> {
    let read = |source: SourceTile| {
        inputs
            .get(source.input)
            .and_then(|tensor| tensor.tile(source.tile))
    };
    let mut registers = initial(fold, ctx.at);
    for k in 0..fold.blocks(ctx.at) {
        let index = fold.index_source(ctx, k).and_then(read);
        let sources: Vec<Tile> = fold
            .sources(ctx, k, index.as_ref())
            .into_iter()
            .filter_map(read)
            .collect();
        fold.step(ctx, k, &mut registers, index.as_ref(), &sources)?;
    }
    fold.finish(ctx, registers)
}
