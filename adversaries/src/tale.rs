//! An interval as somebody tells it: true but for some steps, and consistent everywhere else.

use std::sync::Arc;

use assay_commitment::{
    state_root, tensor_root_of, tile_hash, tile_hashes, Hash, Sha3, TensorRoot,
};
use assay_engine::{Engine, Options};
use assay_numerics::{Accumulator, Context, SourceTile, Tensor, Tile, TileIndex};
use assay_program::Source;
use assay_protocol::StepRange;
use assay_prover::{Execution, HashTree, Levels, ProverError, TileFold, TileName, TreeName, Work};

use crate::{crooked::tell, Facts, Fault, Told};

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
        let count =
            u32::try_from(steps.count.0).map_err(|_| ProverError::TooManySteps(steps.count.0))?;
        for step in 0..count {
            let told = tale.tell(step)?;
            tale.states.push(told.after);
        }
        Ok(tale)
    }

    /// A step of the interval, whose state before it is known.
    fn tell(&mut self, step: u32) -> Result<Told, ProverError> {
        let before = self.states.get(step as usize);
        let facts = Facts {
            program: self.work.program(),
            constants: self.work.constants(),
            data: self.work.data(),
            step: self.number(step),
            before: before.ok_or(ProverError::NoSuchStep(step))?,
        };
        Ok(tell(&mut self.engine, &self.fault, &facts)?)
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
            _ => self.tell(step)?.values,
        };
        Ok(&self.values.insert((step, values)).1)
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
                let ends = (1..).zip(self.states.iter().skip(1));
                ends.map(|(step, _)| self.root(step))
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
        let operation = node.operation();
        let fold = TileFold::new(&operation, ctx, &read)?;
        ask(&fold)
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
