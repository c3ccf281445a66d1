//! Moves: hashes, tiles, paths and one encoded node, nothing else.

use crate::limits;
use alloc::boxed::Box;
use assay_commitment::Hash;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Siblings from a leaf upwards, exactly as many as the tree is high.
pub type Path = BoundedVec<Hash, ConstU32<{ limits::TALLEST }>>;
/// Consecutive nodes of one height, left to right.
pub type Revealed = BoundedVec<Hash, ConstU32<{ limits::REVEAL_NODES }>>;
/// A tile's words, row-major; a float NaN is 7fc00000.
pub type TileWords = BoundedVec<u32, ConstU32<{ limits::TILE_WORDS }>>;
/// An encoded program node.
pub type ShownNode = BoundedVec<u8, ConstU32<{ limits::NODE_BYTES }>>;

macro_rules! part {
    ($item:item) => {
        #[derive(
            Clone,
            Debug,
            PartialEq,
            Eq,
            Encode,
            Decode,
            DecodeWithMemTracking,
            MaxEncodedLen,
            TypeInfo,
        )]
        $item
    };
}

part! {
    /// One side's turn.
    pub enum Move {
        /// Defender, first if the segment is challenged: the top of the tree over its intervals.
        OpenIntervals(OpenIntervals),
        /// Defender: the interval's start and end.
        Enter(Enter),
        /// Defender: the top of the tree over the interval's steps.
        OpenSteps(OpenSteps),
        /// Defender: the top of the tree over the step's operators.
        OpenOperators(OpenOperators),
        /// Defender: the node, and the top of the tree over its output's tiles.
        OpenTiles(OpenTiles),
        /// Defender: the top of the tree over the tile's blocks.
        OpenFold(OpenFold),
        /// Defender: the top of the tree over the next state's slots.
        OpenSlots(OpenSlots),
        /// Defender: descendants of the node that was named.
        Reveal(Revealed),
        /// Challenger: which of the nodes just shown is the first that differs from its own.
        Name(u8),
        /// Defender, last: everything that the fold step in dispute reads.
        Prove(Box<Proof>),
        /// Defender, last: the operator leaf of the node that gives the slot in dispute.
        ShowSlot(ShowSlot),
    }
}
part! {
    /// A leaf with its path.
    pub struct Leaf {
        /// The leaf.
        pub hash: Hash,
        /// Its siblings upwards.
        pub path: Path,
    }
}
part! {
    /// Opens the interval level, whose tree must give the commitment.
    pub struct OpenIntervals {
        /// The top of the tree.
        pub top: Revealed,
    }
}
part! {
    /// The ends of the challenged interval.
    pub struct Enter {
        /// The leaf before it; absent for the first interval, which starts where the segment does.
        pub before: Option<Leaf>,
        /// The interval's own leaf.
        pub end: Leaf,
    }
}
part! {
    /// Opens the step level, whose last leaf must be the interval's end.
    pub struct OpenSteps {
        /// The top of the tree.
        pub top: Revealed,
        /// Siblings of the last leaf.
        pub last: Path,
    }
}
part! {
    /// Opens the operator level, whose last leaf, `Commit`'s, must be the state root after the step.
    pub struct OpenOperators {
        /// State root after the step before; absent for the first step of the interval.
        pub before: Option<Leaf>,
        /// The top of the tree.
        pub top: Revealed,
        /// Siblings of the last leaf.
        pub last: Path,
    }
}
part! {
    /// Opens the tile level, whose tree must give the node's output root.
    pub struct OpenTiles {
        /// The node's encoding.
        pub node: ShownNode,
        /// Its siblings in the program's node tree.
        pub node_path: Path,
        /// The top of the tree.
        pub top: Revealed,
    }
}
part! {
    /// Opens the fold level, whose last leaf must be the output tile.
    pub struct OpenFold {
        /// The top of the tree.
        pub top: Revealed,
        /// Siblings of the last leaf.
        pub last: Path,
    }
}
part! {
    /// Opens the slot level, whose tree must give the state root after the step.
    pub struct OpenSlots {
        /// The top of the tree.
        pub top: Revealed,
    }
}
part! {
    /// The siblings of the operator leaf of the node that gives the slot in dispute.
    pub struct ShowSlot {
        /// The node's output root with its path among the step's operators.
        pub node: Leaf,
    }
}
part! {
    /// What one fold step reads.
    pub struct Proof {
        /// The accumulator before the block; none for block 0, whose accumulator the chain makes itself.
        pub registers: BoundedVec<Register, ConstU32<{ limits::REGISTERS }>>,
        /// Siblings of the fold leaf before the block; none for block 0.
        pub before: Path,
        /// The tile that says what the block reads, for operators driven by an index.
        pub index: Option<SourceProof>,
        /// The tiles that the block reads.
        pub sources: BoundedVec<SourceProof, ConstU32<{ limits::SOURCES }>>,
    }
}
part! {
    /// A register before the step.
    pub enum Register {
        /// One that the step, or finishing the tile, touches.
        Words(TileWords),
        /// The tile hash of one that it does not.
        Untouched(Hash),
    }
}
part! {
    /// A source tile with its way up to an agreed root.
    pub struct SourceProof {
        /// The tile's words.
        pub words: TileWords,
        /// Its siblings in its tensor.
        pub tile_path: Path,
        /// Its tensor's siblings: among the step's operators, the start state's slots or the program's constants; none
        /// for a dataset, which the job's record names.
        pub tensor_path: Path,
    }
}
