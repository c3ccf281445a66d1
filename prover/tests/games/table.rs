//! Games played to the end.

use crate::{
    players::{Offer, Player},
    rng::Rng,
};
use assay_commitment::Sha3;
use assay_game::{
    limits, Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Party, Transcript, Verdict,
};
use codec::Encode;

/// Reveals of a game, at most.
pub const MAX_REVEALS: u32 = 16;
/// Moves of a game, at most: each reveal and its answer, the interval's ends and the proof.
pub const MAX_MOVES: u32 = 2 * MAX_REVEALS + 2;

/// How a game went.
#[derive(Debug)]
pub struct Played {
    pub verdict: Verdict,
    pub moves: Vec<Move>,
}

/// Plays a game in blocks of random distance.
pub fn play(
    claim: &Claim,
    entry: Entry,
    defender: &mut dyn Player,
    challenger: &mut dyn Player,
    rng: &mut Rng,
) -> Played {
    let budget = Budget {
        allowance: 10,
        challenger: 20,
    };
    let mut defence = Defence::new(30);
    let transcript = Transcript::start(GameId(rng.hash()));
    let mut now = 100;
    let mut game = Game::begin(claim, entry, transcript, budget, &mut defence, now).unwrap();
    let mut moves: Vec<Move> = Vec::new();
    let verdict = loop {
        let player: &mut dyn Player = match game.mover() {
            Party::Defender => defender,
            Party::Challenger => challenger,
        };
        now += rng.below(11) as u32;
        let offered = player.moves(claim, &game, &moves);
        let accepted = offered.into_iter().find_map(|offer| {
            let (Offer::Move(mv) | Offer::Damaged(mv)) = &offer;
            let next = game.clone().next::<Sha3>(claim, &mut defence, mv, now);
            match offer {
                Offer::Damaged(mv) => assert!(next.is_err(), "accepted: {mv:?}"),
                Offer::Move(mv) => {
                    assert!(next.is_ok() || !player.honest(), "{next:?} for {mv:?}");
                    return next.ok().map(|next| (mv, next));
                }
            }
            None
        });
        let Some((mv, next)) = accepted else {
            now = game.deadline(&defence) + 1;
            break game.time_out(&mut defence, now).unwrap();
        };
        assert!(mv.encoded_size() <= limits::MOVE_BYTES as usize);
        moves.push(mv);
        match next {
            Outcome::Game(next) => game = *next,
            Outcome::Verdict(verdict) => break verdict,
        }
    };
    let played = Played { verdict, moves };
    assert!(played.reveals() <= MAX_REVEALS, "{played:?}");
    assert!(played.moves.len() as u32 <= MAX_MOVES, "{played:?}");
    played
}

impl Played {
    /// How often the defender showed nodes of a tree.
    pub fn reveals(&self) -> u32 {
        let shows = |mv: &&Move| {
            !matches!(
                mv,
                Move::Enter(_) | Move::Name(_) | Move::Prove(_) | Move::ShowSlot(_)
            )
        };
        self.moves.iter().filter(shows).count() as u32
    }
}
