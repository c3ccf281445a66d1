//! Where everything of a program lies on a device, and every launch of a step, decided before anything is taken or run.
//!
//! One allocation holds it all: state, second buffers, datasets, constants, intermediate values, workspace. Its size is
//! known from the program alone, so that whoever lacks the memory knows before a job is accepted. No address changes from
//! step to step, so the launches of a step are the same every time and may be recorded once.
//!
//! Intermediate values share an arena: a value's words are free again after the last node that reads it. A reshape is
//! another name for the same words. A Map may write over an input that nobody reads later. A slot's next value replaces the
//! old one in place if no later node reads the slot; else it goes to a second buffer and is copied when all is computed.

mod arena;
mod layout;

use crate::launch::{self, Launch, Launches, Operands, Overlap, Target};
use crate::map_source::MapKernel;
use arena::Arena;
use assay_engine::unchanging_slots;
use assay_engine::uses::{first_slot_node, Origin, Uses, Wanted};
use assay_numerics::{Dims, Op, TensorType};
use assay_program::{Program, ValidProgram};
use layout::Layout;

/// A value's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Words of the arena from this offset on.
    Arena(u64),
    Slot(usize),
    /// The second buffer of a slot.
    Next(usize),
    Input(usize),
    Constant(usize),
}

/// One node that computes something.
#[derive(Clone, Debug)]
struct Instruction {
    launches: Launches,
    inputs: Vec<Place>,
    output: Place,
}

/// A program with everything placed.
#[derive(Clone, Debug)]
pub struct Plan {
    instructions: Vec<Instruction>,
    /// Copies of second buffers to their slots, at the end of a step.
    copies: Vec<(usize, Launch)>,
    slots: Vec<TensorType>,
    /// For each slot whether no step changes it.
    unchanging: Vec<bool>,
    maps: Vec<MapKernel>,
    layout: Layout,
}

/// Slots whose trees are to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashed {
    /// All.
    Every,
    /// Those that steps change: the others' roots are there from an earlier time.
    Changing,
}

/// A launch with its operands.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    /// What is launched.
    pub launch: std::borrow::Cow<'a, Launch>,
    /// On what.
    pub operands: Operands,
}

impl Plan {
    /// Places a program for a device. The cost is bounded by the limits of a valid program.
    pub fn new(program: &ValidProgram, target: Target) -> Self {
        let mut planner = Planner::new(program, target);
        let unchanging = unchanging_slots(program);
        let program = program.get();
        (0..program.nodes.len()).for_each(|node| planner.plan(node));
        let second = planner.second_buffers();
        let copies = second
            .iter()
            .map(|slot| (*slot, launch::copy(program.slots[*slot].dims)))
            .collect();
        let workspace = planner.instructions.iter();
        let workspace = workspace.map(|node| node.launches.workspace_words).max();
        let layout = Layout::new(
            program,
            &second,
            planner.arena.words(),
            workspace.unwrap_or(0),
        );
        Self {
            copies,
            slots: program.slots.clone(),
            unchanging,
            maps: maps(program, &planner.uses),
            layout,
            instructions: planner.instructions,
        }
    }

    /// Bytes of the one allocation.
    pub fn bytes(&self) -> u64 {
        4 * self.words()
    }

    /// Words of the one allocation.
    pub fn words(&self) -> u64 {
        self.layout.words
    }

    /// The kernels of the program's Maps, each once.
    pub fn maps(&self) -> &[MapKernel] {
        &self.maps
    }

    /// First word of a slot of the state in the allocation.
    pub fn slot(&self, slot: usize) -> u64 {
        self.layout.slots[slot]
    }

    /// First word of a dataset tensor.
    pub fn input(&self, input: usize) -> u64 {
        self.layout.inputs[input]
    }

    /// First word of a constant.
    pub fn constant(&self, constant: usize) -> u64 {
        self.layout.constants[constant]
    }

    /// First of the two words that hold the number of the step, little endian.
    pub fn step_number(&self) -> u64 {
        self.layout.step
    }

    /// First word of the roots of empty trees by height: [`launch::EMPTY_TREES`] hashes, which the host writes once.
    pub fn empty_trees(&self) -> u64 {
        self.layout.empty_trees
    }

