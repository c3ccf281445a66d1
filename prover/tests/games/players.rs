//! Whoever sits at the table.

use crate::{
    job::Job,
    rng::Rng,
    story::{Story, Telling},
};
use assay_commitment::StateRoot;
use assay_game::{Claim, Game, Move, Party, Phase};
use assay_protocol::IntervalIndex;
use assay_prover::{Challenger, Defender, Execution, ProverError, Replay};
use std::sync::Arc;

/// A move that a side tries.
#[derive(Clone, Debug)]
pub enum Offer {
    /// One that may be accepted.
    Move(Move),
    /// One that must be refused.
    Damaged(Move),
}

/// A side's moves.
pub trait Player {
    /// The moves to try, the first that is accepted counts. None: the side lets its time run out.
    fn moves(&mut self, claim: &Claim, game: &Game, before: &[Move]) -> Vec<Offer>;

    /// Whether every move of this side must be accepted.
    fn honest(&self) -> bool;
}

/// Who knows how to execute an interval.
pub trait Source {
    type Execution: Execution;
    fn roots(&self) -> Vec<StateRoot>;
    fn job(&self) -> &Arc<Job>;
    fn interval(&self, interval: IntervalIndex) -> Self::Execution;
}

impl Source for Arc<Job> {
    type Execution = Replay;

    fn roots(&self) -> Vec<StateRoot> {
        self.interval_roots(&self.roots)
    }

    fn job(&self) -> &Arc<Job> {
        self
    }

    fn interval(&self, interval: IntervalIndex) -> Replay {
        self.replay(interval)
    }
}

impl Source for Arc<Story> {
    type Execution = Telling;

    fn roots(&self) -> Vec<StateRoot> {
        self.job.interval_roots(&self.roots)
    }

    fn job(&self) -> &Arc<Job> {
        &self.job
    }

    fn interval(&self, interval: IntervalIndex) -> Telling {
        Story::interval(self, interval)
    }
}

/// Plays by what it believes; forgets everything now and then, as after a crash.
pub struct Believer<S: Source> {
    source: S,
    defender: Defender<S::Execution>,
    challenger: Challenger<S::Execution>,
    forgets: Rng,
    honest: bool,
}

impl<S: Source> Believer<S> {
    pub fn new(source: S, honest: bool, rng: &mut Rng) -> Self {
        Self {
            defender: defender(&source),
            challenger: Challenger::new(&source.roots()),
            source,
            forgets: Rng::new(rng.next()),
            honest,
        }
    }

    pub fn answer(&mut self, claim: &Claim, game: &Game) -> Result<Move, ProverError> {
        if self.forgets.one_in(12) {
            self.defender = defender(&self.source);
            self.challenger = Challenger::new(&self.source.roots());
        }
        match game.mover() {
            Party::Defender => {
                if let Some(interval) = self.defender.missing(game) {
                    self.defender
                        .execute(interval, self.source.interval(interval));
                }
                self.defender.answer(claim, game)
            }
            Party::Challenger => {
                if let Some(interval) = self.challenger.missing(game) {
                    self.challenger
                        .execute(interval, self.source.interval(interval));
                }
                self.challenger.answer(game)
            }
        }
    }
}

fn defender<S: Source>(source: &S) -> Defender<S::Execution> {
    Defender::new(source.job().work.clone(), &source.roots())
}

impl<S: Source> Player for Believer<S> {
    fn moves(&mut self, claim: &Claim, game: &Game, _: &[Move]) -> Vec<Offer> {
        match self.answer(claim, game) {
            Ok(mv) => vec![Offer::Move(mv)],
            Err(error) if self.honest => panic!("an honest side cannot answer: {error}"),
            Err(_) => Vec::new(),
        }
    }

    fn honest(&self) -> bool {
        self.honest
    }
}

/// Plays by another player's answers and sends other things before them, or instead.
pub struct Rogue<P> {
    pub inner: P,
    pub rng: Rng,
    /// Names nodes at random.
    pub random: bool,
    /// Falls silent once in so many turns.
    pub silent: u64,
}

