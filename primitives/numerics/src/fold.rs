//! The fold interface: how an output tile comes to be, block by block.

use crate::{Dims, OperationError, TensorType, Tile, TileShape};
use alloc::vec::Vec;
use thiserror::Error;

/// Where a tile stands in its tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileIndex {
    /// Number of the matrix, row-major over the two leading dimensions.
    pub batch: u64,
    /// Row of tiles.
    pub tile_row: u32,
    /// Column of tiles.
    pub tile_col: u32,
}

impl TileIndex {
    /// The place of tile number `tile`, or `None` past the end.
    pub fn of_tile(dims: Dims, tile: u64) -> Option<Self> {
        if tile >= dims.tiles() {
            return None;
        }
        let (rows, cols) = (u64::from(dims.tile_rows()), u64::from(dims.tile_cols()));
        Some(Self {
            batch: tile / (rows * cols),
            tile_row: (tile / cols % rows) as u32,
            tile_col: (tile % cols) as u32,
        })
    }

    /// Whether a tensor of these dimensions has such a tile.
    pub fn is_inside(self, dims: Dims) -> bool {
        self.batch < dims.batch()
            && self.tile_row < dims.tile_rows()
            && self.tile_col < dims.tile_cols()
    }

    /// The tile's number in a tensor of these dimensions.
    pub const fn number(self, dims: Dims) -> u64 {
        (self.batch * dims.tile_rows() as u64 + self.tile_row as u64) * dims.tile_cols() as u64
            + self.tile_col as u64
    }
}

/// What a step knows besides tiles; all of it comes from agreed data.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The job's seed, from the program's header.
    pub seed: &'a [u8; 32],
    /// Global step number of the job, from 0.
    pub step: u64,
    /// Which output tile.
    pub at: TileIndex,
}

/// The 1 to 4 registers that a fold carries from block to block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accumulator {
    /// Register contents; number, type and extents are functions of operation, tile and block.
    pub registers: Vec<Tile>,
}

/// A tile that a step reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceTile {
    /// Which input of the operation.
    pub input: usize,
    /// Which tile of that input.
    pub tile: u64,
}

/// Why a fold cannot be taken. Steps come from strangers, so each of these is an ordinary answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FoldError {
    /// The operation itself is ill-formed.
    #[error("the operation is ill-formed: {0}")]
    Operation(#[from] OperationError),
    /// `Commit` has no tiles.
    #[error("Commit has no tiles")]
    NoTiles,
    /// The output has no such tile.
    #[error("the output has no tile at {at:?}")]
    NoSuchTile {
        /// The place asked for.
        at: TileIndex,
    },
    /// The tile has fewer blocks.
    #[error("the tile has {blocks} blocks, there is no block {block}")]
    NoSuchBlock {
        /// The block asked for.
        block: u32,
        /// Blocks of the tile.
        blocks: u32,
    },
    /// Another number of registers than the fold carries.
    #[error("{found} registers given, the fold carries {expected}")]
    RegisterCount {
        /// Registers of the fold.
        expected: usize,
        /// Registers given.
        found: usize,
    },
    /// A register has another type or extents.
    #[error("register {register} is {found}, must be {expected}")]
    Register {
        /// The register.
        register: usize,
        /// What it must be.
        expected: TileShape,
        /// What it is.
        found: TileShape,
    },
    /// An index tile is missing where the operator is driven by one.
    #[error("the step needs its index tile")]
    IndexMissing,
    /// An index tile was given to an operator that is not driven by one.
    #[error("the operator takes no index tile")]
    IndexUnexpected,
    /// The index tile has another type or extents.
    #[error("the index tile is {found}, must be {expected}")]
    Index {
        /// What it must be.
        expected: TileShape,
        /// What it is.
        found: TileShape,
    },
    /// Another number of source tiles than the block reads.
    #[error("{found} source tiles given, the block reads {expected}")]
    SourceCount {
        /// Tiles that the block reads.
        expected: usize,
        /// Tiles given.
        found: usize,
    },
    /// A source tile has another type or extents.
    #[error("source tile {position} is {found}, must be {expected}")]
    Source {
        /// Position among the block's sources.
        position: usize,
        /// What it must be.
        expected: TileShape,
        /// What it is.
        found: TileShape,
    },
    /// Another number of tensors than the operation has inputs.
    #[error("{found} tensors given, the operation has {expected} inputs")]
    TensorCount {
        /// Inputs of the operation.
        expected: usize,
        /// Tensors given.
        found: usize,
    },
    /// A tensor is not of the type that the operation declares.
    #[error("tensor {input} is {found:?}, the operation declares {expected:?}")]
    TensorMismatch {
        /// The input.
        input: usize,
        /// Declared type.
        expected: TensorType,
        /// Type given.
        found: TensorType,
    },
}

/// The definition of one operator on operands that are already judged. Methods are called for tiles inside the
/// output, blocks inside the fold, and registers, index and sources of exactly the declared shapes.
pub(crate) trait Fold {
    /// Number of blocks of the tile, 1 to 2^16.
    fn blocks(&self, at: TileIndex) -> u32;

    /// Shapes of the registers.
    fn registers(&self, at: TileIndex) -> Vec<TileShape>;

    /// The word that fills every register before block 0.
    fn initial(&self) -> u32 {
        0
    }

    /// The tile that decides what block `k` reads.
    fn index_source(&self, _ctx: &Context, _k: u32) -> Option<SourceTile> {
        None
    }

    /// The tiles that block `k` reads, without the index tile.
    fn sources(&self, ctx: &Context, k: u32, index: Option<&Tile>) -> Vec<SourceTile>;

    /// Bit `i` is set if block `k` may change register `i`.
    fn touches(&self, _ctx: &Context, _k: u32) -> u8 {
        1
    }

    /// Takes block `k` into the registers.
    fn step(
        &self,
        ctx: &Context,
        k: u32,
        registers: &mut [Tile],
        index: Option<&Tile>,
        sources: &[Tile],
    ) -> Result<(), FoldError>;

    /// Makes the output tile.
    fn finish(&self, _ctx: &Context, registers: Vec<Tile>) -> Result<Tile, FoldError> {
        let found = registers.len();
        registers
            .into_iter()
            .next()
            .ok_or(FoldError::RegisterCount { expected: 1, found })
    }
}

/// The registers as an array.
pub(crate) fn registers<const N: usize>(
    registers: &mut [Tile],
) -> Result<&mut [Tile; N], FoldError> {
    let found = registers.len();
    registers
        .try_into()
        .map_err(|_| FoldError::RegisterCount { expected: N, found })
}

/// The source tiles as an array.
pub(crate) fn sources<const N: usize>(sources: &[Tile]) -> Result<&[Tile; N], FoldError> {
    sources.try_into().map_err(|_| FoldError::SourceCount {
        expected: N,
        found: sources.len(),
    })
}
