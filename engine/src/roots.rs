//! State roots: tiles hashed in parallel straight from row-major memory, and only those that may have changed.

use crate::changes::{Change, Stale};
use crate::hash::{Part, BYTES_WORTH_SHARING};
use crate::{Hasher, State};
use assay_commitment::{state_root_from_tree, tensor_root, Hash, Sha3, StateRoot, Tree};
use assay_numerics::Tensor;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of the slots' trees from the last time they were hashed.
#[derive(Debug)]
pub(crate) struct RootCache(Mutex<Vec<SlotRoot>>);

/// One slot's tree, as far as it is worth keeping.
#[derive(Clone, Debug, Default)]
struct SlotRoot {
    known: Known,
    /// What changed since the tree was made, where one is kept.
    stale: Stale,
}

#[derive(Clone, Debug, Default)]
enum Known {
    /// Nothing: all tiles must be hashed.
    #[default]
    Nothing,
    /// The tree's root; nothing has changed since.
    Root(Hash),
    /// The whole tree, of a slot that changes by rows.
    Tree(Tree),
}

impl RootCache {
    pub(crate) fn new(slots: usize) -> Self {
        Self(Mutex::new(vec![SlotRoot::default(); slots]))
    }

    /// Notes what has changed of each slot.
    pub(crate) fn note(&mut self, changes: impl IntoIterator<Item = Stale>) {
        let slots = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (slot, change) in slots.iter_mut().zip(changes) {
            slot.note(change);
        }
    }

    fn slots(&self) -> MutexGuard<'_, Vec<SlotRoot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for RootCache {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.slots().clone()))
    }
}

impl SlotRoot {
    fn note(&mut self, change: Stale) {
        match (&self.known, &change) {
            (_, Stale::Nothing) => {}
            (Known::Tree(_), Stale::Rows(_)) => self.stale.add(change),
            _ => *self = Self::default(),
        }
    }

    /// The tiles that must be hashed.
    fn part<'a>(&self, tensor: &'a Tensor) -> Part<'a> {
        let whole = Part::whole(tensor);
        let tiles = match &self.known {
            Known::Nothing => return whole,
            Known::Root(_) => 0..0,
            Known::Tree(_) => self.stale.tiles(tensor.ty()),
        };
        Part { tiles, ..whole }
    }

    /// How many words may have changed.
    fn stale_words(&self, tensor: &Tensor) -> usize {
        match &self.known {
            Known::Nothing => tensor.words().len(),
            Known::Root(_) => 0,
            Known::Tree(_) => self.stale.words(tensor.ty()).len(),
        }
    }

    /// The nodes whose tree has the slot's root: the leaves of [`Self::part`], or what is known of it. The tree of a slot that
    /// changes by rows is kept and mended.
    fn nodes(&mut self, change: Change, tiles: Range<u64>, leaves: Vec<Hash>) -> Vec<Hash> {
        match (&mut self.known, change) {
            (Known::Root(root), _) => vec![*root],
            (Known::Nothing, Change::Rows(_)) => {
                let tree = Tree::new::<Sha3>(leaves);
                let root = tree.root();
                self.known = Known::Tree(tree);
                vec![root]
            }
            (Known::Nothing, _) => leaves,
            (Known::Tree(tree), _) => {
                self.stale = Stale::Nothing;
                for (tile, leaf) in tiles.zip(leaves) {
                    tree.update::<Sha3>(tile, leaf)
                        .expect("the tree has the tensor's tiles; qed");
                }
                vec![tree.root()]
            }
        }
    }

    /// Keeps the root, unless the whole tree is kept.
    fn keep(&mut self, root: Hash) {
        if matches!(self.known, Known::Nothing) {
            self.known = Known::Root(root);
        }
    }
}

/// Whether there is so much of a state to be hashed that it is worth another thread: waking one for less takes longer.
pub(crate) fn is_worth_sharing(state: &State) -> bool {
    let known = state.roots.slots();
    let slots = known.iter().zip(&state.slots);
    let words: usize = slots.map(|(slot, tensor)| slot.stale_words(tensor)).sum();
    words > BYTES_WORTH_SHARING / 4
}

/// The root of a whole state, on the running thread pool. All slots' tiles are hashed together, and so are their trees.
pub(crate) fn root(hasher: Hasher, state: &State, changes: &[Change]) -> StateRoot {
    let mut known = state.roots.slots();
    let slots = known.iter().zip(&state.slots);
    let parts: Vec<Part<'_>> = slots.map(|(slot, tensor)| slot.part(tensor)).collect();
    let leaves = hasher.leaves_of(&parts);
    let slots = known.iter_mut().zip(changes).zip(parts).zip(leaves);
    let nodes = slots
        .map(|(((slot, change), part), leaves)| slot.nodes(*change, part.tiles, leaves))
        .collect();
    let roots = hasher.roots(nodes);
    let slots = known.iter_mut().zip(&state.slots).zip(roots);
    let roots: Vec<Hash> = slots
        .map(|((slot, tensor), root)| {
            slot.keep(root);
            tensor_root::<Sha3>(tensor.ty(), root).0
        })
        .collect();
    state_root_from_tree::<Sha3>(roots.len() as u64, hasher.root(&roots))
}
