//! A game led to a place by a challenger that says what is right is wrong.

use crate::{Defender, Execution, ProverError};
use assay_commitment::Sha3;
use assay_game::{
    Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Phase, Stage, Transcript, Verdict,
    Walk,
};

/// Where a challenger leads a game.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    pub(super) node: u32,
    pub(super) tile: u64,
    pub(super) block: u64,
    pub(super) slot: u64,
}

/// A game before its last move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which game.
    pub name: String,
    /// What it is about.
    pub claim: Claim,
    /// The defender's time.
    pub defence: Defence,
    /// The game.
    pub game: Game,
    /// The move that ends it.
    pub last: Move,
}

impl Position {
    /// Makes the last move.
    ///
    /// # Errors
    /// [`ProverError::Game`], which there is none in a sound build.
    pub fn verdict(&self) -> Result<Verdict, ProverError> {
        let (game, mut defence) = (self.game.clone(), self.defence.clone());
        match game.next::<Sha3>(&self.claim, &mut defence, &self.last, 0)? {
            Outcome::Verdict(verdict) => Ok(verdict),
            Outcome::Game(_) => Err(ProverError::TooLarge),
        }
    }
}

/// Plays to the last move; `seen` sees each move before it, and whether it shows a part of a tree.
pub(super) fn play<E: Execution>(
    name: &str,
    claim: Claim,
    entry: Entry,
    defender: &mut Defender<E>,
    target: Target,
    mut seen: impl FnMut(&Move, bool),
) -> Result<Position, ProverError> {
    let budget = Budget {
        allowance: 1,
        challenger: 1,
    };
    let mut defence = Defence::new(1);
    let transcript = Transcript::start(GameId([0; 32]));
    let mut game = Game::begin(&claim, entry, transcript, budget, &mut defence, 0)?;
    loop {
        let mv = match &game.phase {
            Phase::Name(walk, _) => Move::Name(towards(walk, target)),
            _ => defender.answer(&claim, &game)?,
        };
        if matches!(mv, Move::Prove(_) | Move::ShowSlot(_)) {
            return Ok(Position {
                name: name.to_owned(),
                claim,
                defence,
                game,
                last: mv,
            });
        }
        seen(&mv, !matches!(mv, Move::Name(_) | Move::Enter(_)));
        match game.next::<Sha3>(&claim, &mut defence, &mv, 0)? {
            Outcome::Game(next) => game = *next,
            Outcome::Verdict(_) => return Err(ProverError::TooLarge),
        }
    }
}

/// Which of the nodes shown leads to the target.
fn towards(walk: &Walk, target: Target) -> u8 {
    let last = walk.cursor.count.saturating_sub(1);
    let leaf = match &walk.stage {
        Stage::Intervals => 0,
        Stage::Steps(_) => last,
        Stage::Operators(_) => last.min(target.node.into()),
        Stage::Tiles { .. } => target.tile,
        Stage::Fold(_) => target.block,
        Stage::Slots(_) => target.slot,
    };
    let node = leaf.min(last) >> walk.cursor.revealed_height();
    u8::try_from(node.saturating_sub(walk.cursor.revealed_first())).unwrap_or_default()
}
