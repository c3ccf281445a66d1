//! A segment as somebody tells it, with a fault in one step, and what follows from that.

use crate::{
    fault::{altered_values, Fault},
    job::{root_of, tensor_roots, Job, Slots},
};
use assay_commitment::{
    state_root, tensor_root, tile_hash, tile_hashes, tree_height, Hash, Sha3, StateRoot, TensorRoot,
};
use assay_numerics::{
    Accumulator, Context, DType, Dims, SourceTile, Tensor, TensorType, Tile, TileIndex,
};
use assay_program::Source;
use assay_protocol::IntervalIndex;
use assay_prover::{Execution, HashTree, Levels, ProverError, TileFold, TileName, TreeName};
use std::sync::Arc;

/// What is wrong with the trees that are shown, beside what is wrong with the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Nothing: each tree is that of the values told.
    None,
    /// The accumulators of a false tile are noise from this part of the fold on, in 256ths.
    Fold(u8),
    /// A tree of this level has hashes where it has no leaves.
    Padding(Shown),
    /// A tree of this level has children that do not hash to their parents.
    Children(Shown),
    /// The tensor root of the faulty node is one of other dimensions.
    Dims,
    /// The tensor root of the faulty node is one of the other element type.
    Dtype,
}

/// A level of trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Steps,
    Operators,
    Tiles,
}

/// A segment with at most one faulty step.
pub struct Story {
    pub job: Arc<Job>,
    /// Before each step, and after the last.
    states: Vec<Slots>,
    /// The roots claimed after each step.
    pub roots: Vec<StateRoot>,
    fault: Option<(usize, Fault)>,
    forgery: Forgery,
}

impl Story {
    /// The segment with a fault in this step.
    pub fn new(job: Arc<Job>, step: usize, fault: Fault, forgery: Forgery) -> Self {
        let mut story = Self {
            states: job.states[..=step].to_vec(),
            roots: job.roots[..step].to_vec(),
            job,
            fault: Some((step, fault)),
            forgery,
        };
        story.go_on(step);
        story
    }

    fn go_on(&mut self, step: usize) {
        let job = self.job.clone();
        let next = self.told_next(step);
        self.roots.push(self.told_root(step, &next));
        self.states.push(next);
        let mut engine = job.engine();
        for step in step + 1..job.steps() {
            let next = job.step(&mut engine, &self.states[step], step);
            self.roots.push(root_of(&next));
            self.states.push(next);
        }
    }

    fn fault_of(&self, step: usize) -> Option<&Fault> {
        let (_, fault) = self.fault.as_ref().filter(|(of, _)| *of == step)?;
        Some(fault)
    }

    /// The slots after the faulty step.
    fn told_next(&self, step: usize) -> Slots {
        let slots = self.job.work.header().slots as usize;
        let mut values = self.values(step);
        let mut next = values.split_off(values.len() - slots);
        match self.fault_of(step) {
            Some(Fault::Skipped) => return self.states[step].clone(),
            Some(Fault::Exchanged { a, b }) => next.swap(*a, *b),
            _ => {}
        }
        Arc::new(next)
    }

    /// The root claimed after the faulty step: that of the slots, unless it or an operator's is forged.
    fn told_root(&self, step: usize, next: &Slots) -> StateRoot {
        if let Some(Fault::Root(root)) = self.fault_of(step) {
            return StateRoot(*root);
        }
        let mut roots = tensor_roots(next);
        let header = self.job.work.header();
        let first = header.nodes - 1 - header.slots;
        let slot = self
            .forged_node(step)
            .and_then(|node| Some((node, node.checked_sub(first)?)));
        if let Some((node, slot)) = slot {
            let slot = slot as usize;
            roots[slot] = TensorRoot(self.forged_root(node, &next[slot]));
        }
        state_root::<Sha3>(&roots)
    }

    /// The node whose tensor root is not that of its tensor.
    fn forged_node(&self, step: usize) -> Option<u32> {
        match (self.fault_of(step)?, self.forgery) {
            (
                Fault::Nodes(nodes),
                Forgery::Dims | Forgery::Dtype | Forgery::Padding(Shown::Tiles),
            ) => nodes.first().map(|(node, _)| *node),
            _ => None,
        }
    }

    /// The outputs of a step's nodes.
    fn values(&self, step: usize) -> Vec<Tensor> {
        let (job, slots) = (&self.job, &self.states[step]);
        match self.fault_of(step) {
            Some(Fault::Stale { from }) => job.values(&self.states[*from], step),
            Some(Fault::Nodes(altered)) => {
                altered_values(job, slots, step, job.values(slots, step), altered)
            }
            _ => job.values(slots, step),
        }
    }

    /// A root that a tensor has not.
    fn forged_root(&self, node: u32, tensor: &Tensor) -> Hash {
        let TensorType { dtype, dims } = self.job.work.node(node).unwrap().output;
        let [a, b, c, d] = dims.get();
        let tree = Levels::new(tile_hashes::<Sha3>(tensor));
        let (dtype, dims, root) = match self.forgery {
            Forgery::Dtype => (other_dtype(dtype), dims, tree.root()),
            Forgery::Dims => (dtype, Dims::new([a, b + 1, c, d]).unwrap(), tree.root()),
            _ => (dtype, dims, padded_root(&tree)),
        };
        tensor_root::<Sha3>(TensorType { dtype, dims }, root).0
    }

    /// One interval of the story.
    pub fn interval(self: &Arc<Self>, interval: IntervalIndex) -> Telling {
        Telling {
            first: self.job.first(interval),
            count: self.job.steps_of(interval).count.0 as usize,
            story: self.clone(),
            values: None,
        }
    }
}

