//! The dispute game as a pure state machine, and the referee that ends it.
//!
//! A provider (the **defender**) has committed the states at the ends of a segment's intervals. A **challenger** names an
//! interval and says that executing it from its start does not give its end; if it does not know the states under the
//! commitment, it challenges the segment, and the argument narrows to the interval first. The two then narrow their argument down a
//! chain of trees, each of which refines one leaf of the tree above it:
//!
//! | level | leaves |
//! |---|---|
//! | interval | state root at each interval's end (the commitment) |
//! | step | state root after each step of the interval |
//! | operator | root of each node's output; the last, `Commit`'s, is the state root after the step |
//! | tile | tiles of the node's output |
//! | fold | accumulator after each block of the tile, the output tile last |
//! | slot | tensor roots of the next state's slots, if `Commit` itself is disputed |
//!
//! The defender reveals up to 64 descendants of a node, the challenger names the first that differs from its own, and so
//! on to a leaf. At the bottom the defender shows what one fold step reads; the chain runs that step and compares.
//!
//! - [`Claim`] is what both sides and the chain agree on: all of it comes from the job's record and the commitment.
//! - [`Game`] is a game's state; [`Game::next`] takes a [`Move`] to the next state or to a [`Verdict`].
//! - [`Defence`] is the defender's time on one segment, shared by all games on it.
//!
//! ```
//! use assay_game::{Budget, Claim, Defence, Entry, Game, GameId, Party, Reason, Transcript};
//! use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};
//!
//! # let header = assay_program::Header {
//! #     version: 1, flags: 0, seed: [0; 32], nodes: 2, slots: 1, inputs: 0, constants: 0, constants_root: [0; 32],
//! # };
//! let schedule = Schedule { total_steps: StepCount(8), steps_per_segment: 8, steps_per_interval: 2 };
//! let (start, trace, segment) = ([1; 32], [2; 32], SegmentIndex(0));
//! let claim = Claim { header, node_tree_root: [0; 32], datasets: vec![], start, trace, schedule, segment };
//!
//! // A challenger says that the third interval does not end as was committed.
//! let (entry, budget) = (Entry::Interval(IntervalIndex(2)), Budget { allowance: 100, challenger: 500 });
//! let mut defence = Defence::new(2_000);
//! let transcript = Transcript::start(GameId([3; 32]));
//! let game = Game::begin(&claim, entry, transcript, budget, &mut defence, 10)?;
//! assert_eq!((game.mover(), game.deadline(&defence)), (Party::Defender, 2_110));
//!
//! // The defender does not answer.
//! let verdict = game.time_out(&mut defence, 2_111)?;
//! assert_eq!((verdict.winner, verdict.reason), (Party::Challenger, Reason::TimeOut));
//! # Ok::<(), assay_game::MoveError>(())
//! ```
//!
//! **Opening rule:** the chain never takes a number from a move that it can compute. A move has only hashes, tiles,
//! paths and one encoded node; every count, shape, index and step number follows from the claim and the game's state.
//!
//! **Invariant:** `game` knows nothing of FRAME, accounts, signatures or storage, has no clock of its own, and no move
//! makes it panic.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

extern crate alloc;

mod claim;
mod clock;
mod cursor;
mod error;
mod frames;
mod game;
mod identity;
mod moves;
mod open;
mod referee;
mod verdict;
mod view;

pub use claim::Claim;
pub use clock::{Budget, Clocks, Defence, Turn};
pub use cursor::Cursor;
pub use error::MoveError;
pub use frames::{
    BlockFrame, Entry, IntervalFrame, IntervalPick, NodeFrame, Phase, SlotFrame, Stage, StepFrame,
    StepPick, TileFrame, Walk,
};
pub use game::{Game, Outcome};
pub use identity::{game_id, signing_hash, GameId, Transcript};
pub use moves::{
    Enter, Leaf, Move, OpenFold, OpenIntervals, OpenOperators, OpenSlots, OpenSteps, OpenTiles,
    Path, Proof, Register, Revealed, ShowSlot, ShownNode, SourceProof, TileWords,
};
pub use referee::{sources_of, SourcePlace};
pub use verdict::{Party, Reason, Verdict};
pub use view::{DisputeView, PhaseName, Share, Standing};

/// Bounds of the game's trees and moves.
pub mod limits {
    /// Levels of a tree that one reveal goes down.
    pub const REVEAL_LEVELS: u32 = 6;
    /// Nodes of a reveal.
    pub const REVEAL_NODES: u32 = 1 << REVEAL_LEVELS;
    /// Height of the tallest tree, the one over a tensor's 2^24 tiles.
    pub const TALLEST: u32 = 24;
    /// Words of a tile.
    pub const TILE_WORDS: u32 = 1024;
    /// Registers of an accumulator.
    pub const REGISTERS: u32 = 4;
    /// Tiles that one fold step reads, the index tile apart.
    pub const SOURCES: u32 = 8;
    /// Bytes of an encoded node.
    pub const NODE_BYTES: u32 = assay_program::Node::MAX_BYTES as u32;
    /// Bytes of an encoded move.
    pub const MOVE_BYTES: u32 = 32 * 1024;
}
