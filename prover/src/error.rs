//! Why a side cannot answer.

use assay_commitment::Level;
use assay_engine::EngineError;
use assay_game::{MoveError, Party};
use assay_numerics::FoldError;
use assay_program::Source;
use assay_protocol::IntervalIndex;

/// Why a side has no move to make.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProverError {
    /// The engine refuses the program, the state or the data, or lacks memory.
    #[error("{0}")]
    Engine(#[from] EngineError),
    /// The definition refuses a fold step; the job's tensors are not of the program's types.
    #[error("{0}")]
    Fold(#[from] FoldError),
    /// The game's state contradicts the program.
    #[error("the game's state does not fit the program: {0}")]
    Game(#[from] MoveError),
    /// The other side is to move.
    #[error("it is the turn of the {0:?}")]
    NotOurTurn(Party),
    /// The interval roots are not those that were committed.
    #[error("the {found} interval roots given are not the {expected} committed ones")]
    NotCommitted {
        /// Intervals of the segment.
        expected: u64,
        /// Roots given.
        found: u64,
    },
    /// More steps than an interval may have.
    #[error("an interval of {0} steps is too long")]
    TooManySteps(u64),
    /// The argument has come to an interval whose execution was not given.
    #[error("interval {0} has not been executed; its execution is needed now")]
    NotExecuted(IntervalIndex),
    /// The interval starts from another state than ours, so nothing can be said about it: an earlier interval is wrong.
    #[error("the interval starts from another state than ours; an earlier interval is wrong")]
    OtherStart,
    /// None of the nodes shown differs from ours.
    #[error("none of the nodes shown differs from ours")]
    NothingDiffers,
    /// A tree of another size than the game's.
    #[error("the game's tree at level {level:?} has {expected} leaves, ours {found}")]
    TreeSize {
        /// Which tree.
        level: Level,
        /// Leaves of the game's tree.
        expected: u64,
        /// Leaves of ours.
        found: u64,
    },
    /// There is no such leaf.
    #[error("a tree of {count} leaves has no leaf {index}")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: u64,
        /// Leaves of the tree.
        count: u64,
    },
    /// There is no such step.
    #[error("the interval has no step {0}")]
    NoSuchStep(u32),
    /// There is no such tensor, or it is not at hand.
    #[error("there is no tensor at {0}")]
    NoSuchSource(Source),
    /// A tensor has no such tile.
    #[error("the tensor at {from} has no tile {tile}")]
    NoSuchTile {
        /// The tensor.
        from: Source,
        /// The tile.
        tile: u64,
    },
    /// A part of a move is larger than any valid game makes it.
    #[error("a part of the move is larger than a move may have")]
    TooLarge,
    /// The engine's tile is not the definition's. Whoever committed to it is wrong through a fault of the engine.
    #[error("step {step}, node {node}, tile {tile}: the engine's result is not the definition's; report this")]
    EngineFault {
        /// Step of the interval.
        step: u32,
        /// Node of the program.
        node: u32,
        /// Tile of its output.
        tile: u64,
    },
}
