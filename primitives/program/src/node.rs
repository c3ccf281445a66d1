//! One node of a program.

use alloc::vec::Vec;
use assay_numerics::{Op, TensorType};

/// Where a node's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The output of an earlier node.
    Node(u32),
    /// A state slot, as it stood before the step.
    Slot(u32),
    /// A dataset tensor of the job.
    Input(u32),
    /// A constant of the program.
    Constant(u32),
}

/// An input with its type, so that a node can be judged alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Input {
    /// Where it comes from.
    pub source: Source,
    /// What it must be there.
    pub ty: TensorType,
}

/// An operator applied to sources.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The operator with its attributes.
    pub op: Op,
    /// Inputs in the operator's order.
    pub inputs: Vec<Input>,
    /// Type of the output.
    pub output: TensorType,
    /// Stream of a random operator; 0 in version 1.
    pub stream: u32,
}
