//! Executions of a segment: the right one, and wrong ones made from it.

use super::programs::World;
use assay_commitment::{
    canonical_word, fold_leaf, node_leaf, state_root, tensor_root_of, tile_hash, tile_hashes,
    trace_root_from_tree, tree_root, Hash, Level, Sha3,
};
use assay_game::{Claim, NodeFrame, Stage, TileFrame};
use assay_numerics::{Accumulator, Context, DType, SourceTile, Tensor, Tile, TileIndex};
use assay_program::{Node, Source};
use assay_protocol::{IntervalIndex, SegmentIndex};

/// Tensors with their roots.
#[derive(Clone, Debug)]
pub struct Tensors {
    pub values: Vec<Tensor>,
    pub roots: Vec<Hash>,
}

impl Tensors {
    pub fn new(values: Vec<Tensor>) -> Self {
        let roots = roots(&values);
        Self { values, roots }
    }

    /// Another word at the front of tensor `index`.
    pub fn spoil(&mut self, index: usize) {
        let tensor = &mut self.values[index];
        let dtype = tensor.ty().dtype;
        let word = &mut tensor.words_mut()[0];
        *word = another_word(dtype, *word);
        self.roots[index] = tensor_root_of::<Sha3>(tensor).0;
    }

    /// As slots of a state.
    pub fn state_root(&self) -> Hash {
        let slots: Vec<_> = self.roots.iter().copied().map(Into::into).collect();
        state_root::<Sha3>(&slots).0
    }
}

/// One step's values.
#[derive(Clone, Debug)]
pub struct Step {
    /// The slots before it.
    pub before: Tensors,
    /// The nodes' outputs, without `Commit`.
    pub outputs: Tensors,
    /// The slots after it.
    pub after: Tensors,
}

/// A wrong accumulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Step in the segment.
    pub step: usize,
    pub node: u32,
    pub tile: u64,
    /// After this block a word is another; later blocks go on from there.
    pub block: u32,
    /// In this register, counted modulo their number; in the output tile if the block is the last.
    pub register: usize,
}

/// An execution of a segment and what it says of every value.
#[derive(Clone, Debug)]
pub struct Run<'w> {
    /// What is agreed.
    pub world: &'w World,
    /// What was executed.
    executed: &'w World,
    pub steps: Vec<Step>,
    pub fault: Option<Fault>,
    /// Whether the tile that the fault is in is wrong only because its output is another once more.
    hidden: bool,
}

/// A tile's fold.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The accumulator before each block.
    pub before: Vec<Accumulator>,
    pub leaves: Vec<Hash>,
    pub output: Tile,
}

/// A word that is not `word` and hashes to something else.
pub fn another_word(dtype: DType, word: u32) -> u32 {
    match dtype {
        // Not finite: a flipped bit could be another NaN.
        DType::F32 if word & 0x7f80_0000 == 0x7f80_0000 => 0x3f80_0000,
        DType::F32 | DType::U32 => word ^ 1,
    }
}

fn spoil(tile: &mut Tile) {
    let dtype = tile.dtype();
    let word = &mut tile.words_mut()[0];
    *word = another_word(dtype, *word);
}

impl<'w> Run<'w> {
    /// The right execution.
    pub fn honest(world: &'w World) -> Self {
        Self::execute(world, world, |_, _| {})
    }

    /// An execution of something else than what is agreed, with a hand on the state after each step.
    pub fn execute(
        world: &'w World,
        executed: &'w World,
        change: impl Fn(u32, &mut Vec<Tensor>),
    ) -> Self {
        let mut run = Self {
            world,
            executed,
            steps: Vec::new(),
            fault: None,
            hidden: false,
        };
        let mut state = executed.start.clone();
        for step in 0..world.segment.steps {
            let global = world.segment.first() + u64::from(step);
            let outputs = run.outputs(global, &state);
            let mut after = outputs[outputs.len() - state.len()..].to_vec();
            change(step, &mut after);
            run.steps.push(Step {
                before: Tensors::new(state),
                outputs: Tensors::new(outputs),
                after: Tensors::new(after.clone()),
            });
            state = after;
        }
        run
    }

    /// The nodes' outputs in the step with this global number.
    fn outputs(&self, global: u64, state: &[Tensor]) -> Vec<Tensor> {
        let program = &self.executed.program;
        let mut outputs = Vec::new();
        for node in &program.nodes[..program.nodes.len() - 1] {
            let inputs: Vec<_> = node
                .inputs
                .iter()
                .map(|input| source(self.executed, input.source, state, &outputs))
                .collect();
            let output = node.operation().evaluate(&program.seed, global, &inputs);
            outputs.push(output.expect("a valid program"));
        }
        outputs
    }

