//! An interval as somebody tells it: true but for some steps, and consistent everywhere else.

use std::sync::Arc;

use assay_commitment::{
    state_root, tensor_root_of, tile_hash, tile_hashes, Hash, Sha3, TensorRoot,
};
use assay_engine::{Engine, Options, State};
use assay_numerics::{Accumulator, Context, SourceTile, Tensor, TensorType, Tile, TileIndex};
use assay_program::Source;
use assay_protocol::StepRange;
use assay_prover::{Execution, HashTree, Levels, ProverError, TileFold, TileName, TreeName, Work};

use crate::Fault;

/// An interval as a cheat tells it. It holds all states of the interval, so it is for small jobs.
pub struct Tale {
    work: Work,
    steps: StepRange,
    fault: Fault,
    engine: Engine,
    /// The slots before each step, and after the last.
    states: Vec<Vec<Tensor>>,
    /// What the nodes gave in the step last asked for.
    values: Option<(u32, Vec<Tensor>)>,
}

impl Tale {
    /// The steps of an interval from the slots before the first of them.
    ///
    /// # Errors
    /// What the engine says of program, state and machine.
    pub fn new(
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        fault: Fault,
        options: Options,
    ) -> Result<Self, ProverError> {
        let engine = Engine::sharing(work.program(), work.constants().clone(), options)?;
        let mut tale = Self {
            work,
            steps,
            fault,
            engine,
            states: vec![start],
            values: None,
        };
        for step in steps.first.0..steps.end().0 {
            let next = tale.next(step)?;
            tale.states.push(next);
        }
        Ok(tale)
    }

    /// The slots after a step of the job, told from the last ones there are.
    fn next(&mut self, step: u64) -> Result<Vec<Tensor>, ProverError> {
        let before = self.states.last().cloned().unwrap_or_default();
        let mut state = State::new(self.work.program(), before.clone())?;
        self.engine.step(&mut state, self.work.data(), step)?;
        let after = state.into_slots();
        Ok(self.fault.next(self.work.program(), step, &before, after))
    }

    /// A step's number in the job.
    fn number(&self, step: u32) -> u64 {
        self.steps.first.0.saturating_add(step.into())
    }

    fn state(&self, step: u32) -> Result<&[Tensor], ProverError> {
        let state = self.states.get(step as usize);
        state
            .map(Vec::as_slice)
            .ok_or(ProverError::NoSuchStep(step))
    }

    /// What the nodes of a step gave, `Commit` left out, as it is told.
    fn values(&mut self, step: u32) -> Result<&[Tensor], ProverError> {
        let values = match self.values.take() {
            Some((of, values)) if of == step => values,
            _ => self.trace(step)?,
        };
        Ok(&self.values.insert((step, values)).1)
    }

    fn trace(&mut self, step: u32) -> Result<Vec<Tensor>, ProverError> {
        let number = self.number(step);
        let mut state = State::new(self.work.program(), self.state(step)?.to_vec())?;
        let mut values = Vec::new();
        let mut observe = |_, ty: TensorType, words: &[u32]| {
            values.extend(Tensor::new(ty, words.to_vec()));
        };
        let data = self.work.data().clone();
        self.engine
            .trace_step(&mut state, &data, number, &mut observe)?;
        if self.fault.strikes(number) {
            self.falsify(step, &mut values)?;
        }
        Ok(values)
    }

    /// Puts the false value where the node gave the true one.
    fn falsify(&self, step: u32, values: &mut [Tensor]) -> Result<(), ProverError> {
        let program = self.work.program();
        let Some(slot) = self.fault.slot(program.get()) else {
            return Ok(());
        };
        let told = self.state(step.saturating_add(1))?.get(slot);
        let node = u32::try_from(slot)
            .ok()
            .and_then(|slot| program.slot_node(slot));
        let value = node.and_then(|node| values.get_mut(node as usize));
        if let (Some(value), Some(told)) = (value, told) {
            *value = told.clone();
        }
        Ok(())
    }

    fn tensor(&mut self, step: u32, source: Source) -> Result<Tensor, ProverError> {
        let found = match source {
            Source::Node(node) => self.values(step)?.get(node as usize),
            Source::Slot(slot) => self.state(step)?.get(slot as usize),
            Source::Input(input) => self.work.data().get(input as usize),
            Source::Constant(constant) => self.work.constants().get(constant as usize),
        };
        found.cloned().ok_or(ProverError::NoSuchSource(source))
    }

    fn root(&self, step: u32) -> Result<Hash, ProverError> {
        let roots: Vec<TensorRoot> = self
            .state(step)?
            .iter()
            .map(tensor_root_of::<Sha3>)
            .collect();
        Ok(state_root::<Sha3>(&roots).0)
    }

    fn leaves(&mut self, name: TreeName) -> Result<Vec<Hash>, ProverError> {
        let tensor_hash = |tensor: &Tensor| tensor_root_of::<Sha3>(tensor).0;
        Ok(match name {
            TreeName::Steps => {
                let count = u32::try_from(self.steps.count.0)
                    .map_err(|_| ProverError::TooManySteps(self.steps.count.0))?;
                (1..=count)
                    .map(|step| self.root(step))
                    .collect::<Result<_, _>>()?
            }
            TreeName::Operators { step } => {
                let end = self.root(step.saturating_add(1))?;
                let values = self.values(step)?.iter().map(tensor_hash);
                values.chain([end]).collect()
            }
            TreeName::Slots { step } => self.state(step)?.iter().map(tensor_hash).collect(),
            TreeName::Tiles { step, source } => tile_hashes::<Sha3>(&self.tensor(step, source)?),
            TreeName::Fold(tile) => self.fold(tile)?,
        })
    }

    /// The leaves of a fold, made to end in the tile that is told.
    fn fold(&mut self, name: TileName) -> Result<Vec<Hash>, ProverError> {
        let mut leaves = self.with_fold(name, |fold| fold.leaves())?;
        let told = self.tile(name.step, Source::Node(name.node), name.tile)?;
        if let Some(last) = leaves.last_mut() {
            *last = tile_hash::<Sha3>(&told);
        }
        Ok(leaves)
    }

    fn with_fold<R>(
        &mut self,
        name: TileName,
        ask: impl FnOnce(&TileFold<'_>) -> Result<R, ProverError>,
    ) -> Result<R, ProverError> {
        let node = self.work.node(name.node)?.clone();
        let inputs = node.inputs.iter();
        let inputs: Vec<Tensor> = inputs
            .map(|input| self.tensor(name.step, input.source))
            .collect::<Result<_, _>>()?;
        let read = |source: SourceTile| inputs.get(source.input)?.tile(source.tile);
        let no_such_tile = ProverError::NoSuchTile {
            from: Source::Node(name.node),
            tile: name.tile,
        };
        let ctx = Context {
            seed: &self.work.header().seed,
            step: self.number(name.step),
            at: TileIndex::of_tile(node.output.dims, name.tile).ok_or(no_such_tile)?,
        };
        ask(&TileFold::new(&node.operation(), ctx, &read))
    }
}

impl Execution for Tale {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        Ok(Arc::new(Levels::new(self.leaves(name)?)))
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        self.tensor(step, source)?
            .tile(tile)
            .ok_or(ProverError::NoSuchTile { from: source, tile })
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        self.with_fold(tile, |fold| Ok(fold.before(block)?))
    }
}
