//! Trees as both sides walk them: by node, not only by leaf.

use crate::ProverError;
use assay_commitment::{node_hash, tree_height, Hash, Sha3};
use assay_engine::Hasher;
use assay_game::{Cursor, Leaf, Path, Revealed};

/// A complete binary tree over hashes, as `assay_commitment` defines it.
pub trait HashTree: Send + Sync {
    /// Number of leaves.
    fn count(&self) -> u64;

    /// Node number `index` among those of its height above the leaves; padding where there are no leaves under it.
    fn node(&self, height: u32, index: u64) -> Hash;

    /// The root; 32 zero bytes if there are no leaves.
    fn root(&self) -> Hash {
        self.node(tree_height(self.count()), 0)
    }

    /// The siblings of a leaf upwards.
    ///
    /// # Errors
    /// [`ProverError::NoSuchLeaf`].
    fn path(&self, index: u64) -> Result<Path, ProverError> {
        let count = self.count();
        if index >= count {
            return Err(ProverError::NoSuchLeaf { index, count });
        }
        let sibling = |height| self.node(height, (index >> height) ^ 1);
        let siblings: Vec<Hash> = (0..tree_height(count)).map(sibling).collect();
        Path::try_from(siblings).map_err(|_| ProverError::TooLarge)
    }

    /// A leaf with its path.
    ///
    /// # Errors
    /// [`ProverError::NoSuchLeaf`].
    fn leaf(&self, index: u64) -> Result<Leaf, ProverError> {
        let path = self.path(index)?;
        let hash = self.node(0, index);
        Ok(Leaf { hash, path })
    }

    /// The siblings of the last leaf upwards.
    ///
    /// # Errors
    /// [`ProverError::NoSuchLeaf`] if there are no leaves.
    fn last_path(&self) -> Result<Path, ProverError> {
        self.path(self.count().saturating_sub(1))
    }

    /// What a reveal under `cursor` shows.
    ///
    /// # Errors
    /// [`ProverError::TooLarge`] for a cursor that no game has.
    fn under(&self, cursor: &Cursor) -> Result<Revealed, ProverError> {
        let height = cursor.revealed_height();
        let first = cursor.revealed_first();
        let nodes: Vec<Hash> = (0..u64::from(cursor.revealed_count()))
            .map(|at| self.node(height, first.saturating_add(at)))
            .collect();
        Revealed::try_from(nodes).map_err(|_| ProverError::TooLarge)
    }

    /// What an opening shows: the top of the tree.
    ///
    /// # Errors
    /// [`ProverError::TooLarge`] for a tree that no game has.
    fn top(&self) -> Result<Revealed, ProverError> {
        self.under(&Cursor::at_root(self.count(), self.root()))
    }
}

/// A tree with all nodes in memory, 64 bytes a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    /// The nodes of each height that have a leaf under them; the last is the root alone.
    levels: Vec<Vec<Hash>>,
    /// The padding of each height.
    padding: Vec<Hash>,
}

impl Levels {
    /// Hashes the tree over `leaves`.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let height = tree_height(leaves.len() as u64);
        let above = |below: &Hash| Some(node_hash::<Sha3>(below, below));
        let padding = std::iter::successors(Some(Hash::default()), above);
        Self {
            levels: Hasher::default().levels(leaves),
            padding: padding.take(height as usize + 1).collect(),
        }
    }

    /// The leaves in order.
    pub fn leaves(&self) -> &[Hash] {
        self.levels.first().map(Vec::as_slice).unwrap_or_default()
    }
}

impl HashTree for Levels {
    fn count(&self) -> u64 {
        self.leaves().len() as u64
    }

    fn node(&self, height: u32, index: u64) -> Hash {
        let height = height as usize;
        let padding = || self.padding.get(height).copied().unwrap_or_default();
        let level = self
            .levels
            .get(height)
            .map(Vec::as_slice)
            .unwrap_or_default();
        usize::try_from(index)
            .ok()
            .and_then(|index| level.get(index))
            .copied()
            .unwrap_or_else(padding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_commitment::{fold_path, tree_root, Tree};

    fn leaves(count: u64) -> Vec<Hash> {
        (1..=count)
            .map(|leaf| node_hash::<Sha3>(&[leaf as u8; 32], &[7; 32]))
            .collect()
    }

    #[test]
    fn roots_and_paths_are_those_of_commitments() {
        for count in 0..140 {
            let (levels, tree) = (Levels::new(leaves(count)), Tree::new::<Sha3>(leaves(count)));
            assert_eq!(levels.root(), tree_root::<Sha3>(&leaves(count)));
            for index in 0..count {
                let leaf = levels.leaf(index).unwrap();
                assert_eq!(leaf.path.to_vec(), tree.path(index).unwrap());
                assert_eq!(
                    fold_path::<Sha3>(leaf.hash, index, count, &leaf.path),
                    Ok(levels.root())
                );
            }
            assert_eq!(
                levels.path(count),
                Err(ProverError::NoSuchLeaf {
                    index: count,
                    count
                })
            );
        }
    }

    #[test]
    fn reveals_are_what_a_game_expects() {
        for count in [1, 2, 63, 64, 65, 129, 4095, 4097] {
            let levels = Levels::new(leaves(count));
            let mut cursor = Cursor::open::<Sha3>(count, &levels.top().unwrap()).unwrap();
            assert_eq!(cursor, Cursor::at_root(count, levels.root()));
            while !cursor.is_leaf() {
                let shown = levels.under(&cursor).unwrap();
                cursor.check::<Sha3>(&shown).unwrap();
                cursor = cursor.descend(&shown, shown.len() as u8 - 1).unwrap();
            }
            assert_eq!(
                (cursor.index, cursor.hash),
                (count - 1, levels.node(0, count - 1))
            );
        }
    }
}
