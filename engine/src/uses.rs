//! Which memory a source names, who reads it last, and which nodes matter.

use assay_numerics::Op;
use assay_program::{Program, Source, ValidProgram};

/// A source with reshapes seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The output of a node that computes.
    Node(usize),
    /// A slot before the step.
    Slot(usize),
    /// A dataset tensor.
    Input(usize),
    /// A constant.
    Constant(usize),
}

/// Which of a program's values are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The next state's.
    Slots,
    /// Every node's, at least until the next node is computed.
    Every,
}

/// How a program's values are used.
#[derive(Clone, Debug)]
pub struct Uses {
    /// For each node where its value lies.
    origins: Vec<Origin>,
    /// For each node whether it is computed: it is wanted, or what a wanted one depends on, and it is no other name of
    /// something else.
    computes: Vec<bool>,
    /// For each node and slot the last node that reads it.
    node_reads: Vec<Option<usize>>,
    slot_reads: Vec<Option<usize>>,
}

impl Uses {
    /// The uses of a program's values.
    pub fn of(program: &ValidProgram, wanted: Wanted) -> Self {
        let program = program.get();
        let (nodes, first) = (program.nodes.len(), first_slot_node(program));
        let origins = origins(program, first);
        let needed = match wanted {
            Wanted::Slots => needed(program, first),
            Wanted::Every => vec![true; nodes],
        };
        let computes = (0..nodes)
            .map(|node| needed[node] && origins[node] == Origin::Node(node))
            .collect();
        let (node_reads, slot_reads) = (vec![None; nodes], vec![None; program.slots.len()]);
        let mut uses = Self {
            origins,
            computes,
            node_reads,
            slot_reads,
        };
        for (number, node) in program.nodes.iter().enumerate() {
            // Whoever looks at a reshape reads what it is another name of.
            if !uses.computes[number] && wanted == Wanted::Slots {
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
    pub fn computes(&self, node: usize) -> bool {
        self.computes[node]
    }

    /// Where the source's words lie.
    pub fn origin(&self, source: Source) -> Origin {
        origin(&self.origins, source)
    }

    /// The last node that reads the output of a node, or a slot's old value. Nothing is said of other origins.
    pub fn last_read(&self, origin: Origin) -> Option<usize> {
        match origin {
            Origin::Node(node) => self.node_reads[node],
            Origin::Slot(slot) => self.slot_reads[slot],
            Origin::Input(_) | Origin::Constant(_) => None,
        }
    }
}

/// The number of the node that gives slot 0: a valid program's last nodes are one for each slot, and the commit.
pub fn first_slot_node(program: &Program) -> usize {
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
fn origins(program: &Program, first: usize) -> Vec<Origin> {
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
fn needed(program: &Program, first: usize) -> Vec<bool> {
    let mut needed = vec![false; program.nodes.len()];
    let slots = first..first + program.slots.len();
    for number in (0..program.nodes.len()).rev() {
        needed[number] |= slots.contains(&number);
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
