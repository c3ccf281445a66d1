//! A segment as somebody tells it.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use assay_commitment::{tile_hash, tile_hashes, trace_root, Hash, Level, Sha3, StateRoot};
use assay_game::Entry;
use assay_numerics::{Accumulator, Context, SourceTile, Tensor, Tile, TileIndex};
use assay_program::Source;
use assay_protocol::IntervalIndex;
use assay_prover::{
    accumulator_leaf, entry, Execution, HashTree, Levels, ProverError, TileFold, TileName,
    TreeName, Work,
};

use super::{
    job::{roots, state_of, steps, steps_of, work, RealJob, Step, STEPS},
    programs::World,
};

/// A segment with something false in it, told so that everything else fits together.
pub(in crate::tests) struct Tale {
    job: &'static RealJob,
    /// What is shown as program, constants and data.
    pub(in crate::tests) shown: Work,
    steps: Vec<Arc<Step>>,
    /// Output roots that are not those of the outputs, by step and node.
    roots: BTreeMap<(usize, u32), Hash>,
    /// Accumulators after each block of tiles that were folded in another way, by step, node and tile.
    folds: BTreeMap<(usize, u32, u64), Vec<Accumulator>>,
    /// Whether tiles are shown with other hashes than their tensor's.
    pub(in crate::tests) false_tiles: bool,
}

impl Tale {
    /// The truth up to a step, that step altered, and what follows from it.
    pub(in crate::tests) fn altered(
        job: &'static RealJob,
        at: usize,
        alter: impl FnOnce(&mut Step),
    ) -> Self {
        let mut step = Step::clone(&job.steps[at]);
        alter(&mut step);
        let mut told = job.steps[..at].to_vec();
        told.push(Arc::new(step));
        Self::new(job, steps(&job.world, told))
    }

    /// The truth up to a node of a step, that node's output altered, and what follows from it.
    pub(in crate::tests) fn with_output(
        job: &'static RealJob,
        at: usize,
        node: u32,
        alter: impl FnOnce(&mut Tensor),
    ) -> Self {
        Self::altered(job, at, |step| {
            *step = step.clone().with_output(&job.world, at, node, alter);
        })
    }

    /// The segment of another world, told as the job's own.
    pub(in crate::tests) fn of_another(
        job: &'static RealJob,
        change: impl FnOnce(&mut World),
    ) -> Self {
        Self::executed(job, change).0
    }

    /// The segment of another world, with that world's program, constants and data.
    pub(in crate::tests) fn insisting(
        job: &'static RealJob,
        change: impl FnOnce(&mut World),
    ) -> Self {
        let (mut tale, world) = Self::executed(job, change);
        tale.shown = work(&world);
        tale
    }

    fn executed(job: &'static RealJob, change: impl FnOnce(&mut World)) -> (Self, World) {
        let mut world = job.world.clone();
        change(&mut world);
        (Self::new(job, steps(&world, Vec::new())), world)
    }

    fn new(job: &'static RealJob, steps: Vec<Arc<Step>>) -> Self {
        Self {
            job,
            shown: job.work.clone(),
            steps,
            roots: BTreeMap::new(),
            folds: BTreeMap::new(),
            false_tiles: false,
        }
    }

    /// Claims another root than its tensor's for a node's output in the last step.
    pub(in crate::tests) fn claim_root(mut self, node: u32, root: Hash) -> Self {
        self.roots.insert((STEPS - 1, node), root);
        self
    }

    /// Tells that a tile was folded like this: the accumulators after each block.
    pub(in crate::tests) fn fold_like(
        &mut self,
        at: usize,
        node: u32,
        tile: u64,
        after: Vec<Accumulator>,
    ) {
        self.folds.insert((at, node, tile), after);
    }

    /// The output of a node in the last step.
    pub(in crate::tests) fn last_output(&self, node: u32) -> &Tensor {
        &self.steps[STEPS - 1].outputs[node as usize]
    }

    /// How an honest verifier challenges it: if it is shown the states at the intervals' ends, and if not.
    pub(in crate::tests) fn entries(&self) -> [Entry; 2] {
        let (own, told) = (self.job.interval_roots(), self.interval_roots());
        let trace = trace_root::<Sha3>(Level::Interval, &told);
        [Some(&told[..]), None].map(|shown| entry(&own, trace, shown).expect("it is false"))
    }

    /// The roots at the ends of the intervals.
    pub(in crate::tests) fn interval_roots(&self) -> Vec<StateRoot> {
        let ends = (0..).map(|interval| steps_of(IntervalIndex(interval)).end - 1);
        ends.take_while(|last| *last < STEPS)
            .map(|last| StateRoot(self.root_after(last)))
            .collect()
    }

    /// An interval of it.
    pub(in crate::tests) fn interval(self: &Arc<Self>, interval: IntervalIndex) -> Telling {
        Telling {
            tale: self.clone(),
            steps: steps_of(interval),
        }
    }

