//! Where every value of a program lies, decided before anything runs.
//!
//! Intermediate values share one arena: a value's words are free again after the last node that reads it. A reshape is
//! another name for the same words. A Map may write over an input that nobody reads later. The next value of a slot
//! replaces the old one in place if no later node reads the slot, and goes to a second buffer otherwise.

mod memory;

use crate::cpu::Kernel;
use crate::uses::{first_slot_node, Origin, Uses, Wanted};
use assay_numerics::{Op, TensorType};
use assay_program::{Program, Source, ValidProgram};
use memory::Memory;

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

/// One node that computes something.
#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    /// The node's number.
    pub(crate) node: usize,
    pub(crate) kernel: Kernel,
    pub(crate) inputs: Vec<Region>,
    pub(crate) output: Region,
}

/// A program with every value placed.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) instructions: Vec<Instruction>,
    /// Size of the arena.
    pub(crate) arena_words: usize,
    /// For each slot whether it has a second buffer.
    pub(crate) second_buffer: Vec<bool>,
    /// For each slot how a step changes it.
    pub(crate) changes: Vec<Change>,
    /// If every value is wanted: for each node but `Commit` where its value lies until the next node is computed.
    pub(crate) values: Vec<Region>,
}

/// Which part of a slot a step may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Any.
    Whole,
    /// The rows from `step * rows` to `step * rows + rows`.
    Rows(u64),
}

impl Plan {
    /// Places the values of a program. The cost is bounded by the limits of a valid program.
    ///
    /// Which slots have a second buffer does not depend on what is wanted: whoever reads a slot after its next value is
    /// computed gives a slot itself.
    pub(crate) fn new(program: &ValidProgram, wanted: Wanted) -> Self {
        let uses = Uses::of(program, wanted);
        let program = program.get();
        let nodes = program.nodes.len();
        let (places, owns) = (vec![None; nodes], vec![false; nodes]);
        let mut planner = Planner {
            program,
            uses: &uses,
            places,
            owns,
            memory: Memory::new(),
        };
        let first = first_slot_node(program);
        let mut plan = Self {
            instructions: Vec::new(),
            arena_words: 0,
            second_buffer: vec![false; program.slots.len()],
            changes: vec![Change::Whole; program.slots.len()],
            values: Vec::new(),
        };
        for (number, node) in program.nodes.iter().enumerate() {
            let kernel = uses
                .computes(number)
                .then(|| Kernel::new(&node.operation()))
                .flatten();
            if let Some(kernel) = kernel {
                planner.plan(number, number.checked_sub(first), kernel, &mut plan);
            }
            if wanted == Wanted::Every && node.op != Op::Commit {
                plan.values.push(planner.value(number));
                planner.release(number);
                planner.release_unread(number);
            }
        }
        plan.arena_words = planner.memory.words();
        plan
    }
}

/// The plan as far as it goes.
struct Planner<'a> {
    program: &'a Program,
    uses: &'a Uses,
    /// For each node that has been placed, where.
    places: Vec<Option<Place>>,
    /// For each node whether it has words of the arena that nobody took over or gave back.
    owns: Vec<bool>,
    memory: Memory,
}

impl Planner<'_> {
    /// Places node `number`, which gives `slot` if that is one.
    fn plan(&mut self, number: usize, slot: Option<usize>, kernel: Kernel, plan: &mut Plan) {
        let place = match slot {
            Some(slot) => self.slot_place(number, slot, &kernel),
            None => self.arena_place(number, &kernel),
        };
        if let Some(slot) = slot {
            plan.second_buffer[slot] = place == Place::Next(slot);
            plan.changes[slot] = self.change(number, slot);
        }
        self.places[number] = Some(place);
        plan.instructions.push(Instruction {
            node: number,
            kernel,
            inputs: self.regions(number),
            output: Region {
                place,
                words: self.words(number),
            },
        });
        self.release(number);
    }

    /// Where the next value of `slot` goes, which node `number` gives.
    fn slot_place(&self, number: usize, slot: usize, kernel: &Kernel) -> Place {
        let origin = Origin::Slot(slot);
        let read_later = self
            .uses
            .last_read(origin)
            .is_some_and(|last| last > number);
        if !read_later && self.may_overwrite(number, origin, kernel) {
            Place::Slot(slot)
        } else {
            Place::Next(slot)
        }
    }

    /// Where an intermediate value goes: over an input that ends here if it may, else to free words.
    fn arena_place(&mut self, number: usize, kernel: &Kernel) -> Place {
        self.owns[number] = true;
        for input in 0..self.program.nodes[number].inputs.len() {
            let origin = self
                .uses
                .origin(self.program.nodes[number].inputs[input].source);
            let Origin::Node(node) = origin else { continue };
            let ends = self.uses.last_read(origin) == Some(number) && self.owns[node];
            if let (true, true, Some(place)) = (
                ends,
                self.may_overwrite(number, origin, kernel),
                self.places[node],
            ) {
                self.owns[node] = false;
                return place;
            }
        }
        Place::Arena(self.memory.take(self.words(number)))
    }

    /// Whether node `number` may write where `origin` lies: it reads it nowhere but in the places that it writes.
    fn may_overwrite(&self, number: usize, origin: Origin, kernel: &Kernel) -> bool {
        let inputs = &self.program.nodes[number].inputs;
        let mut reads = inputs
            .iter()
            .enumerate()
            .filter(|(_, input)| self.uses.origin(input.source) == origin);
        reads.all(|(input, _)| kernel.may_overwrite(input))
    }

    /// Gives back the words of inputs that nobody reads after node `number`.
    fn release(&mut self, number: usize) {
        for input in &self.program.nodes[number].inputs {
            let origin = self.uses.origin(input.source);
            let Origin::Node(node) = origin else { continue };
            if !self.owns[node] || self.uses.last_read(origin) != Some(number) {
                continue;
            }
            if let Some(Place::Arena(offset)) = self.places[node] {
                self.memory.give_back(offset, self.words(node));
                self.owns[node] = false;
            }
        }
    }

    /// Gives back the words of node `number` if nobody reads them.
    fn release_unread(&mut self, number: usize) {
        if !self.owns[number] || self.uses.last_read(Origin::Node(number)).is_some() {
            return;
        }
        if let Some(Place::Arena(offset)) = self.places[number] {
            self.memory.give_back(offset, self.words(number));
            self.owns[number] = false;
        }
    }

    /// Where the value of node `number` lies, which is placed or another name of something that is.
    fn value(&self, number: usize) -> Region {
        Region {
            place: self.place(Source::Node(number as u32)),
            words: self.words(number),
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

fn words(ty: TensorType) -> usize {
    ty.dims.elements() as usize
}
