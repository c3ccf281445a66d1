//! The fold interface: how an output tile comes to be, block by block.

use crate::{Dims, Tile};
use alloc::vec::Vec;

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

    /// The tile's number in a tensor of these dimensions.
    pub const fn number(self, dims: Dims) -> u64 {
        (self.batch * dims.tile_rows() as u64 + self.tile_row as u64) * dims.tile_cols() as u64 + self.tile_col as u64
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
