//! Games for figures: the largest that there can be, without the tensors, as jobs in which every value is +0; and for every
//! operator the last move that costs the chain most.
//!
//! A tree of equal leaves has at most two different nodes of each height, so that the tree over a tensor of any size costs
//! nothing. Every move of such a game is one that the chain accepts, and has the size that it has in any game on
//! tensors of those shapes.

mod figures;
mod heaviest;
mod long_interval;
mod play;
mod programs;
mod script;
mod zeros;

pub use figures::{largest_games, proofs_by_size, GameFigures};
pub use heaviest::heaviest_proofs;
pub use long_interval::LongInterval;
pub use play::Position;
pub use script::Script;
pub use zeros::Zeros;

use crate::HashTree;
use assay_commitment::{node_hash, tree_height, Hash, Sha3};

/// A tree whose leaves are all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntheticTree {
    count: u64,
    heights: Vec<Height>,
}

/// The nodes of one height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Height {
    /// Those with leaves in every place.
    full: Hash,
    /// The last that has a leaf.
    last: Hash,
    padding: Hash,
}

impl SyntheticTree {
    /// The tree over `count` times `leaf`.
    pub fn uniform(count: u64, leaf: Hash) -> Self {
        let bottom = Height {
            full: leaf,
            last: leaf,
            padding: Hash::default(),
        };
        let mut heights = vec![bottom];
        let mut below = bottom;
        for height in 0..tree_height(count) {
            below = below.above(count.saturating_sub(1) >> height);
            heights.push(below);
        }
        Self { count, heights }
    }
}

impl Height {
    /// The nodes above these, the last of which is number `last`.
    fn above(&self, last: u64) -> Self {
        let right = last & 1 == 1;
        Self {
            full: node_hash::<Sha3>(&self.full, &self.full),
            last: match right {
                true => node_hash::<Sha3>(&self.full, &self.last),
                false => node_hash::<Sha3>(&self.last, &self.padding),
            },
            padding: node_hash::<Sha3>(&self.padding, &self.padding),
        }
    }
}

impl HashTree for SyntheticTree {
    fn count(&self) -> u64 {
        self.count
    }

    fn node(&self, height: u32, index: u64) -> Hash {
        let Some(nodes) = self.heights.get(height as usize) else {
            return Hash::default();
        };
        let last = self.count.checked_sub(1).map(|last| last >> height);
        match last.map(|last| index.cmp(&last)) {
            Some(std::cmp::Ordering::Less) => nodes.full,
            Some(std::cmp::Ordering::Equal) => nodes.last,
            Some(std::cmp::Ordering::Greater) | None => nodes.padding,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Levels;

    #[test]
    fn every_node_is_that_of_the_real_tree() {
        for count in (0..80).chain([511, 512, 513]) {
            let synthetic = SyntheticTree::uniform(count, [5; 32]);
            let real = Levels::new(vec![[5; 32]; count as usize]);
            assert_eq!(synthetic.root(), real.root());
            for height in 0..=tree_height(count) {
                for index in 0..(count >> height) + 2 {
                    assert_eq!(
                        synthetic.node(height, index),
                        real.node(height, index),
                        "{count} leaves, height {height}, node {index}"
                    );
                }
            }
        }
    }
}