fn other_dtype(dtype: DType) -> DType {
    match dtype {
        DType::F32 => DType::U32,
        DType::U32 => DType::F32,
    }
}

/// The root of a tree with noise beside its last leaf, or noise if there is no room.
fn padded_root(tree: &Levels) -> Hash {
    let count = tree.count();
    let mut leaves = tree.leaves().to_vec();
    leaves.resize(count.next_power_of_two() as usize, [9; 32]);
    match leaves.len() as u64 == count {
        true => [9; 32],
        false => Levels::new(leaves).root(),
    }
}

/// An interval of a story, as an execution.
pub struct Telling {
    story: Arc<Story>,
    first: usize,
    count: usize,
    values: Option<(usize, Vec<Tensor>)>,
}

/// A tree that shows other nodes than it has.
struct Forged {
    tree: Levels,
    false_children: bool,
}

impl HashTree for Forged {
    fn count(&self) -> u64 {
        self.tree.count()
    }

    fn node(&self, height: u32, index: u64) -> Hash {
        let mut node = self.tree.node(height, index);
        let top = tree_height(self.count());
        match self.false_children {
            true if height < top => node[31] ^= 1,
            true => {}
            // Something else than padding beside the last leaf.
            false if (index << height) >= self.count() => node = [height as u8 + 1; 32],
            false => {}
        }
        node
    }
}

impl Telling {
    fn values(&mut self, step: usize) -> &[Tensor] {
        if self.values.as_ref().is_none_or(|(of, _)| *of != step) {
            self.values = Some((step, self.story.values(step)));
        }
        self.values.as_ref().map(|(_, values)| values).unwrap()
    }

    fn tensor(&mut self, step: usize, source: Source) -> Tensor {
        let story = self.story.clone();
        match source {
            Source::Node(node) => self.values(step)[node as usize].clone(),
            Source::Slot(slot) => story.states[step][slot as usize].clone(),
            Source::Input(input) => story.job.work.data()[input as usize].clone(),
            Source::Constant(constant) => story.job.work.constants()[constant as usize].clone(),
        }
    }

    fn operators(&mut self, step: usize) -> Vec<Hash> {
        let story = self.story.clone();
        let values = self.values(step);
        let mut leaves: Vec<Hash> = tensor_roots(values).iter().map(|root| root.0).collect();
        if let Some(node) = story.forged_node(step) {
            leaves[node as usize] = story.forged_root(node, &values[node as usize]);
        }
        leaves.push(story.roots[step].0);
        leaves
    }

    fn with_fold<R>(&mut self, tile: TileName, ask: impl FnOnce(&TileFold<'_>) -> R) -> R {
        let (story, step) = (self.story.clone(), self.first + tile.step as usize);
        let node = story.job.work.node(tile.node).unwrap();
        let inputs: Vec<Tensor> = node
            .inputs
            .iter()
            .map(|input| self.tensor(step, input.source))
            .collect();
        let read = |source: SourceTile| inputs.get(source.input)?.tile(source.tile);
        let ctx = Context {
            seed: &story.job.work.header().seed,
            step: story.job.number(step),
            at: TileIndex::of_tile(node.output.dims, tile.tile).unwrap(),
        };
        let operation = node.operation();
        let fold = TileFold::new(&operation, ctx, &read).unwrap();
        ask(&fold)
    }

    /// The leaves of a fold, made to end in the tile that is told.
    fn fold(&mut self, name: TileName) -> Vec<Hash> {
        let step = self.first + name.step as usize;
        let told = self.tensor(step, Source::Node(name.node)).tile(name.tile);
        let told = tile_hash::<Sha3>(&told.unwrap());
        let mut leaves = self.with_fold(name, |fold| fold.leaves().unwrap());
        let last = leaves.len() - 1;
        if leaves[last] == told {
            return leaves;
        }
        if let Forgery::Fold(part) = self.story.forgery {
            let from = usize::from(part) * leaves.len() / 256;
            for leaf in &mut leaves[from..] {
                leaf[0] ^= 1;
            }
        }
        leaves[last] = told;
        leaves
    }

    fn forged(&self, level: Shown, leaves: Vec<Hash>) -> Arc<dyn HashTree> {
        let tree = Levels::new(leaves);
        match self.story.forgery {
            Forgery::Padding(of) if of == level => Arc::new(Forged {
                tree,
                false_children: false,
            }),
            Forgery::Children(of) if of == level => Arc::new(Forged {
                tree,
                false_children: true,
            }),
            _ => Arc::new(tree),
        }
    }
}

impl Execution for Telling {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        Ok(match name {
            TreeName::Steps => {
                let roots = &self.story.roots[self.first..self.first + self.count];
                self.forged(Shown::Steps, roots.iter().map(|root| root.0).collect())
            }
            TreeName::Operators { step } => {
                let leaves = self.operators(self.first + step as usize);
                self.forged(Shown::Operators, leaves)
            }
            TreeName::Slots { step } => {
                let slots = &self.story.states[self.first + step as usize];
                let leaves = tensor_roots(slots).iter().map(|root| root.0).collect();
                Arc::new(Levels::new(leaves))
            }
            TreeName::Tiles { step, source } => {
                let tensor = self.tensor(self.first + step as usize, source);
                let leaves = tile_hashes::<Sha3>(&tensor);
                match source {
                    Source::Node(_) => self.forged(Shown::Tiles, leaves),
                    _ => Arc::new(Levels::new(leaves)),
                }
            }
            TreeName::Fold(tile) => Arc::new(Levels::new(self.fold(tile))),
        })
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        let tensor = self.tensor(self.first + step as usize, source);
        tensor
            .tile(tile)
            .ok_or(ProverError::NoSuchTile { from: source, tile })
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        Ok(self.with_fold(tile, |fold| fold.before(block))?)
    }
}
