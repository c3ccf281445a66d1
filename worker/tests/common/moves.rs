//! A game's moves as the blocks have them.

use assay_client::{At, ChainClient};
use assay_game::{GameId, Party, Standing};

/// A move that was made, or that ended the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its number.
    pub round: u32,
    /// Whose it was.
    pub by: Party,
    /// The first block in which the game waited for it.
    pub due: u32,
    /// The block that has it.
    pub at: u32,
}

/// The moves of a game in the blocks from `first` on, up to the block of its end.
pub async fn moves(chain: &ChainClient, game: GameId, first: u32) -> Vec<Made> {
    let (mut moves, mut waits) = (Vec::new(), None);
    let last = chain.head(At::Best).await.unwrap().number;
    for at in first..=last {
        let hash = chain.block_hash(at).await.unwrap().unwrap();
        let view = chain.dispute(game, At::Block(hash)).await.unwrap();
        let now = view.and_then(|view| match view.standing {
            Standing::Running { mover, round, .. } => Some((round, mover)),
            _ => None,
        });
        if let Some(((round, by), due)) = waits.filter(|(before, _)| Some(*before) != now) {
            moves.push(Made { round, by, due, at });
        }
        if now != waits.map(|(before, _)| before) {
            waits = now.map(|now| (now, at));
        }
    }
    moves
}
