//! One step as a cheat tells it.

use assay_numerics::{DType, Tensor};
use assay_program::{Node, Source, ValidProgram};
use assay_testing::{
    arithmetic::{other_order, reversed, unfused},
    Tensors,
};

use crate::{Fault, Kind};

/// What a step is computed from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The program.
    pub program: &'a ValidProgram,
    /// Its constants.
    pub constants: &'a [Tensor],
    /// The job's data.
    pub data: &'a [Tensor],
    /// The step, counted from the job's beginning.
    pub step: u64,
    /// The slots before it.
    pub before: &'a [Tensor],
}

/// A step as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What the nodes gave, `Commit` left out.
    pub values: Vec<Tensor>,
    /// The slots after it.
    pub after: Vec<Tensor>,
}

impl Fault {
    /// The step as it is told, from what its nodes truly gave. What depends on a false value follows from it.
    pub fn tell(&self, facts: &Facts<'_>, truth: Vec<Tensor>) -> Told {
        if !self.strikes(facts.step) {
            let after = slots_of(facts.program, &truth).to_vec();
            let values = truth;
            return Told { values, after };
        }
        let values = self.follow(facts, truth);
        let mut after = slots_of(facts.program, &values).to_vec();
        match self.kind {
            Kind::SkipStep => after = facts.before.to_vec(),
            Kind::SwapSlots => exchange(&mut after),
            _ => {}
        }
        Told { values, after }
    }

    /// What the nodes give once some of them give something false.
    fn follow(&self, facts: &Facts<'_>, truth: Vec<Tensor>) -> Vec<Tensor> {
        let nodes = facts.program.get().nodes.iter();
        let (mut values, mut others) = (Vec::with_capacity(truth.len()), Vec::new());
        for ((number, node), truth) in (0..).zip(nodes).zip(truth) {
            let is_other = |source| matches!(source, Source::Node(of) if others.contains(&of));
            let mut value = match node.inputs.iter().any(|input| is_other(input.source)) {
                true => evaluate(facts, node, &facts.inputs(&values, node)),
                false => truth.clone(),
            };
            if self.touches(facts.program, number, node) {
                value = self.alter(facts, number, node, &values, value);
            }
            if value.words() != truth.words() {
                others.push(number);
            }
            values.push(value);
        }
        values
    }

    /// What a node that is touched gives in place of its value.
    fn alter(
        &self,
        facts: &Facts<'_>,
        number: u32,
        node: &Node,
        values: &[Tensor],
        mut value: Tensor,
    ) -> Tensor {
        let inputs = || facts.inputs(values, node);
        match self.kind {
            Kind::FlipWeight => flip(&mut value),
            Kind::Element => bump(&mut value),
            Kind::OtherLoss => halve(&mut value, facts.step),
            Kind::OtherRate => double(&mut value, facts.slot(number)),
            Kind::ReuseCheckpoint => value = facts.slot(number).clone(),
            Kind::OtherData => {
                let other = facts.data.iter().map(shifted).collect::<Vec<_>>();
                let data = &other;
                let facts = Facts { data, ..*facts };
                return evaluate(&facts, node, &facts.inputs(values, node));
            }
            Kind::OtherOrder => {
                let mut node = node.clone();
                node.op = other_order(&node.op);
                return evaluate(facts, &node, &inputs());
            }
            Kind::Unfused => {
                if let [left, right] = inputs()[..] {
                    return unfused(&node.operation(), left, right).unwrap_or(value);
                }
            }
            Kind::Reorder => {
                let turned = reversed(&node.operation(), &inputs());
                return evaluate(facts, node, &turned.iter().collect::<Vec<_>>());
            }
            Kind::SkipStep | Kind::SwapSlots => {}
        }
        value
    }
}

impl<'a> Facts<'a> {
    /// The slot before the step whose next value a node gives.
    fn slot(&self, node: u32) -> &'a Tensor {
        let first = self.program.slot_node(0).unwrap_or_default();
        let slot = node.checked_sub(first).map(|slot| slot as usize);
        slot.and_then(|slot| self.before.get(slot))
            .expect("a fault of slots touches their nodes alone; qed")
    }

    /// What a node reads.
    fn inputs<'v>(&self, values: &'v [Tensor], node: &Node) -> Vec<&'v Tensor>
    where
        'a: 'v,
    {
        let tensors = Tensors {
            nodes: values,
            slots: self.before,
            data: self.data,
            constants: self.constants,
        };
        tensors.inputs(node)
    }
}

/// The next values of the slots among those of the nodes: the last.
fn slots_of<'a>(program: &ValidProgram, values: &'a [Tensor]) -> &'a [Tensor] {
    let first = program.slot_node(0).unwrap_or_default() as usize;
    values.get(first..).unwrap_or_default()
}

/// What a node gives by the definition.
fn evaluate(facts: &Facts<'_>, node: &Node, inputs: &[&Tensor]) -> Tensor {
    let seed = &facts.program.get().header().seed;
    node.operation()
        .evaluate(seed, facts.step, inputs)
        .expect("a node of a valid program has a value for inputs of its types; qed")
}

/// Flips a bit of a number. A bit of a zero could be flushed before the interval ends, and nothing be wrong at its end.
fn flip(value: &mut Tensor) {
    let mut words = value.words_mut().iter_mut();
    if let Some(word) = words.find(|word| f32::from_bits(**word).is_normal()) {
        *word ^= 1 << 20;
    }
}

/// Changes the last element.
fn bump(value: &mut Tensor) {
    let dtype = value.ty().dtype;
    if let Some(word) = value.words_mut().last_mut() {
        *word = match dtype {
            DType::F32 => (f32::from_bits(*word) + 1.0).to_bits(),
            DType::U32 => *word ^ 1,
        };
    }
}

/// Halves the row of a step.
fn halve(tape: &mut Tensor, step: u64) {
    let row = usize::try_from(step).ok();
    if let Some(word) = row.and_then(|row| tape.words_mut().get_mut(row)) {
        *word = (f32::from_bits(*word) / 2.0).to_bits();
    }
}

/// Moves every element twice as far from where it was.
fn double(value: &mut Tensor, before: &Tensor) {
    for (word, old) in value.words_mut().iter_mut().zip(before.words()) {
        let (old, new) = (f32::from_bits(*old), f32::from_bits(*word));
        *word = (old + 2.0 * (new - old)).to_bits();
    }
}

/// A tensor whose every element stands one place further on.
fn shifted(data: &Tensor) -> Tensor {
    let mut shifted = data.clone();
    if !shifted.words().is_empty() {
        shifted.words_mut().rotate_right(1);
    }
    shifted
}

/// Exchanges the first two slots of one type that differ.
fn exchange(slots: &mut [Tensor]) {
    let pairs = (0..slots.len()).flat_map(|a| (0..a).map(move |b| (b, a)));
    let differ = |a: &Tensor, b: &Tensor| a.ty() == b.ty() && a.words() != b.words();
    let mut alike = pairs.filter(|(a, b)| match (slots.get(*a), slots.get(*b)) {
        (Some(a), Some(b)) => differ(a, b),
        _ => false,
    });
    if let Some((a, b)) = alike.next() {
        slots.swap(a, b);
    }
}
