//! A game on the table: its state, both sides' time, and how it goes on.

use super::{
    hash, player,
    run::{Fault, Run},
};
use assay_commitment::Sha3;
use assay_game::{
    Budget, Claim, Defence, Entry, Game, GameId, Move, MoveError, Outcome, Party, Phase, Reason,
    Revealed, Transcript, Verdict, Walk,
};
use assay_protocol::{BlockNumber, IntervalIndex};

/// Blocks that a move may take in these games.
pub const ALLOWANCE: BlockNumber = 100;
/// Blocks beyond the allowances, for either side.
pub const BUDGET: BlockNumber = 1_000;

/// A game with all that it needs.
#[derive(Clone, Debug)]
pub struct Table {
    pub claim: Claim,
    pub defence: Defence,
    pub game: Game,
    pub moves: Vec<Move>,
}

impl Table {
    /// A game that begins in block 0.
    pub fn new(claim: Claim, entry: Entry) -> Self {
        let mut defence = Defence::new(BUDGET);
        let transcript = Transcript::start(GameId(hash(9)));
        let budget = Budget {
            allowance: ALLOWANCE,
            challenger: BUDGET,
        };
        let game = Game::begin(&claim, entry, transcript, budget, &mut defence, 0)
            .expect("the only game of its segment");
        Self {
            claim,
            defence,
            game,
            moves: Vec::new(),
        }
    }

    /// Takes a move in block `now`; the verdict if it ends the game. A move that is refused changes nothing.
    pub fn take(&mut self, mv: &Move, now: BlockNumber) -> Result<Option<Verdict>, MoveError> {
        let before = self.defence.clone();
        let next = self
            .game
            .clone()
            .next::<Sha3>(&self.claim, &mut self.defence, mv, now);
        if next.is_err() {
            assert_eq!(self.defence, before, "a refused move costs no time");
        }
        self.moves.push(mv.clone());
        Ok(match next? {
            Outcome::Verdict(verdict) => Some(verdict),
            Outcome::Game(game) => {
                assert_eq!(game.round, self.game.round + 1);
                assert_ne!(game.transcript, self.game.transcript);
                self.game = *game;
                None
            }
        })
    }

    /// What the game comes to if nobody moves any more.
    pub fn wait(&mut self) -> Verdict {
        let now = self.game.deadline(&self.defence) + 1;
        let verdict = self.game.time_out(&mut self.defence, now);
        verdict.expect("the time has run out")
    }

    /// Plays on while `defend` and `name` move; a side whose move is refused does not move again.
    pub fn play(
        &mut self,
        defend: impl Fn(&Claim, &Phase) -> Move,
        name: impl FnMut(&Walk, &Revealed) -> u8,
    ) -> Verdict {
        match self.play_until(defend, name, |_| false) {
            Ending::Verdict(verdict) => verdict,
            Ending::Stopped => panic!("nothing stops the game"),
        }
    }

    /// Plays on to the first phase that `stop` names.
    pub fn play_until(
        &mut self,
        defend: impl Fn(&Claim, &Phase) -> Move,
        mut name: impl FnMut(&Walk, &Revealed) -> u8,
        stop: impl Fn(&Phase) -> bool,
    ) -> Ending {
        loop {
            if stop(&self.game.phase) {
                return Ending::Stopped;
            }
            let mv = match &self.game.phase {
                Phase::Name(walk, shown) => Move::Name(name(walk, shown)),
                phase => defend(&self.claim, phase),
            };
            match self.take(&mv, 0) {
                Ok(None) => {}
                Ok(Some(verdict)) => return Ending::Verdict(verdict),
                Err(_) => return Ending::Verdict(self.wait()),
            }
        }
    }
}

/// Why [`Table::play_until`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Stopped,
    Verdict(Verdict),
}

/// The defender has `theirs`, the challenger has `right` and names the first difference.
pub fn dispute(theirs: &Run, right: &Run, entry: Entry) -> (Verdict, Table) {
    let mut table = Table::new(claim(theirs, right), entry);
    let verdict = table.play(
        |claim, phase| player::defend(theirs, claim, phase),
        |walk, shown| player::name(right, walk, shown).expect("a difference"),
    );
    (verdict, table)
}

/// What `theirs` was committed for.
fn claim(theirs: &Run, right: &Run) -> Claim {
    Claim {
        trace: theirs.trace(),
        ..right.claim()
    }
}

/// The first interval at whose end the two differ.
pub fn first_difference(theirs: &Run, right: &Run) -> Entry {
    let (theirs, right) = (theirs.interval_leaves(), right.interval_leaves());
    let at = theirs
        .iter()
        .zip(&right)
        .position(|(theirs, right)| theirs != right);
    Entry::Interval(IntervalIndex(at.expect("the two differ") as u32))
}

/// The game at the first phase that `stop` names, both sides having moved by `theirs` and `right`.
pub fn table_at(theirs: &Run, right: &Run, stop: impl Fn(&Phase) -> bool) -> Table {
    let mut table = Table::new(claim(theirs, right), Entry::Segment);
    let ending = table.play_until(
        |claim, phase| player::defend(theirs, claim, phase),
        |walk, shown| player::name(right, walk, shown).expect("a difference"),
        stop,
    );
    assert_eq!(ending, Ending::Stopped, "the game has such a phase");
    table
}

/// The verdict that convicts this fault, in the place where it is.
pub fn assert_convicts(verdict: &Verdict, fault: Fault, run: &Run) {
    assert_eq!(verdict.winner, Party::Challenger, "{fault:?}");
    let Reason::Proof {
        interval,
        step,
        node,
        tile,
        block,
        claimed,
        computed,
    } = verdict.reason
    else {
        panic!("{fault:?} ended in {:?}", verdict.reason);
    };
    let found = (run.step_of(interval, step), node, tile, block);
    assert_eq!(found, (fault.step, fault.node, fault.tile, fault.block));
    assert_ne!(claimed, computed);
}
