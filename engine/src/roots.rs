//! State roots: tiles hashed in parallel straight from row-major memory, and tapes only where they changed.

use crate::plan::Change;
use crate::{Hasher, State};
use assay_commitment::{state_root, tensor_root, Hash, Sha3, StateRoot, TensorRoot, Tree};
use assay_numerics::{Tensor, TensorType, TILE};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of the slots' trees from the last time they were hashed.
#[derive(Debug)]
pub(crate) struct RootCache(Mutex<Vec<SlotTree>>);

/// One slot's tree, if it is worth keeping.
#[derive(Clone, Debug, Default)]
struct SlotTree {
    tree: Option<Tree>,
    /// Rows that changed since the tree was made.
    stale: Range<u64>,
}

impl RootCache {
    pub(crate) fn new(slots: usize) -> Self {
        Self(Mutex::new(vec![SlotTree::default(); slots]))
    }

    /// Notes what `step` has changed.
    pub(crate) fn note(&mut self, changes: &[Change], step: u64) {
        let trees = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (slot, change) in trees.iter_mut().zip(changes) {
            slot.note(*change, step);
        }
    }

    fn trees(&self) -> MutexGuard<'_, Vec<SlotTree>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for RootCache {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.trees().clone()))
    }
}

impl SlotTree {
    fn note(&mut self, change: Change, step: u64) {
        match change {
            Change::Whole => self.tree = None,
            Change::Rows(rows) => {
                let changed =
                    step.saturating_mul(rows)..step.saturating_add(1).saturating_mul(rows);
                self.stale = if self.stale.is_empty() {
                    changed
                } else {
                    self.stale.start.min(changed.start)..self.stale.end.max(changed.end)
                };
            }
        }
    }

    /// The root of the slot's tree. A tape's tree is kept and mended where rows changed.
    fn root(&mut self, hasher: Hasher, tensor: &Tensor, change: Change) -> Hash {
        let leaves = |tiles| hasher.leaves(tensor.ty(), tensor.words(), tiles);
        let all = 0..tensor.ty().dims.tiles();
        if change == Change::Whole {
            return hasher.root(&leaves(all));
        }
        let tiles = stale_tiles(tensor.ty(), &self.stale);
        self.stale = 0..0;
        if let Some(tree) = &mut self.tree {
            for (tile, leaf) in tiles.clone().zip(leaves(tiles)) {
                tree.update::<Sha3>(tile, leaf)
                    .expect("the tree has the tensor's tiles; qed");
            }
            return tree.root();
        }
        let tree = Tree::new::<Sha3>(leaves(all));
        self.tree.insert(tree).root()
    }
}

/// The tiles that hold rows of `stale`. Tapes have no leading dimensions.
fn stale_tiles(ty: TensorType, stale: &Range<u64>) -> Range<u64> {
    let (edge, width) = (u64::from(TILE), u64::from(ty.dims.tile_cols()));
    let end = stale.end.min(u64::from(ty.dims.rows()));
    if stale.start >= end {
        return 0..0;
    }
    stale.start / edge * width..end.div_ceil(edge) * width
}

/// The root of a whole state, on the running thread pool.
pub(crate) fn root(hasher: Hasher, state: &State, changes: &[Change]) -> StateRoot {
    let mut trees = state.roots.trees();
    let slots = trees.par_iter_mut().zip(&state.slots).zip(changes);
    let roots: Vec<TensorRoot> = slots
        .map(|((tree, tensor), change)| {
            tensor_root::<Sha3>(tensor.ty(), tree.root(hasher, tensor, *change))
        })
        .collect();
    state_root::<Sha3>(&roots)
}
