//! The program.

use crate::{Header, Node, Source};
use alloc::vec::Vec;
use assay_commitment::{node_leaf, program_root, tree_root, Hash, Keccak, ProgramRoot, Tree};
use assay_numerics::{TensorType, VERSION};

/// A program as decoded or built, not yet judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Seed of the batch schedule.
    pub seed: [u8; 32],
    /// Types of the state slots.
    pub slots: Vec<TensorType>,
    /// Types of the dataset tensors.
    pub inputs: Vec<TensorType>,
    /// Types of the constants.
    pub constants: Vec<TensorType>,
    /// Tree root over the constants' tensor roots; 32 zero bytes if there are none.
    pub constants_root: [u8; 32],
    /// Nodes in topological order: the last but one `slots.len()` give the next state, the last is `Commit`.
    pub nodes: Vec<Node>,
}

impl Program {
    /// Most bytes of a program file; the largest valid program of version 1 takes less than half of them.
    pub const MAX_BYTES: usize = 16 << 20;
    /// Most nodes, `Commit` included.
    pub const MAX_NODES: u32 = Header::MAX_NODES;
    /// Most state slots.
    pub const MAX_SLOTS: u32 = Header::MAX_SLOTS;
    /// Most dataset tensors.
    pub const MAX_INPUTS: u32 = Header::MAX_INPUTS;
    /// Most constants.
    pub const MAX_CONSTANTS: u32 = Header::MAX_CONSTANTS;

    /// The header. Counts beyond 2^32 saturate; no header with such a count passes [`Header::check`].
    pub fn header(&self) -> Header {
        Header {
            version: VERSION,
            flags: 0,
            seed: self.seed,
            nodes: count(&self.nodes),
            slots: count(&self.slots),
            inputs: count(&self.inputs),
            constants: count(&self.constants),
            constants_root: self.constants_root,
        }
    }

    /// The leaves of the node tree.
    fn node_leaves<K: Keccak>(&self) -> Vec<Hash> {
        self.nodes
            .iter()
            .map(|node| node_leaf::<K>(&node.encode()))
            .collect()
    }

    /// The tree over the encoded nodes, for the path from one of them to the program root.
    pub fn node_tree<K: Keccak>(&self) -> Tree {
        Tree::new::<K>(self.node_leaves::<K>())
    }

    /// The root over the encoded nodes, which is submitted beside the header.
    pub fn node_tree_root<K: Keccak>(&self) -> Hash {
        tree_root::<K>(&self.node_leaves::<K>())
    }

    /// The program root, from header and nodes.
    pub fn root<K: Keccak>(&self) -> ProgramRoot {
        program_root::<K>(&self.header().encode(), self.node_tree_root::<K>())
    }

    /// The type of what stands at a source, if there is such a source.
    pub fn source_type(&self, source: Source) -> Option<TensorType> {
        match source {
            Source::Node(index) => self.nodes.get(index as usize).map(|node| node.output),
            Source::Slot(index) => self.slots.get(index as usize).copied(),
            Source::Input(index) => self.inputs.get(index as usize).copied(),
            Source::Constant(index) => self.constants.get(index as usize).copied(),
        }
    }
}

fn count<T>(items: &[T]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}
