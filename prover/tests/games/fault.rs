//! Ways in which a step may be taken wrongly.

use crate::{
    job::{Job, Slots},
    rng::Rng,
};
use assay_numerics::{Dims, Op, Operation, RowOrder, Tensor, TensorType};
use assay_program::{Node, Source};

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
        Op::RowSum | Op::ColSum | Op::LeadSum => &[Alteration::Reordered],
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
    let read = |source: Source| match source {
        Source::Node(node) => &values[node as usize],
        Source::Slot(slot) => &slots[slot as usize],
        Source::Input(input) => &job.work.data()[input as usize],
        Source::Constant(constant) => &job.work.constants()[constant as usize],
    };
    let mut inputs: Vec<&Tensor> = node.inputs.iter().map(|input| read(input.source)).collect();
    let (mut operation, mut seed) = (node.operation(), job.work.header().seed);
    let mut number = job.number(step);
    match how {
        Some(Alteration::Source { input, other }) => inputs[input] = read(other),
        Some(Alteration::Seed) => seed[0] ^= 1,
        Some(Alteration::Step) => number += 1,
        Some(Alteration::Order) => operation.op = other_order(&operation.op),
        Some(Alteration::Unfused) => return unfused(&operation, inputs[0], inputs[1]),
        Some(Alteration::Reordered) => {
            let turned = turned(&operation, &inputs);
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

fn other_order(op: &Op) -> Op {
    let order = match op {
        Op::BatchRows {
            order: RowOrder::Sequential,
        } => RowOrder::Shuffled,
        _ => RowOrder::Sequential,
    };
    Op::BatchRows { order }
}

/// Where element `index` of a tensor of these dimensions lies, leading ones repeated.
fn place(dims: Dims, index: [u32; 4]) -> usize {
    let sizes = dims.get();
    (0..4).fold(0, |place, axis| {
        let at = index[axis].min(sizes[axis] - 1);
        place * sizes[axis] as usize + at as usize
    })
}

/// A product whose terms are rounded before they are added.
fn unfused(operation: &Operation, a: &Tensor, b: &Tensor) -> Tensor {
    let Op::MatMul {
        transpose_a,
        transpose_b,
    } = operation.op
    else {
        panic!("a MatMul")
    };
    let [d0, d1, rows, cols] = operation.output.dims.get();
    let inner = match transpose_a {
        true => a.ty().dims.rows(),
        false => a.ty().dims.cols(),
    };
    let at = |tensor: &Tensor, index: [u32; 4], transposed: bool| {
        let [i, j, r, c] = index;
        let index = if transposed {
            [i, j, c, r]
        } else {
            [i, j, r, c]
        };
        f32::from_bits(tensor.words()[place(tensor.ty().dims, index)])
    };
    let mut words = Vec::new();
    for (i, j) in (0..d0).flat_map(|i| (0..d1).map(move |j| (i, j))) {
        for (r, c) in (0..rows).flat_map(|r| (0..cols).map(move |c| (r, c))) {
            let term = |k| at(a, [i, j, r, k], transpose_a) * at(b, [i, j, k, c], transpose_b);
            words.push(
                (0..inner)
                    .map(term)
                    .fold(0.0f32, |sum, x| sum + x)
                    .to_bits(),
            );
        }
    }
    Tensor::new(operation.output, words).unwrap()
}

/// The inputs with the terms of each sum in opposite order.
fn turned(operation: &Operation, inputs: &[&Tensor]) -> Vec<Tensor> {
    let axes = |number: usize| -> &[usize] {
        match (&operation.op, number) {
            (Op::MatMul { transpose_a, .. }, 0) => [&[3], &[2]][usize::from(*transpose_a)],
            (Op::MatMul { transpose_b, .. }, _) => [&[2], &[3]][usize::from(*transpose_b)],
            (Op::RowSum, _) => &[3],
            (Op::ColSum, _) => &[2],
            _ => &[0, 1],
        }
    };
    let inputs = inputs.iter().enumerate();
    inputs.map(|(number, x)| flip(x, axes(number))).collect()
}

fn flip(x: &Tensor, axes: &[usize]) -> Tensor {
    let dims = x.ty().dims;
    let sizes = dims.get();
    let mut flipped = Tensor::zeros(x.ty());
    for number in 0..dims.elements() as usize {
        let (mut rest, mut index) = (number, [0u32; 4]);
        for axis in (0..4).rev() {
            index[axis] = (rest % sizes[axis] as usize) as u32;
            rest /= sizes[axis] as usize;
        }
        for axis in axes {
            index[*axis] = sizes[*axis] - 1 - index[*axis];
        }
        flipped.words_mut()[number] = x.words()[place(dims, index)];
    }
    flipped
}