    fn root_after(&self, step: usize) -> Hash {
        state_of(&self.slots(step + 1)).0
    }

    /// The slots' roots before a step.
    fn slots(&self, step: usize) -> Vec<Hash> {
        let Some(last) = step.checked_sub(1) else {
            return roots(&self.steps[0].before);
        };
        let mut slots = self.steps[last].slot_roots().to_vec();
        let first = self.steps[last].outputs.len() - slots.len();
        for ((at, node), root) in &self.roots {
            if let Some(slot) = (*node as usize).checked_sub(first).filter(|_| *at == last) {
                slots[slot] = *root;
            }
        }
        slots
    }

    /// The leaves over a step's operators.
    fn operators(&self, step: usize) -> Vec<Hash> {
        let mut leaves = self.steps[step].output_roots().to_vec();
        for ((at, node), root) in &self.roots {
            if *at == step {
                leaves[*node as usize] = *root;
            }
        }
        leaves.push(self.root_after(step));
        leaves
    }

    fn tensor(&self, step: usize, source: Source) -> &Tensor {
        match source {
            Source::Node(node) => &self.steps[step].outputs[node as usize],
            Source::Slot(slot) => &self.steps[step].before[slot as usize],
            Source::Input(input) => &self.shown.data()[input as usize],
            Source::Constant(constant) => &self.shown.constants()[constant as usize],
        }
    }

    fn with_fold<R>(&self, step: usize, name: TileName, ask: impl FnOnce(&TileFold<'_>) -> R) -> R {
        let node = self.shown.node(name.node).unwrap();
        let read = |source: SourceTile| {
            let input = node.inputs.get(source.input)?;
            self.tensor(step, input.source).tile(source.tile)
        };
        let operation = node.operation();
        let ctx = Context {
            seed: &self.shown.header().seed,
            step: step as u64,
            at: TileIndex::of_tile(node.output.dims, name.tile).unwrap(),
        };
        let fold = TileFold::new(&operation, ctx, &read).unwrap();
        ask(&fold)
    }

    /// The leaves of a fold. They end in the tile that is told.
    fn fold(&self, step: usize, name: TileName) -> Vec<Hash> {
        let told = self.folds.get(&(step, name.node, name.tile));
        let mut leaves = match told {
            Some(after) => (0..)
                .zip(after)
                .map(|(block, after_block)| {
                    accumulator_leaf(block, after.len() as u32, after_block)
                })
                .collect(),
            None => self.with_fold(step, name, |fold| fold.leaves().unwrap()),
        };
        let output = self.tensor(step, Source::Node(name.node)).tile(name.tile);
        *leaves.last_mut().unwrap() = tile_hash::<Sha3>(&output.unwrap());
        leaves
    }
}

/// An interval of a tale, as an execution.
pub(in crate::tests) struct Telling {
    tale: Arc<Tale>,
    steps: Range<usize>,
}

/// A tree whose leaves are shown altered, though its inner nodes are right.
struct FalseLeaves(Levels);

impl HashTree for FalseLeaves {
    fn count(&self) -> u64 {
        self.0.count()
    }

    fn node(&self, height: u32, index: u64) -> Hash {
        let mut node = self.0.node(height, index);
        node[31] ^= u8::from(height == 0);
        node
    }
}

impl Telling {
    fn number(&self, step: u32) -> usize {
        self.steps.start + step as usize
    }
}

impl Execution for Telling {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        let tale = &self.tale;
        let leaves = match name {
            TreeName::Steps => self
                .steps
                .clone()
                .map(|step| tale.root_after(step))
                .collect(),
            TreeName::Operators { step } => tale.operators(self.number(step)),
            TreeName::Slots { step } => tale.slots(self.number(step)),
            TreeName::Tiles { step, source } => {
                let leaves = tile_hashes::<Sha3>(tale.tensor(self.number(step), source));
                if tale.false_tiles {
                    return Ok(Arc::new(FalseLeaves(Levels::new(leaves))));
                }
                leaves
            }
            TreeName::Fold(tile) => tale.fold(self.number(tile.step), tile),
        };
        Ok(Arc::new(Levels::new(leaves)))
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        let tensor = self.tale.tensor(self.number(step), source);
        let missing = ProverError::NoSuchTile { from: source, tile };
        tensor.tile(tile).ok_or(missing)
    }

    fn accumulator(&mut self, name: TileName, block: u32) -> Result<Accumulator, ProverError> {
        let step = self.number(name.step);
        let told = self.tale.folds.get(&(step, name.node, name.tile));
        match told.zip(block.checked_sub(1)) {
            Some((after, before)) => Ok(after[before as usize].clone()),
            None => Ok(self.tale.with_fold(step, name, |fold| fold.before(block))?),
        }
    }
}
