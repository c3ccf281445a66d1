//! Launches that hash a tensor: its leaves, and the tree over them.

use super::{Launch, WARP};
use crate::source::Unit;
use assay_numerics::{TensorType, TILE};

/// Threads of a block that hashes.
const THREADS: u32 = 64;
/// Most blocks that hash leaves.
const MOST_BLOCKS: u64 = 1 << 16;
/// Most levels of a tree that a launch makes.
const MOST_LEVELS: u32 = 7;
/// Heights of empty trees whose roots the kernels may ask for: those of trees of up to 2^24 leaves.
pub const EMPTY_TREES: u32 = 25;
/// Half lanes of a block of Keccak-256.
const RATE: u32 = 34;

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct LeafShape {
    tiles: u64,
    tiles_across: u32,
    tiles_down: u32,
    rows: u32,
    cols: u32,
    dtype: u32,
    blocks: u32,
}

#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
struct TreeShape {
    nodes: u64,
    height: u32,
    levels: u32,
}

/// Hashes the tiles of a tensor. Input: the tensor. Output: 8 words for each tile.
pub fn leaves(ty: TensorType) -> Launch {
    let dims = ty.dims;
    let words = dims.rows().min(TILE) * dims.cols().min(TILE);
    let shape = LeafShape {
        tiles: dims.tiles(),
        tiles_across: dims.tile_cols(),
        tiles_down: dims.tile_rows(),
        rows: dims.rows(),
        cols: dims.cols(),
        dtype: u32::from(ty.dtype.code()),
        blocks: (words + 2) / RATE + 1,
    };
    let blocks = (shape.tiles.div_ceil(WARP) * WARP).div_ceil(u64::from(THREADS));
    let size = (blocks.min(MOST_BLOCKS) as u32, THREADS);
    Launch::new(Unit::Keccak, "leaves", size, &shape)
}

/// Makes the tree over `leaves` hashes, some levels with each launch. Inputs: the hashes below; the roots of empty trees of
/// heights 0 to [`EMPTY_TREES`]. Output: the hashes above, of which the last launch makes one. A single leaf is its own root.
pub fn tree(leaves: u64) -> Vec<Launch> {
    let (mut nodes, mut height) = (leaves, 0);
    let mut launches = Vec::new();
    while nodes > 1 {
        let left = u64::BITS - (nodes - 1).leading_zeros();
        let levels = left.min(MOST_LEVELS);
        let shape = TreeShape {
            nodes,
            height,
            levels,
        };
        let above = nodes.div_ceil(1 << levels);
        let size = (above as u32, THREADS);
        launches.push(Launch::new(Unit::Keccak, "tree_levels", size, &shape));
        nodes = above;
        height += levels;
    }
    launches
}
