//! Merkle commitments over tiles, tensors, states, programs and traces.
//!
//! Tiles of 32 x 32 elements make a tensor, tensors make a state, states make a trace. Every root is a Keccak-256 hash
//! whose first byte names what is hashed, and each binds the type, the shape and the number of what lies under it, so
//! that the same bytes never stand for two things. `docs/protocol/commitments.md` gives every byte.
//!
//! - **Leaf**: a 32-byte hash at the bottom of a tree.
//! - **Tree**: complete binary, of height `ceil(log2 n)` for `n` leaves; places without a leaf hold [`padding`].
//! - **Path**: the siblings from a leaf up to the root, exactly as many as the tree is high.
//!
//! All functions are generic over [`Keccak`]: a chain passes its host function, everybody else [`Sha3`]. Each
//! implementation computes the same function, so a value never depends on which one was used.
//!
//! ```
//! use assay_commitment::{fold_path, tensor_root, tensor_root_of, Sha3, TensorHasher, Tree};
//! use assay_numerics::{Dims, Tensor, TensorType};
//!
//! let ty = TensorType::u32(Dims::matrix(40, 70).unwrap());
//! let tensor = Tensor::new(ty, (0..2800).collect()).unwrap();
//! let root = tensor_root_of::<Sha3>(&tensor);
//!
//! // The same from a stream of bytes.
//! let mut hasher = TensorHasher::<Sha3>::new(ty);
//! for word in tensor.words() {
//!     hasher.update(&word.to_le_bytes()).unwrap();
//! }
//! assert_eq!(hasher.finish().unwrap(), root);
//!
//! // A path from one tile to the root.
//! let tree = Tree::new::<Sha3>(assay_commitment::tile_hashes::<Sha3>(&tensor));
//! let (leaf, path) = (tree.leaves()[4], tree.path(4).unwrap());
//! let folded = fold_path::<Sha3>(leaf, 4, 6, &path).unwrap();
//! assert_eq!(tensor_root::<Sha3>(ty, folded), root);
//! ```
//!
//! **Invariant:** commitment knows nothing of programs beyond bytes, of chains or of files, and no input makes it panic.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

mod hash;
mod path;
mod records;
mod roots;
mod stream;
mod tile;
mod tree;

pub use hash::{Hash, Keccak, Sha3};
pub use path::{fold_path, PathError};
pub use records::{
    constants_root, fold_leaf, node_leaf, program_root, state_root, state_root_from_tree,
    tensor_root, tensor_root_of, trace_root, trace_root_from_tree, Level,
};
pub use roots::{ParseRootError, ProgramRoot, StateRoot, TensorRoot, TraceRoot};
pub use stream::{StateHasher, StreamError, TensorHasher};
pub use tile::{canonical_word, tile_hash, tile_hash_at, tile_hashes, TilePreimage};
pub use tree::{
    node_hash, padding, tree_height, tree_root, NoSuchLeaf, NodePreimage, Tree, TreeBuilder,
};
