//! The honest execution: steps by the engine, tiles by the definition, everything computed again when it is asked for.

mod kept;
mod roots;
#[cfg(test)]
mod tests;

use crate::{fold::TileFold, Execution, HashTree, Levels, ProverError, TileName, TreeName, Work};
use assay_commitment::{state_root, Hash, Sha3, TensorRoot};
use assay_engine::{Engine, Options, State};
use assay_numerics::{
    Accumulator, Context, Operation, SourceTile, Tensor, TensorType, Tile, TileIndex,
};
use assay_program::Source;
use assay_protocol::StepRange;
use kept::Kept;
use roots::{slot_roots, tensor_root_of_words};
use std::sync::Arc;

/// Executes an interval again from its start state, as far as it is asked.
///
/// **Memory.** It holds the start state, the state before the step in dispute and, while a step runs, the state after it;
/// the engine's working memory; the output of the node in dispute and the tensors that it reads; and 64 bytes for each of
/// their tiles, node outputs, slots and steps. All of these but the start state are values of one step, so the whole is
/// bounded by twice what one step computes and reads, however long the interval is. A node's output is had by running the
/// step again and copying that output alone.
///
/// **Time.** A whole game takes at most three runs of the interval without looking at values (for the states' roots, to
/// the step, and once more if it begins again) and three traced runs of one step.
pub struct Replay {
    work: Work,
    engine: Engine,
    steps: StepRange,
    count: u32,
    start: State,
    /// A state further on than the start.
    position: Option<Position>,
    roots: Option<Arc<Levels>>,
    trace: Option<Trace>,
    slots: Option<(u32, Arc<Levels>)>,
    kept: Option<Kept>,
}

/// A state before a step of the interval.
struct Position {
    step: u32,
    state: State,
}

/// What a step's nodes gave.
struct Trace {
    step: u32,
    operators: Arc<Levels>,
    /// The next state's slots.
    slots: Arc<Levels>,
}

impl Replay {
    /// Executes `steps` of a job from `start`, the slots before the first of them.
    ///
    /// # Errors
    /// What the engine says of program, constants, state and machine; [`ProverError::TooManySteps`].
    pub fn new(
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        options: Options,
    ) -> Result<Self, ProverError> {
        let count =
            u32::try_from(steps.count.0).map_err(|_| ProverError::TooManySteps(steps.count.0))?;
        Ok(Self {
            engine: Engine::sharing(work.program(), work.constants().clone(), options)?,
            start: State::new(work.program(), start)?,
            work,
            steps,
            count,
            position: None,
            roots: None,
            trace: None,
            slots: None,
            kept: None,
        })
    }

    /// The state roots after each step.
    fn step_roots(&mut self) -> Result<Arc<Levels>, ProverError> {
        if let Some(roots) = &self.roots {
            return Ok(roots.clone());
        }
        let mut state = self.start.clone();
        let mut leaves = Vec::with_capacity(self.count as usize);
        for step in 0..self.count {
            let number = self.number(step);
            self.engine.step(&mut state, self.work.data(), number)?;
            leaves.push(self.engine.state_root(&state).0);
        }
        Ok(self.roots.insert(Arc::new(Levels::new(leaves))).clone())
    }

    /// A step's number in the job.
    fn number(&self, step: u32) -> u64 {
        self.steps.first.0.saturating_add(step.into())
    }

    /// The state before `step`, which may be one past the last.
    fn seek(&mut self, step: u32) -> Result<&State, ProverError> {
        if step > self.count {
            return Err(ProverError::NoSuchStep(step));
        }
        let usable = self.position.take().filter(|at| at.step <= step);
        if step == 0 {
            return Ok(&self.start);
        }
        let mut at = usable.unwrap_or_else(|| Position {
            step: 0,
            state: self.start.clone(),
        });
        while at.step < step {
            let number = self.number(at.step);
            self.engine.step(&mut at.state, self.work.data(), number)?;
            at.step = at.step.saturating_add(1);
        }
        Ok(&self.position.insert(at).state)
    }

    /// Runs a step and shows its nodes' outputs.
    fn observe(
        &mut self,
        step: u32,
        observe: &mut assay_engine::Observer<'_>,
    ) -> Result<(), ProverError> {
        if step >= self.count {
            return Err(ProverError::NoSuchStep(step));
        }
        let mut state = self.seek(step)?.clone();
        let number = self.number(step);
        let data = self.work.data().clone();
        Ok(self.engine.trace_step(&mut state, &data, number, observe)?)
    }

    fn traced(&mut self, step: u32) -> Result<&Trace, ProverError> {
        let trace = match self.trace.take().filter(|trace| trace.step == step) {
            Some(trace) => trace,
            None => self.run_traced(step)?,
        };
        Ok(self.trace.insert(trace))
    }

    fn run_traced(&mut self, step: u32) -> Result<Trace, ProverError> {
        let mut roots: Vec<Hash> = Vec::new();
        self.observe(step, &mut |_, ty, words| {
            roots.push(tensor_root_of_words(ty, words));
        })?;
        let first = self.work.program().slot_node(0).unwrap_or_default() as usize;
        let slots = roots.get(first..).unwrap_or_default().to_vec();
        let next: Vec<TensorRoot> = slots.iter().copied().map(TensorRoot).collect();
        roots.push(state_root::<Sha3>(&next).0);
        Ok(Trace {
            step,
            operators: Arc::new(Levels::new(roots)),
            slots: Arc::new(Levels::new(slots)),
        })
    }