impl<P: Player> Player for Rogue<P> {
    fn moves(&mut self, claim: &Claim, game: &Game, before: &[Move]) -> Vec<Offer> {
        if self.rng.one_in(self.silent) {
            return Vec::new();
        }
        let named = match &game.phase {
            Phase::Name(_, shown) => Some(Offer::Move(Move::Name(
                self.rng.below(shown.len() as u64) as u8,
            ))),
            _ => None,
        };
        let answers = match (self.random, &named) {
            (true, Some(named)) => vec![named.clone()],
            _ => self.inner.moves(claim, game, before),
        };
        let mut moves = self.noise(before);
        for answer in &answers {
            if let Offer::Move(mv) = answer {
                moves.push(Offer::Damaged(damaged(mv, &mut self.rng)));
            }
        }
        moves.extend(answers);
        // Whoever finds nothing to name may still name something.
        moves.extend(named.filter(|_| self.rng.one_in(2)));
        moves
    }

    fn honest(&self) -> bool {
        false
    }
}

impl<P> Rogue<P> {
    /// Moves that were made before, and one that is out of range.
    fn noise(&mut self, before: &[Move]) -> Vec<Offer> {
        let mut noise: Vec<Offer> = match self.rng.one_in(3) {
            true => before
                .iter()
                .rev()
                .take(3)
                .cloned()
                .map(Offer::Move)
                .collect(),
            false => Vec::new(),
        };
        if self.rng.one_in(3) {
            let at = 64 + self.rng.below(192) as u8;
            noise.push(Offer::Damaged(Move::Name(at)));
        }
        noise
    }
}

/// A move with one thing wrong that the chain must see. A name is damaged into one that was not shown.
fn damaged(mv: &Move, rng: &mut Rng) -> Move {
    use assay_game::Register;
    let mut mv = mv.clone();
    let cut = rng.one_in(2);
    macro_rules! hurt {
        ($hashes:expr) => {
            if cut || $hashes.is_empty() {
                if $hashes.pop().is_none() {
                    let _ = $hashes.try_push([1; 32]);
                }
            } else {
                let at = rng.below($hashes.len() as u64) as usize;
                $hashes[at][0] ^= 1;
            }
        };
    }
    match &mut mv {
        Move::OpenIntervals(mv) => hurt!(mv.top),
        Move::Enter(mv) => match &mut mv.before {
            Some(before) if rng.one_in(2) => before.hash[0] ^= 1,
            _ => mv.end.hash[0] ^= 1,
        },
        Move::OpenSteps(mv) => match rng.one_in(2) {
            true => hurt!(mv.top),
            false => hurt!(mv.last),
        },
        Move::OpenOperators(mv) => match &mut mv.before {
            Some(before) if rng.one_in(2) => hurt!(before.path),
            _ => hurt!(mv.top),
        },
        Move::OpenTiles(mv) => match rng.below(3) {
            0 => hurt!(mv.top),
            1 => hurt!(mv.node_path),
            _ => mv.node[0] ^= 1,
        },
        Move::OpenFold(mv) => hurt!(mv.top),
        Move::OpenSlots(mv) => hurt!(mv.top),
        Move::Reveal(shown) => hurt!(shown),
        Move::Name(at) => *at |= 64,
        Move::Prove(proof) => {
            let registers = proof.registers.iter_mut();
            let words = registers.filter_map(|register| match register {
                Register::Words(words) => Some(words),
                Register::Untouched(_) => None,
            });
            let tiles = proof.sources.iter_mut().chain(&mut proof.index);
            let words: Vec<_> = words.chain(tiles.map(|tile| &mut tile.words)).collect();
            let count = words.len() as u64;
            match words.into_iter().nth(rng.below(count.max(1)) as usize) {
                Some(words) => words[0] ^= 1,
                None => hurt!(proof.before),
            }
        }
        Move::ShowSlot(mv) => hurt!(mv.node.path),
    }
    mv
}