    /// The same with a wrong accumulator, from which nothing follows but the tile that the fold ends in, and with
    /// another word in slot 0 from that step on, so that the states differ.
    pub fn with_fault(&self, fault: Fault) -> Self {
        let mut run = self.with_slot(fault.step, 0);
        let Fault {
            step, node, tile, ..
        } = fault;
        run.fault = Some(fault);
        let right = self.fold(step, node, tile).output;
        run.hidden = run.fold(step, node, tile).output == right;
        let output = run.fold(step, node, tile).output;
        let outputs = &mut run.steps[step].outputs;
        let tensor = &mut outputs.values[node as usize];
        tensor
            .set_tile(tile, &output)
            .expect("a tile of the output");
        outputs.roots[node as usize] = tensor_root_of::<Sha3>(tensor).0;
        run
    }

    /// The same with another word in a slot from step `step` on, which no node gives.
    pub fn with_slot(&self, step: usize, slot: usize) -> Self {
        let mut run = self.clone();
        for (number, values) in run.steps.iter_mut().enumerate().skip(step) {
            values.after.spoil(slot);
            if number > step {
                values.before.spoil(slot);
            }
        }
        run
    }

    /// What stands at a source in a step of the segment, datasets and constants being those agreed.
    pub fn tensor(&self, step: usize, place: Source) -> &Tensor {
        let step = &self.steps[step];
        source(self.world, place, &step.before.values, &step.outputs.values)
    }

    /// The node agreed.
    pub fn node(&self, node: u32) -> &Node {
        &self.world.program.nodes[node as usize]
    }

