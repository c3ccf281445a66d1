//! Roots and leaves of everything above the tile.

use crate::{
    hash::domain, tile::tile_hash_at, tree::tree_root, Hash, Keccak, ProgramRoot, StateRoot,
    TensorRoot, TraceRoot, TreeBuilder,
};
use alloc::vec::Vec;
use assay_numerics::{Tensor, TensorType};

/// A level of refinement; the code is part of a trace's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// Leaves are the state roots at the ends of a segment's intervals.
    Interval = 0,
    /// Leaves are the state roots after each step of an interval.
    Step = 1,
    /// Leaves are the output roots of a step's nodes.
    Operator = 2,
    /// Leaves are the tile hashes of a node's output.
    Tile = 3,
    /// Leaves are the accumulators of a tile after each block, the output tile last.
    Fold = 4,
    /// Leaves are the slot roots of a state.
    Commit = 5,
}

impl Level {
    /// The code that stands for this level in hashes.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The level with this code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Interval),
            1 => Some(Self::Step),
            2 => Some(Self::Operator),
            3 => Some(Self::Tile),
            4 => Some(Self::Fold),
            5 => Some(Self::Commit),
            _ => None,
        }
    }
}

/// The root of a tensor from the root over its tiles: `H(0x02 | dtype u8 | dims 4 x u32 | tree)`.
pub fn tensor_root<K: Keccak>(ty: TensorType, tree_root: Hash) -> TensorRoot {
    let [d0, d1, d2, d3] = ty.dims.get().map(u32::to_le_bytes);
    TensorRoot(K::hash(&[
        &[domain::TENSOR, ty.dtype.code()],
        &d0,
        &d1,
        &d2,
        &d3,
        &tree_root,
    ]))
}

/// The root of a tensor in memory.
pub fn tensor_root_of<K: Keccak>(tensor: &Tensor) -> TensorRoot {
    let mut tiles = TreeBuilder::<K>::new();
    for tile in 0..tensor.ty().dims.tiles() {
        // A tensor has the words of all its tiles.
        if let Some(hash) = tile_hash_at::<K>(tensor.ty(), tensor.words(), tile) {
            tiles.push(hash);
        }
    }
    tensor_root::<K>(tensor.ty(), tiles.root())
}

/// The root of a state from its slots' tensor roots.
pub fn state_root<K: Keccak>(slots: &[TensorRoot]) -> StateRoot {
    state_root_from_tree::<K>(slots.len() as u64, constants_root::<K>(slots))
}

/// The root of a state from the root over its slots' tensor roots: `H(0x03 | slots u64 | tree)`.
pub fn state_root_from_tree<K: Keccak>(slots: u64, tree_root: Hash) -> StateRoot {
    StateRoot(K::hash(&[
        &[domain::STATE],
        &slots.to_le_bytes(),
        &tree_root,
    ]))
}

/// The tree root over tensor roots, as a program's header holds it for its constants; 32 zero bytes for none.
pub fn constants_root<K: Keccak>(constants: &[TensorRoot]) -> Hash {
    let mut tree = TreeBuilder::<K>::new();
    constants.iter().for_each(|root| tree.push(root.0));
    tree.root()
}

/// The leaf of an encoded program node: `H(0x06 | encoding)`.
pub fn node_leaf<K: Keccak>(encoding: &[u8]) -> Hash {
    K::hash(&[&[domain::PROGRAM_NODE], encoding])
}

/// The root of a program from its encoded header (84 bytes) and the root over its node leaves: `H(0x04 | header | tree)`.
pub fn program_root<K: Keccak>(header: &[u8], node_tree_root: Hash) -> ProgramRoot {
    ProgramRoot(K::hash(&[&[domain::PROGRAM], header, &node_tree_root]))
}

/// The root of a trace whose leaves are state roots.
pub fn trace_root<K: Keccak>(level: Level, states: &[StateRoot]) -> TraceRoot {
    let leaves: Vec<Hash> = states.iter().map(|root| root.0).collect();
    trace_root_from_tree::<K>(level, states.len() as u64, tree_root::<K>(&leaves))
}

/// The root of a trace of `count` leaves from the root over them: `H(0x05 | level u8 | count u64 | tree)`.
pub fn trace_root_from_tree<K: Keccak>(level: Level, count: u64, tree_root: Hash) -> TraceRoot {
    TraceRoot(K::hash(&[
        &[domain::TRACE, level.code()],
        &count.to_le_bytes(),
        &tree_root,
    ]))
}

/// The fold leaf for the accumulator after block `block` of `blocks`, not the last: `H(0x0a | block u64 | blocks u64 | register
/// hashes)`. A register's hash is that of its tile. The leaf of the last block is the hash of the output tile instead.
pub fn fold_leaf<K: Keccak>(block: u64, blocks: u64, registers: &[Hash]) -> Hash {
    let (block, blocks) = (block.to_le_bytes(), blocks.to_le_bytes());
    let mut parts: Vec<&[u8]> = alloc::vec![&[domain::FOLD], &block, &blocks];
    parts.extend(registers.iter().map(Hash::as_slice));
    K::hash(&parts)
}
