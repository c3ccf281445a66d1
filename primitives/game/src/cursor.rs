//! The way down one tree.

use crate::{limits, moves::Revealed, MoveError};
use alloc::vec::Vec;
use assay_commitment::{fold_path, node_hash, padding, tree_height, Hash, Keccak};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A node in dispute, in a tree whose root and number of leaves are agreed.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub struct Cursor {
    /// Leaves of the tree.
    pub count: u64,
    /// Root of the tree.
    pub root: Hash,
    /// Height of the node above the leaves.
    pub height: u32,
    /// Number of the node among those of its height.
    pub index: u64,
    /// The node.
    pub hash: Hash,
}

impl Cursor {
    /// At the root of a tree over `count` leaves.
    pub const fn at_root(count: u64, root: Hash) -> Self {
        Self {
            count,
            root,
            height: tree_height(count),
            index: 0,
            hash: root,
        }
    }

    /// Whether the node is a leaf.
    pub const fn is_leaf(&self) -> bool {
        self.height == 0
    }

    /// Height of the nodes that the next reveal shows.
    pub const fn revealed_height(&self) -> u32 {
        self.height.saturating_sub(limits::REVEAL_LEVELS)
    }

    /// Number, among those of its height, of the first node that the next reveal shows.
    pub fn revealed_first(&self) -> u64 {
        self.index << self.levels()
    }

    /// How many nodes the next reveal shows: those with leaves under them, 1 to 64.
    pub fn revealed_count(&self) -> u32 {
        let last = self.count.saturating_sub(1) >> self.revealed_height();
        let end = self.revealed_first().saturating_add(1 << self.levels());
        let shown = end
            .min(last.saturating_add(1))
            .saturating_sub(self.revealed_first());
        u32::try_from(shown).unwrap_or(limits::REVEAL_NODES)
    }

    /// Levels that the next reveal goes down.
    const fn levels(&self) -> u32 {
        self.height.saturating_sub(self.revealed_height())
    }

    /// Checks that `shown` are the nodes that lie under this one.
    pub fn check<K: Keccak>(&self, shown: &Revealed) -> Result<(), MoveError> {
        match self.fold::<K>(shown)? == self.hash {
            true => Ok(()),
            false => Err(MoveError::RevealMismatch),
        }
    }

    /// The cursor at the root of a tree over `count` leaves whose top is `shown`.
    pub fn open<K: Keccak>(count: u64, shown: &Revealed) -> Result<Self, MoveError> {
        let unknown = Self::at_root(count, [0; 32]);
        Ok(Self::at_root(count, unknown.fold::<K>(shown)?))
    }

    /// The cursor at node number `at` of those shown.
    pub fn descend(&self, shown: &Revealed, at: u8) -> Result<Self, MoveError> {
        let hash = *shown.get(usize::from(at)).ok_or(MoveError::NoSuchNode {
            shown: shown.len() as u32,
        })?;
        Ok(Self {
            height: self.revealed_height(),
            index: self.revealed_first().saturating_add(u64::from(at)),
            hash,
            ..*self
        })
    }

    /// Checks that `leaf` is leaf number `index` of the tree.
    pub fn check_leaf<K: Keccak>(
        &self,
        index: u64,
        leaf: Hash,
        path: &[Hash],
    ) -> Result<(), MoveError> {
        match fold_path::<K>(leaf, index, self.count, path)? == self.root {
            true => Ok(()),
            false => Err(MoveError::WrongRoot),
        }
    }

