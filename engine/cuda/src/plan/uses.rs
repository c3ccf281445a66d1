//! Which memory a source names, who reads it last, and which nodes matter.

use assay_numerics::Op;
use assay_program::{Program, Source};

/// A source with reshapes seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The output of a node that computes.
    Node(usize),
    /// A slot before the step.
    Slot(usize),
    /// A dataset tensor.
    Input(usize),
    /// A constant.
    Constant(usize),
}

/// How a program's values are used.
pub(super) struct Uses {
    /// For each node where its value lies.
    origins: Vec<Origin>,
    /// For each node whether it is computed: a slot depends on it, and it is no other name of something else.
    computes: Vec<bool>,
    /// For each node and slot the last node that reads it.
    node_reads: Vec<Option<usize>>,
    slot_reads: Vec<Option<usize>>,
}

impl Uses {
    pub(super) fn of(program: &Program) -> Self {
        let nodes = program.nodes.len();
        let origins = origins(program);
        let needed = needed(program);
        let computes = (0..nodes)
            .map(|node| needed[node] && origins[node] == Origin::Node(node))
            .collect();
        let mut uses = Self {
            origins,
            computes,
            node_reads: vec![None; nodes],
            slot_reads: vec![None; program.slots.len()],
        };
        for (number, node) in program.nodes.iter().enumerate() {
            if !uses.computes[number] {
                continue;
            }
            for input in &node.inputs {
                match uses.origin(input.source) {
                    Origin::Node(node) => uses.node_reads[node] = Some(number),
                    Origin::Slot(slot) => uses.slot_reads[slot] = Some(number),
                    Origin::Input(_) | Origin::Constant(_) => {}
                }
            }
        }
        uses
    }

    /// Whether the node is computed.
    pub(super) fn computes(&self, node: usize) -> bool {
        self.computes[node]
    }

    /// Where the source's words lie.
    pub(super) fn origin(&self, source: Source) -> Origin {
        origin(&self.origins, source)
    }

    /// The last node that reads the output of a node, or a slot's old value. Nothing is said of other origins.
    pub(super) fn last_read(&self, origin: Origin) -> Option<usize> {
        match origin {
            Origin::Node(node) => self.node_reads[node],
            Origin::Slot(slot) => self.slot_reads[slot],
            Origin::Input(_) | Origin::Constant(_) => None,
        }
    }
}

/// The number of the node that gives slot 0.
pub(super) fn first_slot_node(program: &Program) -> usize {
    program.nodes.len() - 1 - program.slots.len()
}

fn origin(origins: &[Origin], source: Source) -> Origin {
    match source {
        Source::Node(node) => origins[node as usize],
        Source::Slot(slot) => Origin::Slot(slot as usize),
        Source::Input(input) => Origin::Input(input as usize),
        Source::Constant(constant) => Origin::Constant(constant as usize),
    }
}

/// A reshape lies where its input lies, unless it gives a slot: then it is a copy.
fn origins(program: &Program) -> Vec<Origin> {
    let first = first_slot_node(program);
    let mut origins = Vec::with_capacity(program.nodes.len());
    for (number, node) in program.nodes.iter().enumerate() {
        origins.push(match (&node.op, node.inputs.first()) {
            (Op::Reshape, Some(input)) if number < first => origin(&origins, input.source),
            _ => Origin::Node(number),
        });
    }
    origins
}

/// The nodes that a slot's next value depends on.
fn needed(program: &Program) -> Vec<bool> {
    let first = first_slot_node(program);
    let mut needed = vec![false; program.nodes.len()];
    for number in (0..first + program.slots.len()).rev() {
        needed[number] |= number >= first;
        if !needed[number] {
            continue;
        }
        for input in &program.nodes[number].inputs {
            if let Source::Node(node) = input.source {
                needed[node as usize] = true;
            }
        }
    }
    needed
}
