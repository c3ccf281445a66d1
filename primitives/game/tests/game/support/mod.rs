//! A whole job in memory, its right execution and wrong ones, and both sides of a game, all written as plainly as
//! possible: whole tensors, whole trees, the reference for every value.

pub mod moves;
pub mod operators;
pub mod player;
pub mod programs;
pub mod run;
pub mod synthetic;
pub mod table;

use assay_commitment::{node_hash, padding, Hash, Sha3};
use assay_game::{Cursor, Path, Revealed};

/// The hash that stands for number `i` where only being different matters.
pub fn hash(i: u64) -> Hash {
    <Sha3 as assay_commitment::Keccak>::hash(&[&i.to_le_bytes()])
}

/// A path of these siblings.
pub fn path(siblings: Vec<Hash>) -> Path {
    Path::try_from(siblings).expect("at most 24 siblings")
}

/// These nodes as a reveal.
pub fn revealed(nodes: Vec<Hash>) -> Revealed {
    Revealed::try_from(nodes).expect("at most 64 nodes")
}

/// Node number `index` of height `height` in the tree over `leaves`.
pub fn node_at(leaves: &[Hash], height: u32, index: u64) -> Hash {
    let first = (index as usize) << height;
    let end = (first + (1 << height)).min(leaves.len());
    let mut level = leaves.get(first..end).unwrap_or_default().to_vec();
    for h in 0..height {
        let pad = padding::<Sha3>(h);
        level = level
            .chunks(2)
            .map(|pair| node_hash::<Sha3>(&pair[0], pair.get(1).unwrap_or(&pad)))
            .collect();
    }
    level
        .first()
        .copied()
        .unwrap_or_else(|| padding::<Sha3>(height))
}

/// The nodes that a reveal under `cursor` shows if the tree has these leaves.
pub fn under(leaves: &[Hash], cursor: &Cursor) -> Vec<Hash> {
    let (height, first) = (cursor.revealed_height(), cursor.revealed_first());
    (first..)
        .take(cursor.revealed_count() as usize)
        .map(|index| node_at(leaves, height, index))
        .collect()
}

/// The nodes that an opening of the tree over these leaves shows.
pub fn top(leaves: &[Hash]) -> Revealed {
    let root = node_at(
        leaves,
        assay_commitment::tree_height(leaves.len() as u64),
        0,
    );
    revealed(under(leaves, &Cursor::at_root(leaves.len() as u64, root)))
}

/// Numbers from a seed, the same on every machine (splitmix64).
#[derive(Clone, Debug)]
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// Less than `end`, which is not 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A hash.
    pub fn hash(&mut self) -> Hash {
        hash(self.next())
    }
}
