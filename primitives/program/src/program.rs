//! The program and its header.

use crate::Node;
use alloc::vec::Vec;
use assay_numerics::TensorType;

/// What the chain stores of a program; 84 bytes, little endian, fields in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Numerics version.
    pub version: u16,
    /// 0 in version 1.
    pub flags: u16,
    /// Seed of the batch schedule and of random operators.
    pub seed: [u8; 32],
    /// Number of nodes, `Commit` included; at most 2^14.
    pub nodes: u32,
    /// Number of state slots, at least 1.
    pub slots: u32,
    /// Number of dataset tensors.
    pub inputs: u32,
    /// Number of constants.
    pub constants: u32,
    /// Tree root over the constants' tensor roots.
    pub constants_root: [u8; 32],
}

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
    /// Tree root over the constants' tensor roots.
    pub constants_root: [u8; 32],
    /// Nodes in topological order: the last but one `slots.len()` give the next state, the last is `Commit`.
    pub nodes: Vec<Node>,
}

/// A program that passed [`Program::validate`]. Can be made no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidProgram(Program);

impl ValidProgram {
    /// The program.
    pub const fn get(&self) -> &Program {
        &self.0
    }
}
