//! The execution of a job in which every value is +0.

use super::SyntheticTree;
use crate::{
    fold::accumulator_leaf, Execution, HashTree, Levels, ProverError, TileName, TreeName, Work,
};
use assay_commitment::{state_root_from_tree, tensor_root, tile_hash, Hash, Sha3, StateRoot};
use assay_numerics::{Accumulator, Context, DType, Tensor, TensorType, Tile, TileIndex, TILE};
use assay_program::{Source, ValidProgram};
use std::{collections::HashMap, sync::Arc};

/// An interval of a job whose slots are all +0 and whose nodes all give +0, with accumulators that never change.
///
/// So it is with sums, products and data movement; there are no constants and no data.
pub struct Zeros {
    work: Work,
    steps: u64,
    operators: Arc<Levels>,
    slots: Arc<Levels>,
    state: StateRoot,
}

impl Zeros {
    /// An interval of `steps` steps.
    pub fn new(program: ValidProgram, steps: u64) -> Self {
        let work = Work::new(program, Vec::<Tensor>::new(), Vec::<Tensor>::new());
        let program = work.program().get();
        let mut roots = Roots::default();
        let mut of = |types: &mut dyn Iterator<Item = TensorType>| -> Vec<Hash> {
            types.map(|ty| roots.of(ty)).collect()
        };
        let slots = Levels::new(of(&mut program.slots.iter().copied()));
        let state = state_root_from_tree::<Sha3>(slots.count(), slots.root());
        let mut operators = of(&mut program.nodes.iter().map(|node| node.output));
        // The last node is `Commit`.
        operators.pop();
        operators.push(state.0);
        Self {
            operators: Arc::new(Levels::new(operators)),
            slots: Arc::new(slots),
            work,
            steps,
            state,
        }
    }

    /// What the job fixes.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The root of the state, before and after every step.
    pub fn state(&self) -> StateRoot {
        self.state
    }

    fn source_type(&self, source: Source) -> Result<TensorType, ProverError> {
        self.work
            .program()
            .get()
            .source_type(source)
            .ok_or(ProverError::NoSuchSource(source))
    }

    /// The number of blocks of a tile, and its accumulator before each of them.
    fn fold(&self, name: TileName) -> Result<(u32, Accumulator), ProverError> {
        let node = self.work.node(name.node)?;
        let at = TileIndex::of_tile(node.output.dims, name.tile).ok_or(no_such_tile(name))?;
        let ctx = Context {
            seed: &self.work.header().seed,
            step: 0,
            at,
        };
        let operation = node.operation();
        Ok((operation.blocks(at), operation.init(&ctx)))
    }
}

impl Execution for Zeros {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        Ok(match name {
            TreeName::Steps => Arc::new(SyntheticTree::uniform(self.steps, self.state.0)),
            TreeName::Operators { .. } => self.operators.clone(),
            TreeName::Slots { .. } => self.slots.clone(),
            TreeName::Tiles { source, .. } => tile_tree(self.source_type(source)?),
            TreeName::Fold(name) => {
                let (blocks, accumulator) = self.fold(name)?;
                let leaf = |block| accumulator_leaf(block, blocks, &accumulator);
                let mut leaves: Vec<Hash> = (0..blocks.saturating_sub(1)).map(leaf).collect();
                let tile = self.tile(name.step, Source::Node(name.node), name.tile)?;
                leaves.push(tile_hash::<Sha3>(&tile));
                Arc::new(Levels::new(leaves))
            }
        })
    }

    fn tile(&mut self, _: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        let ty = self.source_type(source)?;
        zero_tile(ty, tile).ok_or(ProverError::NoSuchTile { from: source, tile })
    }

    fn accumulator(&mut self, tile: TileName, _: u32) -> Result<Accumulator, ProverError> {
        self.fold(tile).map(|(_, accumulator)| accumulator)
    }
}

fn no_such_tile(name: TileName) -> ProverError {
    ProverError::NoSuchTile {
        from: Source::Node(name.node),
        tile: name.tile,
    }
}

fn zero_tile(ty: TensorType, tile: u64) -> Option<Tile> {
    let shape = ty.tile_shape(tile)?;
    Some(Tile::filled(shape.dtype, shape.rows, shape.cols, 0))
}

/// The tree over the tiles of a tensor of zeros.
fn tile_tree(ty: TensorType) -> Arc<dyn HashTree> {
    let mut hashes: HashMap<(DType, u16, u16), Hash> = HashMap::new();
    let mut hash = |tile: u64| {
        let tile = zero_tile(ty, tile).unwrap_or_else(|| Tile::filled(ty.dtype, 1, 1, 0));
        *hashes
            .entry((ty.dtype, tile.rows(), tile.cols()))
            .or_insert_with(|| tile_hash::<Sha3>(&tile))
    };
    let whole = |size: u32| size <= TILE || size.is_multiple_of(TILE);
    let tiles = ty.dims.tiles();
    match whole(ty.dims.rows()) && whole(ty.dims.cols()) {
        true => Arc::new(SyntheticTree::uniform(tiles, hash(0))),
        false => Arc::new(Levels::new((0..tiles).map(hash).collect())),
    }
}

/// Tensor roots of zeros by type.
#[derive(Default)]
struct Roots(HashMap<TensorType, Hash>);

impl Roots {
    fn of(&mut self, ty: TensorType) -> Hash {
        let root = || tensor_root::<Sha3>(ty, tile_tree(ty).root()).0;
        *self.0.entry(ty).or_insert_with(root)
    }
}
