//! A tile by its definition, block by block.

use crate::ProverError;
use assay_commitment::{fold_leaf, tile_hash, Hash, Sha3};
use assay_numerics::{Accumulator, Context, FoldError, JudgedFold, Operation, SourceTile, Tile};

/// Where a fold finds its source tiles.
pub type Reader<'a> = dyn Fn(SourceTile) -> Option<Tile> + 'a;

/// The fold of one output tile.
pub struct TileFold<'a> {
    fold: JudgedFold<'a>,
    read: &'a Reader<'a>,
}

impl<'a> TileFold<'a> {
    /// The fold of the tile at `ctx.at`, with source tiles from `read`.
    ///
    /// # Errors
    /// [`FoldError`] if the operation is ill-formed or has no such tile.
    pub fn new(
        operation: &'a Operation,
        ctx: Context<'a>,
        read: &'a Reader<'a>,
    ) -> Result<Self, FoldError> {
        let fold = operation.fold(ctx)?;
        Ok(Self { fold, read })
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u32 {
        self.fold.blocks()
    }

    /// The accumulator before block `block`.
    ///
    /// # Errors
    /// [`FoldError`] if source tiles are missing or of other shapes.
    pub fn before(&self, block: u32) -> Result<Accumulator, FoldError> {
        (0..block).try_fold(self.fold.init(), |before, k| self.step(k, before))
    }

    /// The leaves of the fold's tree: the accumulator after each block, the output tile last.
    ///
    /// # Errors
    /// [`FoldError`] if source tiles are missing or of other shapes.
    pub fn leaves(&self) -> Result<Vec<Hash>, ProverError> {
        let blocks = self.blocks();
        let mut accumulator = self.fold.init();
        let mut leaves = Vec::with_capacity(blocks as usize);
        for block in 0..blocks {
            accumulator = self.step(block, accumulator)?;
            if block.saturating_add(1) < blocks {
                leaves.push(accumulator_leaf(block, blocks, &accumulator));
            }
        }
        let output = self.fold.finish(accumulator)?;
        leaves.push(tile_hash::<Sha3>(&output));
        Ok(leaves)
    }

    fn step(&self, block: u32, before: Accumulator) -> Result<Accumulator, FoldError> {
        let index = self.fold.index_source(block).and_then(self.read);
        let sources: Vec<Tile> = self
            .fold
            .sources(block, index.as_ref())
            .into_iter()
            .filter_map(self.read)
            .collect();
        self.fold.step(block, before, index.as_ref(), &sources)
    }
}

/// The fold leaf of the accumulator after a block that is not the last.
pub fn accumulator_leaf(block: u32, blocks: u32, accumulator: &Accumulator) -> Hash {
    let registers: Vec<Hash> = accumulator
        .registers
        .iter()
        .map(tile_hash::<Sha3>)
        .collect();
    fold_leaf::<Sha3>(block.into(), blocks.into(), &registers)
}
