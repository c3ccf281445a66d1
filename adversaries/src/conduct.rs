//! How a cheat behaves in its games.

use std::{sync::Arc, time::Duration};

use assay_numerics::{Accumulator, Tile};
use assay_program::Source;
use assay_prover::{Execution, HashTree, ProverError, TileName, TreeName};
use clap::ValueEnum;

/// How a cheat behaves in its games.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conduct {
    /// From where on it says nothing more.
    pub silent: Option<Level>,
    /// How long it takes before it answers the first question about an interval's steps.
    pub delay: Duration,
}

/// A level of the argument. What lies above the steps needs no execution, so that nobody need fall silent there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// The steps of an interval.
    Steps,
    /// The operators of a step.
    Operators,
    /// The tiles of an operator's output.
    Tiles,
    /// The blocks of a tile's fold.
    Fold,
    /// The proof of a block.
    Proof,
}

impl Level {
    /// The level of a tree; none of one that is looked at on every level.
    const fn of(tree: TreeName) -> Option<Self> {
        Some(match tree {
            TreeName::Steps => Self::Steps,
            TreeName::Operators { .. } => Self::Operators,
            TreeName::Tiles { .. } => Self::Tiles,
            TreeName::Fold(_) => Self::Fold,
            TreeName::Slots { .. } => return None,
        })
    }
}

/// An execution about which nothing is said from a level on.
pub struct Muted<E> {
    inner: E,
    from: Level,
}

impl<E> Muted<E> {
    /// Says nothing on that level.
    pub const fn new(inner: E, from: Level) -> Self {
        Self { inner, from }
    }

    /// Any error serves: whoever has no answer lets its time run out.
    fn check(&self, level: Option<Level>) -> Result<(), ProverError> {
        match level == Some(self.from) {
            true => Err(ProverError::TooLarge),
            false => Ok(()),
        }
    }
}

impl<E: Execution> Execution for Muted<E> {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        self.check(Level::of(name))?;
        self.inner.tree(name)
    }

    /// Only a proof shows tiles.
    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        self.check(Some(Level::Proof))?;
        self.inner.tile(step, source, tile)
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        self.inner.accumulator(tile, block)
    }

    fn prepare(&mut self, step: u32, node: u32) -> Result<(), ProverError> {
        self.inner.prepare(step, node)
    }
}