    /// First word of the roots of the slots' trees, 8 words for each slot, which [`Self::roots`] makes.
    pub fn slot_roots(&self) -> u64 {
        self.layout.slot_roots
    }

    /// The launches of a step, for an allocation at `base`, which is a multiple of 256.
    pub fn step(&self, base: u64) -> Vec<Bound<'_>> {
        let nodes = self.instructions.iter().flat_map(|node| {
            let operands = self.operands(base, node);
            let launches = node.launches.launches.iter();
            launches.map(move |launch| bound(launch, operands))
        });
        let copies = self.copies.iter().map(|(slot, launch)| {
            let places = [Place::Next(*slot), Place::Slot(*slot)];
            let [from, to] = places.map(|place| self.address(base, place));
            bound(launch, operands(&[from], to))
        });
        nodes.chain(copies).collect()
    }

    /// The launches that hash the state: they leave the root of each of these slots' trees at [`Self::slot_roots`].
    pub fn roots(&self, base: u64, which: Hashed) -> Vec<Bound<'_>> {
        (0..self.slots.len())
            .filter(|slot| which == Hashed::Every || !self.unchanging[*slot])
            .flat_map(|slot| self.root_of_slot(base, slot))
            .collect()
    }

    fn root_of_slot(&self, base: u64, slot: usize) -> Vec<Bound<'_>> {
        let word = |offset: u64| base + 4 * offset;
        let ty = self.slots[slot];
        let root = word(self.layout.slot_roots + 8 * slot as u64);
        let scratch = [self.layout.leaves, self.layout.nodes].map(word);
        let tree = launch::tree(ty.dims.tiles());
        let last = tree.len();
        let mut below = if last == 0 { root } else { scratch[0] };
        let leaves = operands(&[word(self.layout.slots[slot])], below);
        let mut bounds = vec![owned(launch::leaves(ty), leaves)];
        for (number, launch) in (1..).zip(tree) {
            let above = if number == last {
                root
            } else {
                scratch[number % 2]
            };
            let empty = word(self.layout.empty_trees);
            bounds.push(owned(launch, operands(&[below, empty], above)));
            below = above;
        }
        bounds
    }

    fn operands(&self, base: u64, node: &Instruction) -> Operands {
        let inputs: Vec<u64> = node
            .inputs
            .iter()
            .map(|place| self.address(base, *place))
            .collect();
        Operands {
            workspace: base + 4 * self.layout.workspace,
            step: base + 4 * self.layout.step,
            ..operands(&inputs, self.address(base, node.output))
        }
    }

    fn address(&self, base: u64, place: Place) -> u64 {
        let layout = &self.layout;
        let word = match place {
            Place::Arena(offset) => layout.arena + offset,
            Place::Slot(slot) => layout.slots[slot],
            Place::Next(slot) => layout.next[slot],
            Place::Input(input) => layout.inputs[input],
            Place::Constant(constant) => layout.constants[constant],
        };
        base + 4 * word
    }
}

fn operands(inputs: &[u64], output: u64) -> Operands {
    let mut operands = Operands {
        output,
        ..Operands::default()
    };
    for (to, input) in operands.inputs.iter_mut().zip(inputs) {
        *to = *input;
    }
    operands
}

fn bound(launch: &Launch, operands: Operands) -> Bound<'_> {
    Bound {
        launch: std::borrow::Cow::Borrowed(launch),
        operands,
    }
}

fn owned(launch: Launch, operands: Operands) -> Bound<'static> {
    Bound {
        launch: std::borrow::Cow::Owned(launch),
        operands,
    }
}

/// The kernels of the Maps that are computed, each once.
fn maps(program: &Program, uses: &Uses) -> Vec<MapKernel> {
    let nodes = program.nodes.iter().enumerate();
    let mut maps: Vec<MapKernel> = nodes
        .filter(|(number, _)| uses.computes(*number))
        .filter_map(|(_, node)| {
            let Op::Map(code) = &node.op else { return None };
            let inputs: Vec<Dims> = node.inputs.iter().map(|input| input.ty.dims).collect();
            Some(MapKernel::new(code, &inputs, node.output.dims))
        })
        .collect();
    maps.sort_by(|a, b| a.name().cmp(b.name()));
    maps.dedup();
    maps
}

