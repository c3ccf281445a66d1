//! One application of an operator, and its fold for whoever does not trust the tiles.

use crate::fold::Fold;
use crate::{
    ops, Accumulator, Context, FoldError, JudgedFold, Op, OperationError, SourceTile, Tensor,
    TensorType, Tile, TileIndex,
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

    /// The fold of the output tile at `ctx.at`, for whoever asks more than one thing about it.
    ///
    /// # Errors
    /// [`FoldError`] if the operation is ill-formed or has no such tile.
    pub fn fold<'a>(&'a self, ctx: Context<'a>) -> Result<JudgedFold<'a>, FoldError> {
        JudgedFold::judge(self, ctx)
    }

    /// Number of blocks in the fold of the output tile at `at`.
    pub fn blocks(&self, at: TileIndex) -> u32 {
        self.fold_at(at).map_or(0, |fold| fold.blocks(at))
    }

    /// As [`JudgedFold::init`].
    pub fn init(&self, ctx: &Context) -> Accumulator {
        let registers = Vec::new();
        self.fold(*ctx)
            .map_or(Accumulator { registers }, |fold| fold.init())
    }

    /// As [`JudgedFold::index_source`].
    pub fn index_source(&self, ctx: &Context, k: u32) -> Option<SourceTile> {
        self.fold(*ctx).ok()?.index_source(k)
    }

    /// As [`JudgedFold::sources`].
    pub fn sources(&self, ctx: &Context, k: u32, index: Option<&Tile>) -> Vec<SourceTile> {
        self.fold(*ctx)
            .map_or_else(|_| Vec::new(), |fold| fold.sources(k, index))
    }

    /// As [`JudgedFold::touches`].
    pub fn touches(&self, ctx: &Context, k: u32) -> u8 {
        self.fold(*ctx).map_or(0, |fold| fold.touches(k))
    }

    /// As [`JudgedFold::step`].
    pub fn step(
        &self,
        ctx: &Context,
        k: u32,
        accumulator: Accumulator,
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<Accumulator, FoldError> {
        self.fold(*ctx)?.step(k, accumulator, index, sources)
    }

    /// As [`JudgedFold::finish`].
    pub fn finish(&self, ctx: &Context, accumulator: Accumulator) -> Result<Tile, FoldError> {
        self.fold(*ctx)?.finish(accumulator)
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

    pub(crate) fn fold_at(&self, at: TileIndex) -> Result<Box<dyn Fold + '_>, FoldError> {
        let fold = ops::judge(self)?;
        if !at.is_inside(self.output.dims) {
            return Err(FoldError::NoSuchTile { at });
        }
        Ok(fold)
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

pub(crate) fn initial(fold: &dyn Fold, at: TileIndex) -> Vec<Tile> {
    let word = fold.initial();
    fold.registers(at)
        .into_iter()
        .map(|s| Tile::filled(s.dtype, s.rows, s.cols, word))
        .collect()
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
