//! What a cheat does wrongly.

use assay_numerics::{DType, Op};
use assay_program::{Node, Program, ValidProgram};
use assay_worker::material::loss_tape;
use clap::ValueEnum;

/// What a cheat does wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Flips one bit of one weight after the step, and goes on from there.
    FlipWeight,
    /// Does not take the step: the state after it is the one before, though the nodes gave another.
    SkipStep,
    /// Keeps the state from before the step for good, and says that every later step gave it again.
    ReuseCheckpoint,
    /// Moves the weights twice as far as it should, at the step and every later one.
    OtherRate,
    /// Reports a lower loss for the step.
    OtherLoss,
    /// Trains on other data from the step on.
    OtherData,
    /// Takes the batches in another order from the step on.
    OtherOrder,
    /// Rounds the terms of a product before it adds them, from the step on.
    Unfused,
    /// Adds the terms of a sum in opposite order, from the step on.
    Reorder,
    /// Exchanges two slots of equal type after the step, and goes on from there.
    SwapSlots,
    /// Changes one element of one node's output in the step.
    Element,
}

/// A fault in a job's steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is done wrongly.
    pub kind: Kind,
    /// The first step, counted from the job's beginning, that is taken wrongly.
    pub at: u64,
    /// The node whose output is false, for kinds that may have any; none: the first that can be.
    pub node: Option<u32>,
}

impl Fault {
    /// A fault of that kind where it is usual.
    pub const fn new(kind: Kind, at: u64) -> Self {
        let node = None;
        Self { kind, at, node }
    }

    /// Whether a step is taken wrongly.
    pub const fn strikes(&self, step: u64) -> bool {
        match self.kind {
            Kind::FlipWeight
            | Kind::SkipStep
            | Kind::OtherLoss
            | Kind::SwapSlots
            | Kind::Element => step == self.at,
            Kind::ReuseCheckpoint
            | Kind::OtherRate
            | Kind::OtherData
            | Kind::OtherOrder
            | Kind::Unfused
            | Kind::Reorder => step >= self.at,
        }
    }

    /// Whether a node gives something else in a false step, beside what follows from nodes before it.
    pub fn touches(&self, program: &ValidProgram, number: u32, node: &Node) -> bool {
        let slot = |slot: Option<usize>| {
            let slot = slot.and_then(|slot| u32::try_from(slot).ok());
            slot.and_then(|slot| program.slot_node(slot)) == Some(number)
        };
        match self.kind {
            Kind::SkipStep | Kind::SwapSlots => false,
            Kind::FlipWeight | Kind::OtherRate => slot(weight(program.get())),
            Kind::OtherLoss => slot(loss_tape(program.get())),
            Kind::ReuseCheckpoint => program.slot_node(0).is_some_and(|first| first <= number),
            Kind::OtherData => reads_data(node),
            Kind::OtherOrder => is_batch(&node.op),
            Kind::Unfused => self.target(program.get(), is_product) == Some(number),
            Kind::Reorder => self.target(program.get(), is_sum) == Some(number),
            Kind::Element => self.target(program.get(), |_| true) == Some(number),
        }
    }

    /// The node that was named, or the first of some.
    fn target(&self, program: &Program, is: fn(&Op) -> bool) -> Option<u32> {
        let first = || program.nodes.iter().position(|node| is(&node.op));
        let first = || first().and_then(|node| u32::try_from(node).ok());
        self.node.or_else(first)
    }
}

fn reads_data(node: &Node) -> bool {
    let mut inputs = node.inputs.iter();
    inputs.any(|input| matches!(input.source, assay_program::Source::Input(_)))
}

const fn is_batch(op: &Op) -> bool {
    matches!(op, Op::BatchRows { .. })
}

const fn is_product(op: &Op) -> bool {
    matches!(op, Op::MatMul { .. })
}

const fn is_sum(op: &Op) -> bool {
    let sum = matches!(op, Op::RowSum | Op::ColSum | Op::LeadSum | Op::ScatterAdd);
    sum || is_product(op)
}

/// The largest slot of floats that is no tape.
fn weight(program: &Program) -> Option<usize> {
    let tape = loss_tape(program);
    let slots = program.slots.iter().enumerate();
    let floats = slots.filter(|(slot, ty)| ty.dtype == DType::F32 && Some(*slot) != tape);
    let largest = floats.max_by_key(|(slot, ty)| (ty.dims.elements(), std::cmp::Reverse(*slot)));
    largest.map(|(slot, _)| slot)
}
