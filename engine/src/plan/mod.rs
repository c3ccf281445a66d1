//! Where every value of a program lies and what is run together, decided before anything runs.
//!
//! Intermediate values share one arena: a value's words are free again after the last node that reads it. A reshape is
//! another name for the same words. A Map may write over an input that nobody reads later. The next value of a slot
//! replaces the old one in place if no later node reads the slot, and goes to a second buffer otherwise. Nodes that go row
//! by row are run together ([`fuse`]); a value that only they read is never stored.

mod fuse;
mod memory;
mod planner;

use crate::cpu::strips::Strips;
use crate::cpu::Kernel;
use crate::uses::{Uses, Wanted};
use assay_numerics::Op;
use assay_program::ValidProgram;
use fuse::Unit;
use planner::Planner;

/// A region of memory that outlives a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Words of the arena from this offset on.
    Arena(usize),
    /// A slot of the state.
    Slot(usize),
    /// The second buffer of a slot; it becomes the slot when the step ends.
    Next(usize),
    /// A dataset tensor.
    Input(usize),
    /// A constant.
    Constant(usize),
}

/// A region and its length in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) place: Place,
    pub(crate) words: usize,
}

/// Something that is run at once.
#[derive(Clone, Debug)]
pub(crate) enum Instruction {
    Node(NodeInstruction),
    Group(GroupInstruction),
}

/// One node that computes something.
#[derive(Clone, Debug)]
pub(crate) struct NodeInstruction {
    /// The node's number.
    pub(crate) node: usize,
    pub(crate) kernel: Kernel,
    pub(crate) inputs: Vec<Region>,
    pub(crate) output: Region,
    /// Working memory.
    pub(crate) workspace: Option<Region>,
}

/// Nodes that are run together.
#[derive(Clone, Debug)]
pub(crate) struct GroupInstruction {
    pub(crate) strips: Strips,
    /// The tensors that they read and write.
    pub(crate) tensors: Vec<Region>,
    /// How many of those are written; they come first.
    pub(crate) written: usize,
}

/// A program with every value placed.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) instructions: Vec<Instruction>,
    /// Size of the arena.
    pub(crate) arena_words: usize,
    /// For each slot whether its next value goes to a second buffer.
    pub(crate) second_buffer: Vec<bool>,
    /// If every value is wanted: for each node but `Commit` where its value lies until the next node is computed.
    pub(crate) values: Vec<Region>,
}

impl Instruction {
    /// Estimated nanoseconds on one thread of the fastest path.
    pub(crate) fn nanoseconds(&self) -> u64 {
        match self {
            Self::Node(node) => node.kernel.nanoseconds(),
            Self::Group(group) => group.strips.nanoseconds(),
        }
    }
}

impl Plan {
    /// Places the values that give the next state, for so many threads. The cost is bounded by the limits of a valid program.
    pub(crate) fn new(program: &ValidProgram, threads: usize) -> Self {
        let uses = Uses::of(program, Wanted::Slots);
        let units = fuse::units(program.get(), &uses, threads);
        let mut planner = Planner::new(program.get(), &uses, &units, threads);
        for unit in &units {
            planner.plan(unit);
        }
        planner.finish()
    }

    /// Places every value, to be computed in order, one node after the other.
    pub(crate) fn traced(program: &ValidProgram, threads: usize) -> Self {
        let uses = Uses::of(program, Wanted::Every);
        let nodes = &program.get().nodes;
        let units: Vec<Unit> = (0..nodes.len()).map(Unit::of).collect();
        let mut planner = Planner::new(program.get(), &uses, &units, threads);
        for (number, node) in nodes.iter().enumerate() {
            if uses.computes(number) {
                planner.plan_node(number);
            }
            if node.op != Op::Commit {
                planner.show(number);
            }
        }
        planner.finish()
    }

    /// The nodes that are run by themselves; all of a traced plan are.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &NodeInstruction> {
        self.instructions
            .iter()
            .filter_map(|instruction| match instruction {
                Instruction::Node(node) => Some(node),
                Instruction::Group(_) => None,
            })
    }
}
