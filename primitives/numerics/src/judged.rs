//! The fold of one output tile, its operation judged once.

use crate::fold::Fold;
use crate::operation::initial;
use crate::{Accumulator, Context, FoldError, Operation, SourceTile, Tile, TileShape};
use alloc::{boxed::Box, vec::Vec};

/// The fold of one output tile, its operation judged once.
///
/// All methods are total. For a block outside the fold the counting ones answer 0 or nothing and the computing ones give
/// an error.
pub struct JudgedFold<'a> {
    operation: &'a Operation,
    ctx: Context<'a>,
    blocks: u32,
    fold: Box<dyn Fold + 'a>,
}

impl<'a> JudgedFold<'a> {
    pub(crate) fn judge(operation: &'a Operation, ctx: Context<'a>) -> Result<Self, FoldError> {
        let fold = operation.fold_at(ctx.at)?;
        Ok(Self {
            blocks: fold.blocks(ctx.at),
            operation,
            ctx,
            fold,
        })
    }

    /// Number of blocks.
    pub fn blocks(&self) -> u32 {
        self.blocks
    }

    /// The registers before block 0.
    pub fn init(&self) -> Accumulator {
        let registers = initial(&*self.fold, self.ctx.at);
        Accumulator { registers }
    }

    /// The tile whose content decides what block `k` reads, for operators driven by an index.
    pub fn index_source(&self, k: u32) -> Option<SourceTile> {
        self.block(k).ok()?.index_source(&self.ctx, k)
    }

    /// The tiles that block `k` reads, in the order in which [`step`](Self::step) takes them; the index tile is not
    /// among them. `index` is the content of [`index_source`](Self::index_source); if it is missing or of another
    /// shape the answer is empty, and `step` refuses it.
    pub fn sources(&self, k: u32, index: Option<&Tile>) -> Vec<SourceTile> {
        let sources = self.block(k).and_then(|fold| {
            self.check_index(k, index)?;
            Ok(fold.sources(&self.ctx, k, index))
        });
        sources.unwrap_or_default()
    }

    /// Bit `i` is set if block `k` may change register `i`.
    pub fn touches(&self, k: u32) -> u8 {
        self.block(k).map_or(0, |fold| fold.touches(&self.ctx, k))
    }

    /// Takes block `k`: at most 32^3 multiply-adds and a fixed number of tiles in memory.
    ///
    /// Every tile may come from a stranger; number, types and extents are checked here.
    ///
    /// # Errors
    /// [`FoldError`] if there is no such block, or if something given has another number, type or extents.
    pub fn step(
        &self,
        k: u32,
        accumulator: Accumulator,
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<Accumulator, FoldError> {
        let fold = self.block(k)?;
        self.check_registers(&accumulator.registers)?;
        self.check_index(k, index)?;
        self.check_sources(&fold.sources(&self.ctx, k, index), sources)?;
        let mut registers = accumulator.registers;
        fold.step(&self.ctx, k, &mut registers, index, sources)?;
        Ok(Accumulator { registers })
    }

    /// Makes the output tile from the registers after the last block.
    ///
    /// # Errors
    /// [`FoldError`] if the registers have another number, type or extents.
    pub fn finish(&self, accumulator: Accumulator) -> Result<Tile, FoldError> {
        self.check_registers(&accumulator.registers)?;
        self.fold.finish(&self.ctx, accumulator.registers)
    }

    /// The fold, if it has this block.
    fn block(&self, block: u32) -> Result<&(dyn Fold + 'a), FoldError> {
        let blocks = self.blocks;
        match block < blocks {
            true => Ok(&*self.fold),
            false => Err(FoldError::NoSuchBlock { block, blocks }),
        }
    }

    fn check_index(&self, k: u32, index: Option<&Tile>) -> Result<(), FoldError> {
        match (self.fold.index_source(&self.ctx, k), index) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(FoldError::IndexUnexpected),
            (Some(_), None) => Err(FoldError::IndexMissing),
            (Some(source), Some(tile)) => match self.shape_of(source) {
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
            match self.shape_of(source) {
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

    fn check_registers(&self, found: &[Tile]) -> Result<(), FoldError> {
        let expected = self.fold.registers(self.ctx.at);
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

    fn shape_of(&self, source: SourceTile) -> Option<TileShape> {
        self.operation
            .inputs
            .get(source.input)?
            .tile_shape(source.tile)
    }
}
