//! Why a move is refused.

use assay_commitment::PathError;

/// Why a move changes nothing. None of these costs more than the move's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// The mover's time has run out.
    #[error("the mover's time has run out")]
    Late,
    /// The mover's time has not run out, so nobody can claim that it has.
    #[error("the mover still has time")]
    NotLate,
    /// The challenged interval is none of the segment's.
    #[error("the segment has {intervals} intervals")]
    NoSuchInterval {
        /// Intervals of the segment.
        intervals: u32,
    },
    /// As many games wait for the defender as its clock can count.
    #[error("too many games wait for the defender")]
    TooManyGames,
    /// The game does not wait for this kind of move.
    #[error("the game waits for another kind of move")]
    NotThisMove,
    /// A path does not fit its tree.
    #[error("{0}")]
    Path(#[from] PathError),
    /// Leaf and path do not lead to the root that is agreed.
    #[error("a leaf and its path do not lead to the agreed root")]
    WrongRoot,
    /// A reveal has another number of nodes than lie under the node in dispute.
    #[error("{found} nodes shown, {expected} lie there")]
    RevealCount {
        /// Nodes with leaves at that height.
        expected: u32,
        /// Nodes shown.
        found: u32,
    },
    /// The revealed nodes are not those under the node in dispute.
    #[error("the nodes shown do not hash to the node in dispute")]
    RevealMismatch,
    /// The tree opened does not end in, or make up, the leaf in dispute.
    #[error("the tree opened does not give the leaf in dispute")]
    LeafMismatch,
    /// A leaf before was given where there is none, or is missing where there is one.
    #[error("the leaf before is missing, or given where there is none")]
    Before,
    /// The node named is not among those shown.
    #[error("only {shown} nodes were shown")]
    NoSuchNode {
        /// How many were shown.
        shown: u32,
    },
    /// The node's encoding is not one, or the node breaks a rule of programs.
    #[error("the node shown is ill-formed")]
    IllFormedNode,
    /// A proof has another number of registers, or shows one that it must only hash or the other way round.
    #[error("the accumulator shown has not the registers of this fold")]
    Registers,
    /// A proof has another number of sources than the block reads, or an index where there is none.
    #[error("the proof does not show exactly what the block reads")]
    Sources,
    /// A tile has another number of words than its place, or a NaN that is not 7fc00000.
    #[error("a tile shown has the wrong extents or a NaN that is not canonical")]
    Tile,
}
