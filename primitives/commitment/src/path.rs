//! Proofs that a leaf lies under a root.

use crate::{
    tree::{node_hash, tree_height, PaddingSteps},
    Hash, Keccak,
};

/// Why a path is refused before its result is even compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The tree has no leaf of that number; padding cannot be named.
    #[error("the tree has {count} leaves and no leaf {index}")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: u64,
        /// Number of leaves.
        count: u64,
    },
    /// A path has exactly as many siblings as the tree is high.
    #[error("the path has {found} siblings where the tree is {expected} high")]
    WrongHeight {
        /// Height of the tree.
        expected: u32,
        /// Siblings given.
        found: u64,
    },
    /// A sibling stands where there are no leaves and is not the padding of its height.
    #[error(
        "the sibling at height {height} covers no leaves and is not the padding of that height"
    )]
    BadPadding {
        /// Height of the sibling, 0 for a leaf.
        height: u32,
    },
}

/// The root that `path` leads to from `leaf`, number `index` of `count` leaves.
///
/// Siblings come from the bottom up, [`tree_height`] of them; those that cover no leaf must be the padding of their height. The
/// caller compares the result with the root that it trusts.
pub fn fold_path<K: Keccak>(
    leaf: Hash,
    index: u64,
    count: u64,
    path: &[Hash],
) -> Result<Hash, PathError> {
    if index >= count {
        return Err(PathError::NoSuchLeaf { index, count });
    }
    let expected = tree_height(count);
    if path.len() as u64 != u64::from(expected) {
        return Err(PathError::WrongHeight {
            expected,
            found: path.len() as u64,
        });
    }
    let mut steps = PaddingSteps::default();
    let mut node = leaf;
    for (height, sibling) in (0..expected).zip(path) {
        let at = index >> height;
        // The last leaf's ancestor is the last node of its height that has leaves.
        let last = count.saturating_sub(1) >> height;
        if at ^ 1 > last && *sibling != steps.at::<K>(height) {
            return Err(PathError::BadPadding { height });
        }
        node = match at & 1 {
            0 => node_hash::<K>(&node, sibling),
            _ => node_hash::<K>(sibling, &node),
        };
    }
    Ok(node)
}