    /// The slots' roots before `step`, which may be one past the last.
    fn slot_tree(&mut self, step: u32) -> Result<Arc<Levels>, ProverError> {
        if let Some(trace) = self
            .trace
            .as_ref()
            .filter(|t| t.step.checked_add(1) == Some(step))
        {
            return Ok(trace.slots.clone());
        }
        if let Some((_, slots)) = self.slots.as_ref().filter(|(of, _)| *of == step) {
            return Ok(slots.clone());
        }
        let slots = Arc::new(Levels::new(slot_roots(self.seek(step)?)));
        self.slots = Some((step, slots.clone()));
        Ok(slots)
    }

    /// Makes a tensor and its tree ready.
    fn ensure(&mut self, step: u32, source: Source) -> Result<&mut Kept, ProverError> {
        let missing = |kept: &Kept| match source {
            Source::Node(node) => kept.output(node).is_none(),
            Source::Slot(_) | Source::Input(_) | Source::Constant(_) => false,
        };
        let kept = self.kept.as_ref().filter(|kept| kept.step == step);
        if kept.is_none_or(missing) {
            let node = match source {
                Source::Node(node) => node,
                Source::Slot(_) | Source::Input(_) | Source::Constant(_) => 0,
            };
            self.prepare(step, node)?;
        }
        if let Source::Slot(_) = source {
            self.seek(step)?;
        }
        self.kept.as_mut().ok_or(ProverError::NoSuchSource(source))
    }

    /// A tensor that was made ready.
    fn tensor(&self, source: Source) -> Option<&Tensor> {
        match source {
            Source::Node(node) => self.kept.as_ref()?.output(node),
            Source::Slot(slot) => match &self.position {
                Some(at) => at.state.slot(slot as usize),
                None => self.start.slot(slot as usize),
            },
            Source::Input(input) => self.work.data().get(input as usize),
            Source::Constant(constant) => self.work.constants().get(constant as usize),
        }
    }

    fn tiles(&mut self, step: u32, source: Source) -> Result<Arc<Levels>, ProverError> {
        if let Some(tree) = self.ensure(step, source)?.tree(source) {
            return Ok(tree);
        }
        let tensor = self
            .tensor(source)
            .ok_or(ProverError::NoSuchSource(source))?;
        let tree = Arc::new(roots::tile_tree(tensor));
        if let Some(kept) = &mut self.kept {
            kept.put_tree(source, tree.clone());
        }
        Ok(tree)
    }

    /// Hands the fold of a tile to `ask`.
    fn with_fold<R>(
        &mut self,
        tile: TileName,
        ask: impl FnOnce(&TileFold<'_>) -> Result<R, ProverError>,
    ) -> Result<R, ProverError> {
        let node = self.work.node(tile.node)?.clone();
        self.prepare(tile.step, tile.node)?;
        self.seek(tile.step)?;
        let operation: Operation = node.operation();
        let read = |source: SourceTile| {
            let input = node.inputs.get(source.input)?;
            self.tensor(input.source)?.tile(source.tile)
        };
        let no_such_tile = ProverError::NoSuchTile {
            from: Source::Node(tile.node),
            tile: tile.tile,
        };
        let ctx = Context {
            seed: &self.work.header().seed,
            step: self.number(tile.step),
            at: TileIndex::of_tile(node.output.dims, tile.tile).ok_or(no_such_tile)?,
        };
        let fold = TileFold::new(&operation, ctx, &read)?;
        ask(&fold)
    }

    /// The tree over a tile's fold, which must end in the engine's tile.
    fn fold_tree(&mut self, tile: TileName) -> Result<Arc<Levels>, ProverError> {
        let held = self.kept.as_ref().and_then(|kept| kept.fold(tile));
        if let Some(tree) = held {
            return Ok(tree);
        }
        let leaves = self.with_fold(tile, |fold| fold.leaves())?;
        let source = Source::Node(tile.node);
        let engine = self.tiles(tile.step, source)?.node(0, tile.tile);
        if leaves.last() != Some(&engine) {
            let TileName { step, node, tile } = tile;
            return Err(ProverError::EngineFault { step, node, tile });
        }
        let tree = Arc::new(Levels::new(leaves));
        if let Some(kept) = &mut self.kept {
            kept.put_fold(tile, tree.clone());
        }
        Ok(tree)
    }
}

impl Execution for Replay {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        Ok(match name {
            TreeName::Steps => self.step_roots()?,
            TreeName::Operators { step } => self.traced(step)?.operators.clone(),
            TreeName::Slots { step } => self.slot_tree(step)?,
            TreeName::Tiles { step, source } => self.tiles(step, source)?,
            TreeName::Fold(tile) => self.fold_tree(tile)?,
        })
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        self.ensure(step, source)?;
        self.tensor(source)
            .ok_or(ProverError::NoSuchSource(source))?
            .tile(tile)
            .ok_or(ProverError::NoSuchTile { from: source, tile })
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        self.with_fold(tile, |fold| Ok(fold.before(block)?))
    }

    fn prepare(&mut self, step: u32, node: u32) -> Result<(), ProverError> {
        let at_hand = |kept: &Kept| kept.step == step && kept.node == node;
        if self.kept.as_ref().is_some_and(at_hand) {
            return Ok(());
        }
        self.kept = None;
        let mut kept = Kept::new(step, node, self.work.node(node)?);
        let mut observe = |node: u32, ty: TensorType, words: &[u32]| kept.see(node, ty, words);
        self.observe(step, &mut observe)?;
        self.kept = Some(kept);
        Ok(())
    }
}