    /// The node that the nodes shown hash to.
    fn fold<K: Keccak>(&self, shown: &Revealed) -> Result<Hash, MoveError> {
        let (expected, found) = (self.revealed_count(), shown.len() as u32);
        if expected != found {
            return Err(MoveError::RevealCount { expected, found });
        }
        let mut pad = padding::<K>(self.revealed_height());
        let mut level: Vec<Hash> = shown.to_vec();
        for _ in 0..self.levels() {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node_hash::<K>(left, right),
                    [left, ..] => node_hash::<K>(left, &pad),
                    [] => pad,
                })
                .collect();
            pad = node_hash::<K>(&pad, &pad);
        }
        level.first().copied().ok_or(MoveError::RevealMismatch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_commitment::{tree_root, Sha3};
    use proptest::prelude::*;

    fn leaves(count: u64) -> Vec<Hash> {
        let leaf = |i: u64| Sha3::hash(&[&i.to_le_bytes()]);
        (0..count).map(leaf).collect()
    }

    /// The nodes of a height that have leaves under them.
    fn level(leaves: &[Hash], height: u32) -> Vec<Hash> {
        let mut level = leaves.to_vec();
        for h in 0..height {
            level.resize(level.len().next_multiple_of(2), padding::<Sha3>(h));
            let pairs = level.chunks(2);
            level = pairs
                .map(|pair| node_hash::<Sha3>(&pair[0], &pair[1]))
                .collect();
        }
        level
    }

    fn shown(leaves: &[Hash], cursor: &Cursor) -> Revealed {
        let first = cursor.revealed_first() as usize;
        let level = level(leaves, cursor.revealed_height());
        let nodes = level[first..][..cursor.revealed_count() as usize].to_vec();
        Revealed::try_from(nodes).unwrap()
    }

    /// Walks from the root to a leaf; the number of reveals.
    fn walk(leaves: &[Hash], target: u64) -> u32 {
        let count = leaves.len() as u64;
        let top = shown(leaves, &Cursor::at_root(count, [0; 32]));
        let mut cursor = Cursor::open::<Sha3>(count, &top).unwrap();
        assert_eq!(cursor.root, tree_root::<Sha3>(leaves));
        let mut reveals = 0;
        loop {
            let nodes = shown(leaves, &cursor);
            assert_eq!(cursor.check::<Sha3>(&nodes), Ok(()));
            let at = (target >> cursor.revealed_height()) - cursor.revealed_first();
            cursor = cursor.descend(&nodes, at as u8).unwrap();
            reveals += 1;
            if cursor.is_leaf() {
                assert_eq!(
                    (cursor.index, cursor.hash),
                    (target, leaves[target as usize])
                );
                return reveals;
            }
        }
    }

    #[test]
    fn a_tree_of_one_leaf_is_that_leaf() {
        assert_eq!(walk(&leaves(1), 0), 1);
        let cursor = Cursor::at_root(1, [7; 32]);
        assert_eq!((cursor.height, cursor.revealed_count()), (0, 1));
    }

    #[test]
    fn the_largest_tree_takes_four_reveals() {
        let mut cursor = Cursor::at_root(1 << 24, [0; 32]);
        for height in [18, 12, 6, 0] {
            assert_eq!(
                (cursor.revealed_height(), cursor.revealed_count()),
                (height, 64)
            );
            cursor.height = height;
            cursor.index = (1 << (24 - height)) - 1;
        }
        assert!(cursor.is_leaf());
    }

    #[test]
    fn counts_of_any_size_are_total() {
        for count in [0, 1, u64::MAX - 1, u64::MAX] {
            let cursor = Cursor::at_root(count, [0; 32]);
            assert!((1..=64).contains(&cursor.revealed_count()));
            let last = Cursor {
                index: u64::MAX >> 6,
                height: 6,
                ..cursor
            };
            assert!(last.revealed_count() <= 64);
        }
    }

    #[test]
    fn only_nodes_with_leaves_are_shown() {
        // 65 leaves: height 7, so a reveal shows pairs; the second half has one leaf.
        let root = Cursor::at_root(65, [0; 32]);
        assert_eq!(
            (root.height, root.revealed_height(), root.revealed_count()),
            (7, 1, 33)
        );
        let last = Cursor {
            height: 1,
            index: 32,
            ..root
        };
        assert_eq!((last.revealed_first(), last.revealed_count()), (64, 1));
    }

    proptest! {
        #[test]
        fn every_leaf_is_reached(count in 1u64..700, target: u64) {
            let reveals = walk(&leaves(count), target % count);
            prop_assert_eq!(reveals, tree_height(count).div_ceil(6).max(1));
        }

        #[test]
        fn another_node_is_refused(count in 2u64..200, which: usize, byte in 0usize..32) {
            let leaves = leaves(count);
            let cursor = Cursor::at_root(count, tree_root::<Sha3>(&leaves));
            let mut nodes = shown(&leaves, &cursor);
            let at = which % nodes.len();
            nodes[at][byte] ^= 1;
            prop_assert_eq!(cursor.check::<Sha3>(&nodes), Err(MoveError::RevealMismatch));
        }

        #[test]
        fn another_number_of_nodes_is_refused(count in 1u64..200, found in 0u32..=64) {
            let expected = Cursor::at_root(count, [0; 32]).revealed_count();
            prop_assume!(found != expected);
            let nodes = Revealed::try_from(alloc::vec![[0; 32]; found as usize]).unwrap();
            let opened = Cursor::open::<Sha3>(count, &nodes);
            prop_assert_eq!(opened, Err(MoveError::RevealCount { expected, found }));
        }
    }
}
