//! Regions for values, node by node.

use super::fuse::{Shape, Unit};
use super::memory::Memory;
use super::{GroupInstruction, Instruction, NodeInstruction, Place, Plan, Region};
use crate::arena::LINE_WORDS;
use crate::cpu::strips::{Member, Operand, RowKernel, Strips};
use crate::cpu::Kernel;
use crate::uses::{first_slot_node, Origin, Uses};
use assay_numerics::TensorType;
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
    threads: usize,
    plan: Plan,
}

impl<'a> Planner<'a> {
    /// For units in the order in which they will be planned.
    pub(super) fn new(
        program: &'a Program,
        uses: &'a Uses,
        units: &[Unit],
        threads: usize,
    ) -> Self {
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
            threads,
            plan: Plan {
                instructions: Vec::new(),
                arena_words: 0,
                second_buffer: vec![false; slots],
                values: Vec::new(),
            },
        };
        let mut position = 0;
        for unit in units {
            for node in &unit.nodes {
                planner.position[*node] = position;
                planner.note_reads(*node, position, &unit.again);
                position += 1;
            }
            for node in &unit.again {
                planner.note_reads(*node, position - 1, &unit.again);
            }
        }
        planner
    }

    /// Notes what a node reads at a position, but for what is computed there for it.
    fn note_reads(&mut self, node: usize, position: usize, again: &[usize]) {
        for input in &self.program.nodes[node].inputs {
            let last = match self.uses.origin(input.source) {
                Origin::Node(node) if again.contains(&node) => continue,
                Origin::Node(node) => &mut self.node_reads[node],
                Origin::Slot(slot) => &mut self.slot_reads[slot],
                Origin::Input(_) | Origin::Constant(_) => continue,
            };
            *last = (*last).max(Some(position));
        }
    }

    pub(super) fn finish(mut self) -> Plan {
        self.plan.arena_words = self.memory.words();
        self.plan
    }

    /// Places the next nodes of the order.
    pub(super) fn plan(&mut self, unit: &Unit) {
        match &unit.shape {
            Some(shape) => self.plan_group(&unit.members(), shape),
            None => unit.nodes.iter().for_each(|node| self.plan_node(*node)),
        }
    }

    /// Places a node that is run by itself.
    pub(super) fn plan_node(&mut self, number: usize) {
        let Some(kernel) = Kernel::new(&self.program.nodes[number].operation()) else {
            return;
        };
        let place = self.take_place(number, &[number]);
        let workspace = self.workspace(&kernel);
        let node = NodeInstruction {
            node: number,
            kernel,
            inputs: self.regions(number),
            output: self.region(number, place),
            workspace,
        };
        self.plan.instructions.push(Instruction::Node(node));
        self.release(number, self.position[number]);
    }

    /// Working memory of a node, which the next one may use again.
    fn workspace(&mut self, kernel: &Kernel) -> Option<Region> {
        let words = kernel.workspace_words(self.threads);
        (words > 0).then(|| {
            let offset = self.memory.take(words);
            self.memory.give_back(offset, words);
            Region {
                place: Place::Arena(offset),
                words,
            }
        })
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
        let parts = self.take_parts(nodes, &mut tensors);
        let written = tensors.0.len();
        let members = nodes.iter().zip(&parts);
        let members = members
            .filter_map(|(node, parts)| self.member(*node, (nodes, shape), *parts, &mut tensors))
            .collect();
        for region in parts.iter().flatten().map(|parts| tensors.0[*parts]) {
            if let Place::Arena(offset) = region.place {
                self.memory.give_back(offset, region.words);
            }
        }
        let rows = shape.rows;
        let group = GroupInstruction {
            strips: Strips { rows, members },
            tensors: tensors.0,
            written,
        };
        self.plan.instructions.push(Instruction::Group(group));
        let end = nodes.iter().map(|node| self.position[*node]).max();
        for node in nodes {
            self.release(*node, end.unwrap_or(self.position[*node]));
        }
    }

    /// Takes words for the parts of chunks of those nodes that need them, until the group has been placed.
    fn take_parts(&mut self, nodes: &[usize], tensors: &mut Tensors) -> Vec<Option<usize>> {
        let keeps_parts = |node: usize| match self.row_kernel(node) {
            Some(RowKernel::RowProduct(product)) => product.keeps_parts(),
            _ => false,
        };
        let keep: Vec<bool> = nodes.iter().map(|node| keeps_parts(*node)).collect();
        let nodes = nodes.iter().zip(keep);
        nodes
            .map(|(node, keeps)| {
                keeps.then(|| {
                    let place = Place::Arena(self.memory.take(self.words(*node)));
                    tensors.add(self.region(*node, place))
                })
            })
            .collect()
    }

    fn row_kernel(&self, number: usize) -> Option<RowKernel> {
        Kernel::new(&self.program.nodes[number].operation()).and_then(RowKernel::new)
    }

    /// A node of a group, with the tensors that it reads.
    fn member(
        &self,
        number: usize,
        group: (&[usize], &Shape),
        parts: Option<usize>,
        tensors: &mut Tensors,
    ) -> Option<Member> {
        let node = &self.program.nodes[number];
        let inputs = node.inputs.iter();
        Some(Member {
            kernel: self.row_kernel(number)?,
            inputs: inputs
                .map(|input| self.operand(input.source, input.ty, group, tensors))
                .collect(),
            output: self.operand(Source::Node(number as u32), node.output, group, tensors),
            parts,
        })
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
