//! Regions for values, node by node.

use super::fuse::{Shape, Unit};
use super::memory::Memory;
use super::{Change, GroupInstruction, Instruction, NodeInstruction, Place, Plan, Region};
use crate::arena::LINE_WORDS;
use crate::cpu::strips::{Member, Operand, RowKernel, Strips};
use crate::cpu::Kernel;
use crate::uses::{first_slot_node, Origin, Uses};
use assay_numerics::{Op, TensorType};
use assay_program::{Program, Source};

/// The plan as far as it goes.
pub(super) struct Planner<'a> {
    program: &'a Program,
    uses: &'a Uses,
    /// For each node its place in the order in which they are computed.
    position: Vec<usize>,
    /// For each node and slot the position of the last node that reads it.
    node_reads: Vec<Option<usize>>,
    slot_reads: Vec<Option<usize>>,
    /// For each node that has been placed, where.
    places: Vec<Option<Place>>,
    /// For each node whether it has words of the arena that nobody took over or gave back.
    owns: Vec<bool>,
    memory: Memory,
    plan: Plan,
}

impl<'a> Planner<'a> {
    /// `order` has every node that will be planned, and those whose inputs will be looked at.
    pub(super) fn new(program: &'a Program, uses: &'a Uses, order: &[usize]) -> Self {
        let (nodes, slots) = (program.nodes.len(), program.slots.len());
        let mut planner = Self {
            program,
            uses,
            position: vec![usize::MAX; nodes],
            node_reads: vec![None; nodes],
            slot_reads: vec![None; slots],
            places: vec![None; nodes],
            owns: vec![false; nodes],
            memory: Memory::new(LINE_WORDS),
            plan: Plan {
                instructions: Vec::new(),
                arena_words: 0,
                second_buffer: vec![false; slots],
                changes: vec![Change::Whole; slots],
                values: Vec::new(),
            },
        };
        for (position, node) in order.iter().enumerate() {
            planner.position[*node] = position;
            for input in &program.nodes[*node].inputs {
                match uses.origin(input.source) {
                    Origin::Node(node) => planner.node_reads[node] = Some(position),
                    Origin::Slot(slot) => planner.slot_reads[slot] = Some(position),
                    Origin::Input(_) | Origin::Constant(_) => {}
                }
            }
        }
        planner
    }

    pub(super) fn finish(mut self) -> Plan {
        self.plan.arena_words = self.memory.words();
        self.plan
    }

    /// Places the next nodes of the order.
    pub(super) fn plan(&mut self, unit: &Unit) {
        match (&unit.shape, unit.nodes.as_slice()) {
            (Some(shape), nodes) => self.plan_group(nodes, shape),
            (None, nodes) => nodes.iter().for_each(|node| self.plan_node(*node)),
        }
    }

    /// Places a node that is run by itself.
    pub(super) fn plan_node(&mut self, number: usize) {
        let Some(kernel) = Kernel::new(&self.program.nodes[number].operation()) else {
            return;
        };
        let place = self.take_place(number, &[number]);
        let node = NodeInstruction {
            node: number,
            kernel,
            inputs: self.regions(number),
            output: self.region(number, place),
        };
        self.plan.instructions.push(Instruction::Node(node));
        self.release(number, self.position[number]);
    }

    /// Says where the value of a node will be seen: it stays there until the next node is computed.
    pub(super) fn show(&mut self, number: usize) {
        let value = self.region(number, self.place(Source::Node(number as u32)));
        self.plan.values.push(value);
        self.release(number, self.position[number]);
        self.release_unread(number);
    }

    /// Places nodes that are run together.
    fn plan_group(&mut self, nodes: &[usize], shape: &Shape) {
        let mut tensors = Tensors::default();
        let stored = nodes.iter().zip(&shape.scratch);
        for (node, _) in stored.filter(|(_, scratch)| scratch.is_none()) {
            let place = self.take_place(*node, nodes);
            tensors.add(self.region(*node, place));
        }
        let written = tensors.0.len();
        let members = nodes.iter().zip(&shape.scratch);
        let members = members
            .filter_map(|(node, _)| {
                let kernel = Kernel::new(&self.program.nodes[*node].operation())?;
                let inputs = self.program.nodes[*node].inputs.iter();
                Some(Member {
                    kernel: RowKernel::new(kernel)?,
                    inputs: inputs
                        .map(|input| {
                            self.operand(input.source, input.ty, (nodes, shape), &mut tensors)
                        })
                        .collect(),
                    output: self.operand(
                        Source::Node(*node as u32),
                        self.program.nodes[*node].output,
                        (nodes, shape),
                        &mut tensors,
                    ),
                })
            })
            .collect();
        self.plan
            .instructions
            .push(Instruction::Group(GroupInstruction {
                strips: Strips {
                    rows: shape.rows,
                    members,
                },
                tensors: tensors.0,
                written,
            }));
        let end = nodes.iter().map(|node| self.position[*node]).max();
        for node in nodes {
            self.release(*node, end.unwrap_or(self.position[*node]));
        }
    }

    /// Where a member of a group finds or leaves a value of this type.
    fn operand(
        &self,
        source: Source,
        ty: TensorType,
        (nodes, shape): (&[usize], &Shape),
        tensors: &mut Tensors,
    ) -> Operand {
        let inner = match self.uses.origin(source) {
            Origin::Node(node) => nodes.iter().position(|other| *other == node),
            _ => None,
        };
        match inner.and_then(|inner| shape.scratch[inner].zip(Some(inner))) {
            Some((offset, inner)) => Operand::Scratch {
                offset,
                width: words(self.program.nodes[nodes[inner]].output) / shape.rows.count,
            },
            None => Operand::Tensor(tensors.add(Region {
                place: self.place(source),
                words: words(ty),
            })),
        }
    }

