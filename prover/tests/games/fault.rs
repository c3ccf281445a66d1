//! Ways in which a step may be taken wrongly.

use crate::{
    job::{Job, Slots},
    rng::Rng,
};
use assay_numerics::{Op, Tensor, TensorType};
use assay_program::{Node, Source};
use assay_testing::{
    arithmetic::{other_order, reversed, unfused},
    Tensors,
};

/// What is done to the output of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alteration {
    /// One bit of one element.
    Element { element: usize, bit: u32 },
    /// Another tensor of the same type is read.
    Source { input: usize, other: Source },
    /// Another seed.
    Seed,
    /// Another step's batch, or rows of a tape.
    Step,
    /// The rows in another order.
    Order,
    /// Each product rounded before it is added.
    Unfused,
    /// Sums from the last term to the first.
    Reordered,
}

/// What is wrong with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Some nodes' outputs, in order; what depends on them follows from them.
    Nodes(Vec<(u32, Alteration)>),
    /// The step is traced and its result thrown away.
    Skipped,
    /// The step starts from an earlier step's slots.
    Stale { from: usize },
    /// Two slots of the next state are exchanged.
    Exchanged { a: usize, b: usize },
    /// The state root is another one than the state's.
    Root([u8; 32]),
}

impl Fault {
    /// A fault that this step of the job may have.
    pub fn random(job: &Job, step: usize, rng: &mut Rng) -> Option<Self> {
        Some(match rng.below(16) {
            0 => Self::Skipped,
            1 => Self::Stale {
                from: rng.below(step.checked_sub(1)? as u64 + 1) as usize,
            },
            2 => exchanged(job, rng)?,
            3 => Self::Root(rng.hash()),
            4 => {
                let mut nodes = vec![altered(job, rng)?, altered(job, rng)?];
                nodes.sort_by_key(|(node, _)| *node);
                nodes.dedup_by_key(|(node, _)| *node);
                Self::Nodes(nodes)
            }
            _ => Self::Nodes(vec![altered(job, rng)?]),
        })
    }
}

fn exchanged(job: &Job, rng: &mut Rng) -> Option<Fault> {
    let slots = &job.work.program().get().slots;
    let a = rng.below(slots.len() as u64) as usize;
    let alike: Vec<usize> = (0..slots.len())
        .filter(|b| *b != a && slots[*b] == slots[a])
        .collect();
    rng.pick(&alike).map(|b| Fault::Exchanged { a, b })
}

/// A node with something that can be done to it.
fn altered(job: &Job, rng: &mut Rng) -> Option<(u32, Alteration)> {
    let nodes = &job.work.program().get().nodes;
    let all = 0..nodes.len() as u32 - 1;
    let rare: Vec<u32> = all
        .clone()
        .filter(|node| !special(&nodes[*node as usize].op).is_empty())
        .collect();
    let any = rng.below(all.len() as u64) as u32;
    let number = rng.pick(&rare).filter(|_| rng.one_in(3)).unwrap_or(any);
    let node = &nodes[number as usize];
    let alteration = match rng.below(3) {
        0 => rng.pick(special(&node.op)),
        1 => other_source(job, number, node, rng),
        _ => None,
    };
    let element = || Alteration::Element {
        element: rng.below(node.output.dims.elements()) as usize,
        bit: rng.below(32) as u32,
    };
    Some((number, alteration.unwrap_or_else(element)))
}

/// What can be done to the output of some operators alone.
fn special(op: &Op) -> &'static [Alteration] {
    match op {
        Op::MatMul { .. } => &[Alteration::Unfused, Alteration::Reordered],
        Op::RowSum | Op::ColSum | Op::LeadSum | Op::ScatterAdd => &[Alteration::Reordered],
        Op::BatchRows { .. } => &[Alteration::Seed, Alteration::Step, Alteration::Order],
        Op::RowWrite => &[Alteration::Step],
        _ => &[],
    }
}

/// Another tensor of the type of one of a node's inputs.
fn other_source(job: &Job, number: u32, node: &Node, rng: &mut Rng) -> Option<Alteration> {
    let program = job.work.program().get();
    let input = rng.below(node.inputs.len().max(1) as u64) as usize;
    let is = node.inputs.get(input)?;
    let count = |items: &[TensorType]| items.len() as u32;
    let nodes = (0..number).map(Source::Node);
    let slots = (0..count(&program.slots)).map(Source::Slot);
    let data = (0..count(&program.inputs)).map(Source::Input);
    let constants = (0..count(&program.constants)).map(Source::Constant);
    let alike: Vec<Source> = nodes
        .chain(slots)
        .chain(data)
        .chain(constants)
        .filter(|other| *other != is.source && program.source_type(*other) == Some(is.ty))
        .collect();
    let other = rng.pick(&alike)?;
    Some(Alteration::Source { input, other })
}

/// The outputs of a step from `slots` with some nodes altered: what does not depend on them is `honest`.
pub fn altered_values(
    job: &Job,
    slots: &Slots,
    step: usize,
    honest: Vec<Tensor>,
    altered: &[(u32, Alteration)],
) -> Vec<Tensor> {
    let program = job.work.program().get();
    let first = altered
        .first()
        .map_or(honest.len(), |(node, _)| *node as usize);
    let mut values = honest;
    values.truncate(first);
    for (number, node) in program.nodes.iter().enumerate().skip(first) {
        if node.op == Op::Commit {
            break;
        }
        let how = altered.iter().find(|(node, _)| *node as usize == number);
        let value = evaluate(job, slots, &values, step, node, how.map(|(_, how)| *how));
        values.push(value);
    }
    values
}

fn evaluate(
    job: &Job,
    slots: &Slots,
    values: &[Tensor],
    step: usize,
    node: &Node,
    how: Option<Alteration>,
) -> Tensor {
    let tensors = Tensors {
        nodes: values,
        slots,
        data: job.work.data(),
        constants: job.work.constants(),
    };
    let mut inputs = tensors.inputs(node);
    let (mut operation, mut seed) = (node.operation(), job.work.header().seed);
    let mut number = job.number(step);
    match how {
        Some(Alteration::Source { input, other }) => inputs[input] = tensors.get(other).unwrap(),
        Some(Alteration::Seed) => seed[0] ^= 1,
        Some(Alteration::Step) => number += 1,
        Some(Alteration::Order) => operation.op = other_order(&operation.op),
        Some(Alteration::Unfused) => {
            return unfused(&operation, inputs[0], inputs[1]).unwrap();
        }
        Some(Alteration::Reordered) => {
            let turned = reversed(&operation, &inputs);
            let turned: Vec<&Tensor> = turned.iter().collect();
            return operation.evaluate(&seed, number, &turned).unwrap();
        }
        Some(Alteration::Element { .. }) | None => {}
    }
    let mut value = operation.evaluate(&seed, number, &inputs).unwrap();
    if let Some(Alteration::Element { element, bit }) = how {
        value.words_mut()[element] ^= 1 << bit;
    }
    value
}
