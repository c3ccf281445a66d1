//! A game's state and its transitions.

use crate::{
    clock::{Budget, Clocks, Defence, Turn},
    open, referee, Claim, Entry, Move, MoveError, Party, Phase, Reason, Transcript, Verdict,
};
use alloc::boxed::Box;
use assay_commitment::Keccak;
use assay_protocol::{BlockNumber, IntervalIndex};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// A game that has begun and has no verdict yet.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Game {
    /// Moves so far.
    pub round: u32,
    /// Hash over them.
    pub transcript: Transcript,
    /// What the game waits for.
    pub phase: Phase,
    /// Both sides' time.
    pub clocks: Clocks,
}

/// What a move leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The game goes on.
    Game(Box<Game>),
    /// It is over.
    Verdict(Verdict),
}

impl Game {
    /// A game that begins in block `now`: the defender is to move.
    ///
    /// Of one segment at most 16 games may be played at once, those that wait for their challengers included; with more,
    /// time of some would not be charged.
    ///
    /// # Errors
    /// [`MoveError::NoSuchInterval`] if the segment has no such interval, which no defender could enter;
    /// [`MoveError::TooManyGames`] if as many games wait for the defender as can.
    pub fn begin(
        claim: &Claim,
        entry: Entry,
        transcript: Transcript,
        budget: Budget,
        defence: &mut Defence,
        now: BlockNumber,
    ) -> Result<Self, MoveError> {
        entry.check(claim)?;
        let clocks = Clocks {
            allowance: budget.allowance,
            challenger: budget.challenger,
            turn: Turn { since: now },
        };
        if !defence.wait(now, clocks.free_until()) {
            return Err(MoveError::TooManyGames);
        }
        Ok(Self {
            round: 0,
            transcript,
            phase: entry.phase(),
            clocks,
        })
    }

    /// The interval in dispute, once the argument has come so far.
    pub const fn interval(&self) -> Option<IntervalIndex> {
        self.phase.interval()
    }

    /// Who is to move.
    pub const fn mover(&self) -> Party {
        self.phase.mover()
    }

    /// The last block in which the side to move may do so.
    pub fn deadline(&self, defence: &Defence) -> BlockNumber {
        match self.mover() {
            Party::Challenger => self.clocks.challenger_deadline(),
            Party::Defender => defence.deadline(self.clocks.free_until()),
        }
    }

    /// Takes a move of the side to move, in block `now`. A move that is refused changes nothing.
    ///
    /// # Errors
    /// [`MoveError`] says what is wrong with the move.
    pub fn next<K: Keccak>(
        self,
        claim: &Claim,
        defence: &mut Defence,
        mv: &Move,
        now: BlockNumber,
    ) -> Result<Outcome, MoveError> {
        if now > self.deadline(defence) {
            return Err(MoveError::Late);
        }
        let mover = self.mover();
        let transcript = self.transcript.after::<K>(mv);
        let after = phase::<K>(claim, self.phase, mv)?;
        let mut clocks = self.clocks;
        stop(mover, &mut clocks, defence, now);
        let phase = match after {
            After::Verdict(verdict) => return Ok(Outcome::Verdict(verdict)),
            After::Phase(phase) => *phase,
        };
        clocks.turn = Turn { since: now };
        if phase.mover() == Party::Defender {
            // At most as many games run as can wait; this one has a place: it either had it until now or has been
            // given it back by its challenger.
            let _ = defence.wait(now, clocks.free_until());
        }
        Ok(Outcome::Game(Box::new(Self {
            round: self.round.saturating_add(1),
            transcript,
            phase,
            clocks,
        })))
    }

    /// Ends the game if the side to move has no time left in block `now`.
    ///
    /// # Errors
    /// [`MoveError::NotLate`] if it has.
    pub fn time_out(&self, defence: &mut Defence, now: BlockNumber) -> Result<Verdict, MoveError> {
        if now <= self.deadline(defence) {
            return Err(MoveError::NotLate);
        }
        self.abandon(defence, now);
        Ok(Verdict {
            winner: self.mover().other(),
            reason: Reason::TimeOut,
        })
    }

    /// Gives back the game's place in the defender's time, when it ends without a move.
    pub fn abandon(&self, defence: &mut Defence, now: BlockNumber) {
        stop(self.mover(), &mut self.clocks.clone(), defence, now);
    }
}

/// Stops the clock of the side that was to move.
fn stop(mover: Party, clocks: &mut Clocks, defence: &mut Defence, now: BlockNumber) {
    match mover {
        Party::Defender => defence.answered(now, clocks.free_until()),
        Party::Challenger => clocks.charge_challenger(now),
    }
}

/// What a valid move leads to.
enum After {
    Phase(Box<Phase>),
    Verdict(Verdict),
}

fn phase<K: Keccak>(claim: &Claim, phase: Phase, mv: &Move) -> Result<After, MoveError> {
    let next = match (phase, mv) {
        (Phase::OpenIntervals, Move::OpenIntervals(mv)) => open::intervals::<K>(claim, mv)?,
        (Phase::Enter(pick), Move::Enter(mv)) => open::enter::<K>(claim, &pick, mv)?,
        (Phase::OpenSteps(frame), Move::OpenSteps(mv)) => open::steps::<K>(claim, frame, mv)?,
        (Phase::OpenOperators(pick), Move::OpenOperators(mv)) => {
            open::operators::<K>(claim, pick, mv)?
        }
        (Phase::OpenTiles(frame), Move::OpenTiles(mv)) => open::tiles::<K>(claim, frame, mv)?,
        (Phase::OpenFold(frame), Move::OpenFold(mv)) => open::fold::<K>(claim, frame, mv)?,
        (Phase::OpenSlots(frame), Move::OpenSlots(mv)) => open::slots::<K>(claim, frame, mv)?,
        (Phase::Reveal(walk), Move::Reveal(shown)) => {
            walk.cursor.check::<K>(shown)?;
            open::show(claim, walk.stage, walk.cursor, shown.clone())?
        }
        (Phase::Name(walk, shown), Move::Name(at)) => open::descend(claim, walk, &shown, *at)?,
        (Phase::Prove(frame), Move::Prove(proof)) => {
            return referee::prove::<K>(claim, &frame, proof).map(After::Verdict)
        }
        (Phase::ShowSlot(frame), Move::ShowSlot(mv)) => {
            return referee::show_slot::<K>(claim, &frame, mv).map(After::Verdict)
        }
        _ => return Err(MoveError::NotThisMove),
    };
    Ok(After::Phase(Box::new(next)))
}
