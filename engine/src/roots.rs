//! State roots: tiles hashed in parallel straight from row-major memory, and tapes only where they changed.

use crate::hash::Part;
use crate::plan::Change;
use crate::{Hasher, State};
use assay_commitment::{state_root_from_tree, tensor_root, Hash, Sha3, StateRoot, Tree};
use assay_numerics::{Tensor, TensorType, TILE};
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

    /// The tiles that must be hashed: of a tape whose tree is kept those where rows changed, else all.
    fn part<'a>(&self, tensor: &'a Tensor, change: Change) -> Part<'a> {
        let whole = Part::whole(tensor);
        match (change, &self.tree) {
            (Change::Rows(_), Some(_)) => Part {
                tiles: stale_tiles(tensor.ty(), &self.stale),
                ..whole
            },
            _ => whole,
        }
    }

    /// The nodes whose tree has the slot's root: the leaves of [`Self::part`], or of a tape the root of its tree, which is
    /// kept and mended.
    fn nodes(&mut self, change: Change, tiles: Range<u64>, leaves: Vec<Hash>) -> Vec<Hash> {
        if change == Change::Whole {
            return leaves;
        }
        self.stale = 0..0;
        let Some(tree) = &mut self.tree else {
            let tree = Tree::new::<Sha3>(leaves);
            return vec![self.tree.insert(tree).root()];
        };
        for (tile, leaf) in tiles.zip(leaves) {
            tree.update::<Sha3>(tile, leaf)
                .expect("the tree has the tensor's tiles; qed");
        }
        vec![tree.root()]
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

/// The root of a whole state, on the running thread pool. All slots' tiles are hashed together, and so are their trees.
pub(crate) fn root(hasher: Hasher, state: &State, changes: &[Change]) -> StateRoot {
    let mut trees = state.roots.trees();
    let slots = trees.iter().zip(&state.slots).zip(changes);
    let parts: Vec<Part<'_>> = slots
        .map(|((tree, tensor), change)| tree.part(tensor, *change))
        .collect();
    let leaves = hasher.leaves_of(&parts);
    let slots = trees.iter_mut().zip(changes).zip(parts).zip(leaves);
    let nodes = slots
        .map(|(((tree, change), part), leaves)| tree.nodes(*change, part.tiles, leaves))
        .collect();
    let roots: Vec<Hash> = hasher
        .roots(nodes)
        .into_iter()
        .zip(&state.slots)
        .map(|(root, tensor)| tensor_root::<Sha3>(tensor.ty(), root).0)
        .collect();
    state_root_from_tree::<Sha3>(roots.len() as u64, hasher.root(&roots))
}