    /// Chooses where the value of a node goes which is run together with `group`.
    fn take_place(&mut self, number: usize, group: &[usize]) -> Place {
        let slot = number.checked_sub(first_slot_node(self.program));
        let place = match slot {
            Some(slot) => self.slot_place(number, slot, group),
            None => self.arena_place(number, group),
        };
        if let Some(slot) = slot {
            self.plan.second_buffer[slot] = place == Place::Next(slot);
            self.plan.changes[slot] = self.change(number, slot);
        }
        self.places[number] = Some(place);
        place
    }

    /// Where the next value of `slot` goes, which node `number` gives.
    fn slot_place(&self, number: usize, slot: usize, group: &[usize]) -> Place {
        let origin = Origin::Slot(slot);
        if self.last_read(origin) <= Some(self.position[number])
            && self.may_overwrite(origin, group)
        {
            Place::Slot(slot)
        } else {
            Place::Next(slot)
        }
    }

    /// Where an intermediate value goes: over an input that ends here if it may, else to free words.
    fn arena_place(&mut self, number: usize, group: &[usize]) -> Place {
        self.owns[number] = true;
        for input in &self.program.nodes[number].inputs {
            let origin = self.uses.origin(input.source);
            let Origin::Node(node) = origin else { continue };
            let ends = self.last_read(origin) == Some(self.position[number]) && self.owns[node];
            if !ends || !self.may_overwrite(origin, group) {
                continue;
            }
            if let Some(place) = self.places[node] {
                self.owns[node] = false;
                return place;
            }
        }
        Place::Arena(self.memory.take(self.words(number)))
    }

    /// Whether one of these nodes may write where `origin` lies: they read it nowhere but in the places that are written.
    fn may_overwrite(&self, origin: Origin, group: &[usize]) -> bool {
        group.iter().all(|node| {
            let inputs = self.program.nodes[*node].inputs.iter().enumerate();
            let mut reads = inputs
                .filter(|(_, input)| self.uses.origin(input.source) == origin)
                .peekable();
            if reads.peek().is_none() {
                return true;
            }
            let kernel = Kernel::new(&self.program.nodes[*node].operation());
            kernel.is_some_and(|kernel| reads.all(|(input, _)| kernel.may_overwrite(input)))
        })
    }

    /// Position of the last node that reads the output of a node, or a slot's old value.
    fn last_read(&self, origin: Origin) -> Option<usize> {
        match origin {
            Origin::Node(node) => self.node_reads[node],
            Origin::Slot(slot) => self.slot_reads[slot],
            Origin::Input(_) | Origin::Constant(_) => None,
        }
    }

    /// Gives back the words of inputs of node `number` that nobody reads after position `end`.
    fn release(&mut self, number: usize, end: usize) {
        for input in &self.program.nodes[number].inputs {
            let origin = self.uses.origin(input.source);
            let Origin::Node(node) = origin else { continue };
            if self.owns[node] && self.last_read(origin) <= Some(end) {
                self.give_back(node);
            }
        }
    }

    /// Gives back the words of node `number` if nobody reads them.
    fn release_unread(&mut self, number: usize) {
        if self.owns[number] && self.last_read(Origin::Node(number)).is_none() {
            self.give_back(number);
        }
    }

    fn give_back(&mut self, number: usize) {
        if let Some(Place::Arena(offset)) = self.places[number] {
            self.memory.give_back(offset, self.words(number));
            self.owns[number] = false;
        }
    }

    /// The regions of a node's inputs.
    fn regions(&self, number: usize) -> Vec<Region> {
        let inputs = self.program.nodes[number].inputs.iter();
        inputs
            .map(|input| Region {
                place: self.place(input.source),
                words: words(input.ty),
            })
            .collect()
    }

    fn region(&self, number: usize, place: Place) -> Region {
        Region {
            place,
            words: self.words(number),
        }
    }

    fn place(&self, source: Source) -> Place {
        match self.uses.origin(source) {
            Origin::Slot(slot) => Place::Slot(slot),
            Origin::Input(input) => Place::Input(input),
            Origin::Constant(constant) => Place::Constant(constant),
            Origin::Node(node) => {
                self.places[node].expect("inputs come from earlier nodes, which are placed; qed")
            }
        }
    }

    /// How the node that gives `slot` changes it.
    fn change(&self, number: usize, slot: usize) -> Change {
        let node = &self.program.nodes[number];
        match (&node.op, node.inputs.as_slice()) {
            (Op::RowWrite, [tape, value])
                if self.uses.origin(tape.source) == Origin::Slot(slot) =>
            {
                Change::Rows(u64::from(value.ty.dims.rows()))
            }
            _ => Change::Whole,
        }
    }

    fn words(&self, number: usize) -> usize {
        words(self.program.nodes[number].output)
    }
}

/// The tensors of a group, each once.
#[derive(Default)]
struct Tensors(Vec<Region>);

impl Tensors {
    /// The number of a region, which is added if it is new.
    fn add(&mut self, region: Region) -> usize {
        if let Some(known) = self.0.iter().position(|known| known.place == region.place) {
            return known;
        }
        self.0.push(region);
        self.0.len() - 1
    }
}

fn words(ty: TensorType) -> usize {
    ty.dims.elements() as usize
}