    pub fn context(&self, step: usize, node: u32, tile: u64) -> Context<'_> {
        Context {
            seed: &self.executed.program.seed,
            step: self.world.segment.first() + step as u64,
            at: TileIndex::of_tile(self.node(node).output.dims, tile).expect("such a tile"),
        }
    }

    /// The fold of a tile, with the fault if it is here.
    pub fn fold(&self, step: usize, node: u32, tile: u64) -> Folded {
        let ctx = self.context(step, node, tile);
        let operation = self.executed.program.nodes[node as usize].operation();
        let blocks = operation.blocks(ctx.at);
        let faulty = |block| {
            self.fault.filter(|fault| {
                (fault.step, fault.node, fault.tile, fault.block) == (step, node, tile, block)
            })
        };
        let mut accumulator = operation.init(&ctx);
        let (mut before, mut leaves) = (Vec::new(), Vec::new());
        for block in 0..blocks {
            before.push(accumulator.clone());
            let (index, sources) = self.sources(step, node, &ctx, block);
            accumulator = operation
                .step(&ctx, block, accumulator, index.as_ref(), &sources)
                .expect("a valid step");
            if block + 1 < blocks {
                if let Some(fault) = faulty(block) {
                    let count = accumulator.registers.len();
                    spoil(&mut accumulator.registers[fault.register % count]);
                }
                let hashes: Vec<_> = accumulator
                    .registers
                    .iter()
                    .map(tile_hash::<Sha3>)
                    .collect();
                leaves.push(fold_leaf::<Sha3>(block.into(), blocks.into(), &hashes));
            }
        }
        let mut output = operation.finish(&ctx, accumulator).expect("a valid fold");
        let hidden = self.hidden && (0..blocks).any(|block| faulty(block).is_some());
        if hidden || faulty(blocks - 1).is_some() {
            spoil(&mut output);
        }
        leaves.push(tile_hash::<Sha3>(&output));
        Folded {
            before,
            leaves,
            output,
        }
    }

    /// The index tile and the source tiles of a block.
    fn sources(
        &self,
        step: usize,
        node: u32,
        ctx: &Context,
        block: u32,
    ) -> (Option<Tile>, Vec<Tile>) {
        let node = &self.executed.program.nodes[node as usize];
        let (operation, values) = (node.operation(), &self.steps[step]);
        let read = |place: SourceTile| {
            let from = node.inputs[place.input].source;
            let (state, outputs) = (&values.before.values, &values.outputs.values);
            source(self.executed, from, state, outputs).tile(place.tile)
        };
        let index = operation.index_source(ctx, block).and_then(read);
        let sources = operation.sources(ctx, block, index.as_ref());
        (index, sources.into_iter().filter_map(read).collect())
    }

    /// State root after a step of the segment.
    pub fn state_after(&self, step: usize) -> Hash {
        self.steps[step].after.state_root()
    }

    /// State root before the segment's first step.
    pub fn start(&self) -> Hash {
        Tensors::new(self.world.start.clone()).state_root()
    }

    /// State roots at the intervals' ends.
    pub fn interval_leaves(&self) -> Vec<Hash> {
        let (steps, each) = (self.steps.len(), self.world.segment.per_interval as usize);
        (0..self.world.intervals() as usize)
            .map(|interval| self.state_after(((interval + 1) * each).min(steps) - 1))
            .collect()
    }

    /// What a provider commits after this execution.
    pub fn trace(&self) -> Hash {
        let leaves = self.interval_leaves();
        trace_root_from_tree::<Sha3>(
            Level::Interval,
            leaves.len() as u64,
            tree_root::<Sha3>(&leaves),
        )
        .0
    }

    /// The claim that this execution is right.
    pub fn claim(&self) -> Claim {
        let world = self.world;
        Claim {
            header: world.program.header(),
            node_tree_root: world.program.node_tree_root::<Sha3>(),
            datasets: roots(&world.inputs),
            start: self.start(),
            trace: self.trace(),
            schedule: world.segment.schedule(),
            segment: SegmentIndex(world.segment.index),
        }
    }

    /// The step in the segment that is step `step` of an interval.
    pub fn step_of(&self, interval: IntervalIndex, step: u32) -> usize {
        (interval.0 * self.world.segment.per_interval + step) as usize
    }

    /// The step in the segment that a node is in dispute in.
    pub fn step_at(&self, node: &NodeFrame) -> usize {
        self.step_of(node.step.interval, node.step.step)
    }

    /// The leaves of the tree that refines what is in dispute.
    pub fn leaves(&self, stage: &Stage) -> Vec<Hash> {
        match stage {
            Stage::Intervals => self.interval_leaves(),
            Stage::Steps(frame) => self.step_leaves(frame.interval),
            Stage::Operators(step) => self.operator_leaves(self.step_of(step.interval, step.step)),
            Stage::Tiles { node, .. } => self.tile_leaves(self.step_at(node), node.node),
            Stage::Fold(tile) => self.folded(tile).leaves,
            Stage::Slots(node) => self.steps[self.step_at(node)].after.roots.clone(),
        }
    }

    pub fn step_leaves(&self, interval: IntervalIndex) -> Vec<Hash> {
        let first = self.step_of(interval, 0);
        let end = (first + self.world.segment.per_interval as usize).min(self.steps.len());
        (first..end).map(|step| self.state_after(step)).collect()
    }

    pub fn operator_leaves(&self, step: usize) -> Vec<Hash> {
        let mut leaves = self.steps[step].outputs.roots.clone();
        leaves.push(self.state_after(step));
        leaves
    }

    pub fn tile_leaves(&self, step: usize, node: u32) -> Vec<Hash> {
        tile_hashes::<Sha3>(&self.steps[step].outputs.values[node as usize])
    }

    pub fn node_leaves(&self) -> Vec<Hash> {
        let nodes = &self.world.program.nodes;
        nodes
            .iter()
            .map(|node| node_leaf::<Sha3>(&node.encode()))
            .collect()
    }

    pub fn folded(&self, tile: &TileFrame) -> Folded {
        self.fold(self.step_at(&tile.node), tile.node.node, tile.tile)
    }
}

/// What stands at a source.
fn source<'a>(
    world: &'a World,
    source: Source,
    state: &'a [Tensor],
    outputs: &'a [Tensor],
) -> &'a Tensor {
    match source {
        Source::Node(index) => &outputs[index as usize],
        Source::Slot(index) => &state[index as usize],
        Source::Input(index) => &world.inputs[index as usize],
        Source::Constant(index) => &world.constants[index as usize],
    }
}

pub fn roots(tensors: &[Tensor]) -> Vec<Hash> {
    tensors
        .iter()
        .map(|tensor| tensor_root_of::<Sha3>(tensor).0)
        .collect()
}

/// A tile's words as a proof shows them.
pub fn shown_words(tile: &Tile) -> Vec<u32> {
    let canonical = |word: &u32| canonical_word(tile.dtype(), *word);
    tile.words().iter().map(canonical).collect()
}
