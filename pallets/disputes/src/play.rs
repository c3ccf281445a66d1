//! Moves and time-outs.

use assay_game::{limits, signing_hash, Claim, Game, GameId, Move, Outcome, Party, PhaseName};
use assay_protocol::BlockNumber;
use codec::Encode;
use frame_support::ensure;
use pallet_assay_jobs::HostKeccak;
use pallet_assay_providers::Registry;
use sp_runtime::{
    traits::{BlockNumberProvider, Verify},
    DispatchError,
};

use crate::{
    case::Case,
    types::Stage,
    weight_info::{Branch, MoveKind},
    Config, Error, Event, Games, Pallet,
};

/// A game that is being played, with what is agreed about it.
pub(crate) struct Play<T: Config> {
    pub(crate) case: Case<T>,
    pub(crate) game: Game,
    claim: Claim,
    pub(crate) now: BlockNumber,
}

impl<T: Config> Pallet<T> {
    /// Makes a move that has been authorised.
    pub(crate) fn do_play(id: GameId, mv: &Move) -> Result<Branch, DispatchError> {
        let mut play = Play::<T>::load(id)?;
        let (round, mover) = (play.game.round, play.game.mover());
        match play.take(mv)? {
            Outcome::Game(game) => {
                let deadline = game.deadline(&play.case.contest.defence);
                Self::deposit_event(Event::Moved {
                    game: id,
                    round,
                    mover,
                    phase: PhaseName::from(&game.phase),
                    deadline,
                });
                play.case.store();
                Games::<T>::insert(id, *game);
                Ok(Branch::Moved(MoveKind::of(mv)))
            }
            Outcome::Verdict(verdict) => {
                let rounds = round.saturating_add(1);
                let ending = Self::judge(play.case, verdict, rounds, play.now)?;
                Ok(Branch::Proved(MoveKind::of(mv), ending))
            }
        }
    }

    pub(crate) fn do_time_out(id: GameId) -> Result<Branch, DispatchError> {
        let mut play = Play::<T>::load(id)?;
        let verdict = play
            .game
            .time_out(&mut play.case.contest.defence, play.now)
            .map_err(Error::<T>::from)?;
        let ending = Self::judge(play.case, verdict, play.game.round, play.now)?;
        Ok(Branch::TimedOut(ending))
    }
}

impl<T: Config> Play<T> {
    pub(crate) fn load(id: GameId) -> Result<Self, Error<T>> {
        let case = Case::<T>::load(id)?;
        ensure!(case.dispute.end(&case.contest).is_none(), Error::<T>::Over);
        let waits = matches!(case.dispute.stage, Stage::Queued { .. });
        ensure!(!waits, Error::<T>::Waiting);
        let game = Games::<T>::get(id).ok_or(Error::<T>::UnknownGame)?;
        let claim = case.claim().ok_or(Error::<T>::Over)?;
        Ok(Self {
            case,
            game,
            claim,
            now: T::ChainTime::current_block_number(),
        })
    }

    /// The last block in which the side to move may do so.
    pub(crate) fn deadline(&self) -> BlockNumber {
        self.game.deadline(&self.case.contest.defence)
    }

    /// Checks everything about a move but the move itself, the cheap first.
    pub(crate) fn check(
        &self,
        round: u32,
        mv: &Move,
        signature: &T::MoveSignature,
    ) -> Result<(), Error<T>> {
        ensure!(round >= self.game.round, Error::<T>::RoundPast);
        ensure!(round == self.game.round, Error::<T>::RoundAhead);
        ensure!(self.now <= self.deadline(), Error::<T>::Late);
        let small = mv.encoded_size() <= limits::MOVE_BYTES as usize;
        ensure!(small, Error::<T>::MoveTooLarge);
        ensure!(self.is_signed(mv, signature), Error::<T>::BadSignature);
        Ok(())
    }

    fn is_signed(&self, mv: &Move, signature: &T::MoveSignature) -> bool {
        let Game {
            round, transcript, ..
        } = self.game;
        let message = signing_hash::<HostKeccak>(self.case.id, round, transcript, mv);
        self.signer()
            .is_some_and(|signer| signature.verify(&message[..], &signer))
    }

    /// Whose key signs for the side to move.
    fn signer(&self) -> Option<T::AccountId> {
        let dispute = &self.case.dispute;
        match self.game.mover() {
            Party::Challenger => Some(dispute.challenger.clone()),
            Party::Defender => Some(T::Providers::provider(&dispute.defender)?.operator),
        }
    }

    /// Takes a move of the side to move.
    pub(crate) fn take(&mut self, mv: &Move) -> Result<Outcome, Error<T>> {
        let defence = &mut self.case.contest.defence;
        let outcome = self
            .game
            .clone()
            .next::<HostKeccak>(&self.claim, defence, mv, self.now);
        Ok(outcome?)
    }
}
