//! What a side believes of an interval.

use crate::{HashTree, ProverError};
use assay_game::{Stage, TileFrame};
use assay_numerics::{Accumulator, Tile};
use assay_program::Source;
use std::sync::Arc;

/// A tile of a node's output in a step of the interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TileName {
    /// Step of the interval, from 0.
    pub step: u32,
    /// Node of the program.
    pub node: u32,
    /// Tile of its output.
    pub tile: u64,
}

impl TileName {
    /// The tile that a game is about.
    pub const fn of(frame: &TileFrame) -> Self {
        Self {
            step: frame.node.step.step,
            node: frame.node.node,
            tile: frame.tile,
        }
    }
}

/// One of the trees that refine an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TreeName {
    /// State root after each step of the interval.
    Steps,
    /// Output root of each node in a step, and then the state root after it.
    Operators {
        /// Step of the interval, from 0.
        step: u32,
    },
    /// Tensor roots of the state before a step; one past the last step, of the interval's end.
    Slots {
        /// Step of the interval, from 0.
        step: u32,
    },
    /// Tile hashes of a tensor as it stands in a step.
    Tiles {
        /// Step of the interval, from 0.
        step: u32,
        /// The tensor; slots are those before the step.
        source: Source,
    },
    /// Accumulators of a tile after each block, the output tile last.
    Fold(TileName),
}

impl TreeName {
    /// The tree that a game is in; `None` for the tree over intervals, which no execution of one interval has.
    pub const fn of(stage: &Stage) -> Option<Self> {
        Some(match stage {
            Stage::Intervals => return None,
            Stage::Steps(_) => Self::Steps,
            Stage::Operators(frame) => Self::Operators { step: frame.step },
            Stage::Tiles { node, .. } => Self::Tiles {
                step: node.step.step,
                source: Source::Node(node.node),
            },
            Stage::Fold(frame) => Self::Fold(TileName::of(frame)),
            Stage::Slots(node) => Self::Slots {
                step: node.step.step.saturating_add(1),
            },
        })
    }
}

/// One execution of an interval, as far as anybody asks. [`Replay`](crate::Replay) is the honest one.
pub trait Execution {
    /// A tree.
    ///
    /// # Errors
    /// [`ProverError`] says what is not there or cannot be computed.
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError>;

    /// A tile of a tensor as it stands in a step.
    ///
    /// # Errors
    /// [`ProverError`] says what is not there or cannot be computed.
    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError>;

    /// The accumulator of a tile before a block of its fold.
    ///
    /// # Errors
    /// [`ProverError`] says what is not there or cannot be computed.
    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError>;

    /// Says that the next questions are about this node of this step and what it reads.
    ///
    /// # Errors
    /// [`ProverError`] says what is not there or cannot be computed.
    fn prepare(&mut self, _step: u32, _node: u32) -> Result<(), ProverError> {
        Ok(())
    }
}

impl<E: Execution + ?Sized> Execution for Box<E> {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        (**self).tree(name)
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        (**self).tile(step, source, tile)
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        (**self).accumulator(tile, block)
    }

    fn prepare(&mut self, step: u32, node: u32) -> Result<(), ProverError> {
        (**self).prepare(step, node)
    }
}
