//! The judgement of a whole program.

use crate::{HeaderError, Node, NodeError, Program, Source};
use assay_numerics::{Op, RowOrder, TensorType};

/// A program that passed [`Program::validate`]. Can be made no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidProgram(Program);

/// Which rows a program reads at each step, and so what a job says of its dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScheduleShape {
    /// Rows of the dataset.
    pub rows: u32,
    /// Rows of a batch.
    pub batch: u32,
}

/// Which rule a program breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramError {
    /// Counts, or the constants' root.
    #[error("{0}")]
    Header(HeaderError),
    /// A node that is wrong by itself.
    #[error("node {node}: {error}")]
    Node {
        /// Number of the node.
        node: u32,
        /// What is wrong with it.
        error: NodeError,
    },
    /// An input that declares another type than its source has.
    #[error("node {node}: input {input} is declared as {declared:?}, but {from} is {found:?}")]
    InputType {
        /// Number of the node.
        node: u32,
        /// Which of its inputs.
        input: usize,
        /// Where the input comes from.
        from: Source,
        /// What the node says.
        declared: TensorType,
        /// What the source is.
        found: TensorType,
    },
    /// A node in the place of a slot's next value that has another type.
    #[error("node {node} gives the next value of slot {slot} as {found:?}, but the slot is {expected:?}")]
    SlotType {
        /// Number of the node.
        node: u32,
        /// Number of the slot.
        slot: u32,
        /// Type of the slot.
        expected: TensorType,
        /// Type of the node's output.
        found: TensorType,
    },
    /// Shuffled reads that do not agree.
    #[error("node {node} shuffles batches of {} out of {} rows, an earlier one {} out of {}",
        found.batch, found.rows, expected.batch, expected.rows)]
    Schedule {
        /// Number of the node.
        node: u32,
        /// What an earlier node reads.
        expected: ScheduleShape,
        /// What this node reads.
        found: ScheduleShape,
    },
}

impl Program {
    /// Judges the whole program: counts and limits, each node as the referee would, that nodes come after what they read, that
    /// each input has its source's type, that the last nodes give the next state and `Commit` closes, and that all shuffled reads
    /// follow one schedule.
    ///
    /// The cost is linear in the number of nodes, whatever the shapes.
    pub fn validate(self) -> Result<ValidProgram, ProgramError> {
        let header = self.header();
        header.check().map_err(ProgramError::Header)?;
        for (number, node) in (0u32..).zip(&self.nodes) {
            node.check(number, &header)
                .map_err(|error| ProgramError::Node {
                    node: number,
                    error,
                })?;
            self.check_input_types(number, node)?;
        }
        self.check_next_state()?;
        self.check_schedule()?;
        Ok(ValidProgram(self))
    }

    fn check_input_types(&self, number: u32, node: &Node) -> Result<(), ProgramError> {
        for (input, declared) in node.inputs.iter().enumerate() {
            match self.source_type(declared.source) {
                Some(found) if found != declared.ty => {
                    let (from, declared) = (declared.source, declared.ty);
                    return Err(ProgramError::InputType {
                        node: number,
                        input,
                        from,
                        declared,
                        found,
                    });
                }
                // That the source exists was judged with the node.
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    fn check_next_state(&self) -> Result<(), ProgramError> {
        let first = self.first_state_node();
        let nodes = self.nodes.iter().skip(first as usize);
        for (slot, (expected, node)) in (0u32..).zip(self.slots.iter().zip(nodes)) {
            if node.output != *expected {
                let (node, found) = (first.saturating_add(slot), node.output);
                return Err(ProgramError::SlotType {
                    node,
                    slot,
                    expected: *expected,
                    found,
                });
            }
        }
        Ok(())
    }

    fn check_schedule(&self) -> Result<(), ProgramError> {
        let mut first = None;
        for (number, node) in (0u32..).zip(&self.nodes) {
            if let Some(found) = shuffled_shape(node) {
                let expected = *first.get_or_insert(found);
                if found != expected {
                    return Err(ProgramError::Schedule {
                        node: number,
                        expected,
                        found,
                    });
                }
            }
        }
        Ok(())
    }

    /// Number of the node that gives the next value of slot 0.
    fn first_state_node(&self) -> u32 {
        let header = self.header();
        header.nodes.saturating_sub(1).saturating_sub(header.slots)
    }

    /// The rows that the program's shuffled reads draw from and how many they draw at a step; `None` if there are no such reads. In
    /// a valid program all of them agree.
    pub fn schedule_shape(&self) -> Option<ScheduleShape> {
        self.nodes.iter().find_map(shuffled_shape)
    }
}

fn shuffled_shape(node: &Node) -> Option<ScheduleShape> {
    match (&node.op, node.inputs.as_slice()) {
        (
            Op::BatchRows {
                order: RowOrder::Shuffled,
            },
            [dataset],
        ) => Some(ScheduleShape {
            rows: dataset.ty.dims.rows(),
            batch: node.output.dims.rows(),
        }),
        _ => None,
    }
}

impl ValidProgram {
    /// The program.
    pub const fn get(&self) -> &Program {
        &self.0
    }

    /// The program, no longer known to be valid.
    pub fn into_inner(self) -> Program {
        self.0
    }

    /// Number of the node that gives the next value of slot `slot`.
    pub fn slot_node(&self, slot: u32) -> Option<u32> {
        let node = self.0.first_state_node().checked_add(slot)?;
        (slot < self.0.header().slots).then_some(node)
    }
}
