//! The game's refusals as the pallet's own, which wallets can show.

use assay_game::MoveError;

use crate::{Config, Error};

impl<T: Config> From<MoveError> for Error<T> {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Late => Self::Late,
            MoveError::NotLate => Self::NotLate,
            MoveError::NoSuchInterval { .. } => Self::NoSuchInterval,
            MoveError::TooManyGames => Self::TooManyGames,
            MoveError::NotThisMove => Self::NotThisMove,
            MoveError::Path(_) => Self::BadPath,
            MoveError::WrongRoot => Self::WrongRoot,
            MoveError::RevealCount { .. } => Self::RevealCount,
            MoveError::RevealMismatch => Self::RevealMismatch,
            MoveError::LeafMismatch => Self::LeafMismatch,
            MoveError::Before => Self::LeafBefore,
            MoveError::NoSuchNode { .. } => Self::NoSuchNode,
            MoveError::IllFormedNode => Self::IllFormedNode,
            MoveError::Registers => Self::Registers,
            MoveError::Sources => Self::Sources,
            MoveError::Tile => Self::Tile,
        }
    }
}