/// The plan as far as it goes.
struct Planner<'a> {
    program: &'a Program,
    target: Target,
    uses: Uses,
    /// For each node that has been placed, where.
    places: Vec<Option<Place>>,
    /// For each node whether it has words of the arena that nobody took over or gave back.
    owns: Vec<bool>,
    arena: Arena,
    instructions: Vec<Instruction>,
}

impl<'a> Planner<'a> {
    fn new(valid: &'a ValidProgram, target: Target) -> Self {
        let program = valid.get();
        let nodes = program.nodes.len();
        Self {
            program,
            target,
            uses: Uses::of(valid, Wanted::Slots),
            places: vec![None; nodes],
            owns: vec![false; nodes],
            arena: Arena::default(),
            instructions: Vec::new(),
        }
    }

    /// Places node `number`, if it computes something that is needed.
    fn plan(&mut self, number: usize) {
        if !self.uses.computes(number) {
            return;
        }
        let operation = self.program.nodes[number].operation();
        let slot = number
            .checked_sub(first_slot_node(self.program))
            .filter(|slot| *slot < self.program.slots.len());
        let output = match slot {
            Some(slot) => self.slot_place(number, slot),
            None => self.arena_place(number),
        };
        let inputs = self.inputs(number);
        let overlap = match inputs.first() {
            Some(first) if *first == output => Overlap::InPlace,
            _ => Overlap::Apart,
        };
        let launches = launch::launches(&operation, &self.program.seed, overlap, self.target);
        if let Some(launches) = launches {
            self.places[number] = Some(output);
            self.instructions.push(Instruction {
                launches,
                inputs,
                output,
            });
        }
        self.release(number);
    }

    /// Where the next value of `slot` goes, which node `number` gives.
    fn slot_place(&self, number: usize, slot: usize) -> Place {
        let origin = Origin::Slot(slot);
        let read_later = self.uses.last_read(origin) > Some(number);
        if !read_later && self.may_overwrite(number, origin) {
            Place::Slot(slot)
        } else {
            Place::Next(slot)
        }
    }

    /// Where an intermediate value goes: over an input that ends here if it may, else to free words.
    fn arena_place(&mut self, number: usize) -> Place {
        self.owns[number] = true;
        for input in &self.program.nodes[number].inputs {
            let origin = self.uses.origin(input.source);
            let Origin::Node(node) = origin else { continue };
            let ends = self.uses.last_read(origin) == Some(number) && self.owns[node];
            if let (true, true, Some(place)) =
                (ends, self.may_overwrite(number, origin), self.places[node])
            {
                self.owns[node] = false;
                return place;
            }
        }
        Place::Arena(self.arena.take(self.words(number)))
    }

    /// Whether node `number` may write where `origin` lies: it reads it nowhere but in the places that it writes.
    fn may_overwrite(&self, number: usize, origin: Origin) -> bool {
        let operation = self.program.nodes[number].operation();
        let inputs = self.program.nodes[number].inputs.iter().enumerate();
        inputs
            .filter(|(_, input)| self.uses.origin(input.source) == origin)
            .all(|(number, _)| launch::may_overwrite(&operation, number))
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
                self.arena.give_back(offset, self.words(node));
                self.owns[node] = false;
            }
        }
    }

    fn inputs(&self, number: usize) -> Vec<Place> {
        let inputs = self.program.nodes[number].inputs.iter();
        inputs
            .map(|input| match self.uses.origin(input.source) {
                Origin::Slot(slot) => Place::Slot(slot),
                Origin::Input(input) => Place::Input(input),
                Origin::Constant(constant) => Place::Constant(constant),
                Origin::Node(node) => self.places[node]
                    .expect("inputs come from earlier nodes, which are placed; qed"),
            })
            .collect()
    }

    /// The slots whose next value goes to a second buffer.
    fn second_buffers(&self) -> Vec<usize> {
        let outputs = self.instructions.iter().map(|node| node.output);
        outputs
            .filter_map(|place| match place {
                Place::Next(slot) => Some(slot),
                _ => None,
            })
            .collect()
    }

    fn words(&self, number: usize) -> u64 {
        self.program.nodes[number].output.dims.elements()
    }
}
