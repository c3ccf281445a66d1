//! Complete binary trees over hashes.

use crate::{hash::domain, Hash, Keccak};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// The bytes that are hashed for a node of a tree: `0x01 | left | right`.
pub struct NodePreimage;

impl NodePreimage {
    /// Their number.
    pub const BYTES: usize = 65;

    /// Those of the parent of two nodes.
    pub fn of(left: &Hash, right: &Hash) -> [u8; Self::BYTES] {
        let mut bytes = [domain::NODE; Self::BYTES];
        let halves = left.iter().chain(right);
        for (byte, value) in bytes.iter_mut().skip(1).zip(halves) {
            *byte = *value;
        }
        bytes
    }
}

/// The parent of two nodes, `H(0x01 | left | right)`.
pub fn node_hash<K: Keccak>(left: &Hash, right: &Hash) -> Hash {
    K::hash(&[&NodePreimage::of(left, right)])
}

/// `Z_height`, the root of a subtree without leaves: `Z_0` is 32 zero bytes, `Z_{h+1} = H(0x01 | Z_h | Z_h)`.
pub fn padding<K: Keccak>(height: u32) -> Hash {
    (0..height).fold([0; 32], |z, _| node_hash::<K>(&z, &z))
}

/// Height of the tree over `count` leaves, `ceil(log2 count)`; 0 for no leaf and for one.
pub const fn tree_height(count: u64) -> u32 {
    match count {
        0 | 1 => 0,
        _ => u64::BITS.saturating_sub(count.saturating_sub(1).leading_zeros()),
    }
}

/// The root over `leaves`. One leaf is its own root; the root over none is `Z_0`, 32 zero bytes.
pub fn tree_root<K: Keccak>(leaves: &[Hash]) -> Hash {
    let mut builder = TreeBuilder::<K>::new();
    leaves.iter().for_each(|leaf| builder.push(*leaf));
    builder.root()
}

/// `Z_h` for growing `h`, each hashed once and only when asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct PaddingSteps {
    height: u32,
    hash: Hash,
}

impl PaddingSteps {
    /// `Z_height`; heights must not fall from call to call.
    pub(crate) fn at<K: Keccak>(&mut self, height: u32) -> Hash {
        while self.height < height {
            self.hash = node_hash::<K>(&self.hash, &self.hash);
            self.height = self.height.saturating_add(1);
        }
        self.hash
    }
}

/// Computes a root from leaves that come one by one, holding one hash for each level of the tree.
#[derive(Clone, Debug)]
pub struct TreeBuilder<K> {
    /// `pending[h]` is the root of a full subtree of height `h` that still lacks its right sibling.
    pending: Vec<Option<Hash>>,
    count: u64,
    keccak: PhantomData<K>,
}

impl<K> Default for TreeBuilder<K> {
    fn default() -> Self {
        Self {
            pending: Vec::new(),
            count: 0,
            keccak: PhantomData,
        }
    }
}

impl<K: Keccak> TreeBuilder<K> {
    /// A tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves so far.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut carry = leaf;
        self.count = self.count.saturating_add(1);
        for slot in &mut self.pending {
            match slot.take() {
                Some(left) => carry = node_hash::<K>(&left, &carry),
                None => {
                    *slot = Some(carry);
                    return;
                }
            }
        }
        self.pending.push(Some(carry));
    }

    /// The root over the leaves so far.
    pub fn root(&self) -> Hash {
        let mut steps = PaddingSteps::default();
        let mut carry: Option<Hash> = None;
        for (height, pending) in (0..tree_height(self.count)).zip(&self.pending) {
            carry = match (*pending, carry) {
                (Some(left), Some(right)) => Some(node_hash::<K>(&left, &right)),
                (Some(only), None) | (None, Some(only)) => {
                    Some(node_hash::<K>(&only, &steps.at::<K>(height)))
                }
                (None, None) => None,
            };
        }
        carry
            .or(self.pending.last().copied().flatten())
            .unwrap_or_default()
    }
}

/// Every level of a tree, for paths and for changes of single leaves. Takes 64 bytes a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// `levels[h]` holds the nodes of height `h` that have a leaf under them; the last level is the root alone.
    levels: Vec<Vec<Hash>>,
    /// `zeros[h]` is `Z_h`, for every level below the root.
    zeros: Vec<Hash>,
}

/// A leaf that the tree does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree has {count} leaves and no leaf {index}")]
pub struct NoSuchLeaf {
    /// The leaf asked for.
    pub index: u64,
    /// Number of leaves.
    pub count: u64,
}

impl Tree {
    /// Hashes a tree over `leaves`.
    pub fn new<K: Keccak>(leaves: Vec<Hash>) -> Self {
        let height = tree_height(leaves.len() as u64);
        let (mut levels, mut zeros, mut zero) = (Vec::new(), Vec::new(), Hash::default());
        let mut level = leaves;
        for _ in 0..height {
            let parents = level
                .chunks(2)
                .map(|pair| parent::<K>(pair, &zero))
                .collect();
            levels.push(core::mem::replace(&mut level, parents));
            zeros.push(zero);
            zero = node_hash::<K>(&zero, &zero);
        }
        levels.push(level);
        Self { levels, zeros }
    }

    /// The root; `Z_0` if there are no leaves.
    pub fn root(&self) -> Hash {
        self.levels
            .last()
            .and_then(|level| level.first())
            .copied()
            .unwrap_or_default()
    }

    /// The leaves in order.
    pub fn leaves(&self) -> &[Hash] {
        self.levels.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// All nodes that have a leaf under them, by height: the leaves first, the root alone in the last.
    pub fn levels(&self) -> &[Vec<Hash>] {
        &self.levels
    }

    /// Number of leaves.
    pub fn count(&self) -> u64 {
        self.leaves().len() as u64
    }

    /// The siblings of leaf `index` from the bottom up, [`tree_height`] of them.
    pub fn path(&self, index: u64) -> Result<Vec<Hash>, NoSuchLeaf> {
        let mut at = self.position(index)?;
        let mut path = Vec::with_capacity(self.zeros.len());
        for (level, zero) in self.levels.iter().zip(&self.zeros) {
            path.push(level.get(at ^ 1).copied().unwrap_or(*zero));
            at >>= 1;
        }
        Ok(path)
    }

    /// Replaces leaf `index` and hashes again what lies above it.
    pub fn update<K: Keccak>(&mut self, index: u64, leaf: Hash) -> Result<(), NoSuchLeaf> {
        let mut at = self.position(index)?;
        let mut node = leaf;
        let mut zeros = self.zeros.iter();
        for level in &mut self.levels {
            if let Some(slot) = level.get_mut(at) {
                *slot = node;
            }
            if let (Some(pair), Some(zero)) = (level.get(at & !1..), zeros.next()) {
                node = parent::<K>(pair, zero);
            }
            at >>= 1;
        }
        Ok(())
    }

    fn position(&self, index: u64) -> Result<usize, NoSuchLeaf> {
        let count = self.count();
        usize::try_from(index)
            .ok()
            .filter(|_| index < count)
            .ok_or(NoSuchLeaf { index, count })
    }
}

/// The parent of the first two of `nodes`, or of one and `zero`.
fn parent<K: Keccak>(nodes: &[Hash], zero: &Hash) -> Hash {
    let left = nodes.first().unwrap_or(zero);
    let right = nodes.get(1).unwrap_or(zero);
    node_hash::<K>(left, right)
}
