//! One node of a program.

use crate::Header;
use alloc::vec::Vec;
use assay_numerics::{Op, Operation, OperationError, TensorType};
use core::fmt;

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

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(index) => write!(f, "node {index}"),
            Self::Slot(index) => write!(f, "slot {index}"),
            Self::Input(index) => write!(f, "input {index}"),
            Self::Constant(index) => write!(f, "constant {index}"),
        }
    }
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

/// What is wrong with a node by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The operator does not accept these inputs, attributes or this output.
    #[error("{0}")]
    Operation(OperationError),
    /// A stream, though version 1 has no random operators.
    #[error("stream {found} is reserved and must be 0")]
    Stream {
        /// The stream.
        found: u32,
    },
    /// A source that is not there, or a node that does not come before this one.
    #[error("input {input} is {source_ref}; only {available} of that kind may be read here")]
    NoSuchSource {
        /// Which input of the node.
        input: usize,
        /// What it names.
        source_ref: Source,
        /// How many of that kind there are (for nodes: how many come before).
        available: u32,
    },
    /// `Commit` stands last and nowhere else.
    #[error("the last node is Commit, and no other is")]
    MisplacedCommit,
}

impl Node {
    /// Most bytes in the encoding of a node that passes [`check`](Self::check); the operators of version 1 stay below 400.
    pub const MAX_BYTES: usize = 512;

    /// The operator with the types of its operands.
    pub fn operation(&self) -> Operation {
        let inputs = self.inputs.iter().map(|input| input.ty).collect();
        Operation {
            op: self.op.clone(),
            inputs,
            output: self.output,
        }
    }

    /// Judges everything that can be judged of node number `number` from the node and the header alone: the operation, the
    /// stream, that its sources exist and come before it, and whether it is `Commit` where it must be. That an
    /// input's type is its source's is for [`Program::validate`](crate::Program::validate).
    pub fn check(&self, number: u32, header: &Header) -> Result<(), NodeError> {
        if self.stream != 0 {
            return Err(NodeError::Stream { found: self.stream });
        }
        let last = number.checked_add(1) == Some(header.nodes);
        if matches!(self.op, Op::Commit) != last {
            return Err(NodeError::MisplacedCommit);
        }
        self.operation().check().map_err(NodeError::Operation)?;
        self.inputs
            .iter()
            .enumerate()
            .try_for_each(|(input, &Input { source, .. })| {
                let (index, available) = match source {
                    Source::Node(index) => (index, number),
                    Source::Slot(index) => (index, header.slots),
                    Source::Input(index) => (index, header.inputs),
                    Source::Constant(index) => (index, header.constants),
                };
                match index < available {
                    true => Ok(()),
                    false => Err(NodeError::NoSuchSource {
                        input,
                        source_ref: source,
                        available,
                    }),
                }
            })
    }
}
