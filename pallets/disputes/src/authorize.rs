//! General transactions: moves, and what anyone may call while it is due.

use alloc::boxed::Box;
use assay_game::{GameId, Move};
use codec::Encode;
use frame_support::{
    ensure,
    pallet_prelude::{
        InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityWithRefund,
        ValidTransaction,
    },
    weights::Weight,
};
use pallet_assay_jobs::while_due;

use crate::{play::Play, types::SlashId, Config, Error, Pallet};

/// Prefix of every tag here.
const PREFIX: &str = "AssayDisputes";

impl<T: Config> Pallet<T> {
    /// A move is valid if the game would take it now.
    #[allow(clippy::borrowed_box)] // Calls hand their arguments by reference.
    pub(crate) fn authorize_play(
        _: TransactionSource,
        game: &GameId,
        round: &u32,
        mv: &Box<Move>,
        signature: &T::MoveSignature,
    ) -> TransactionValidityWithRefund {
        let mut play = Play::<T>::load(*game)?;
        play.check(*round, mv, signature)?;
        let valid = play.turn(play.deadline().saturating_sub(play.now));
        play.take(mv)?;
        valid
    }

    pub(crate) fn authorize_time_out(
        _: TransactionSource,
        game: &GameId,
    ) -> TransactionValidityWithRefund {
        let play = Play::<T>::load(*game)?;
        ensure!(play.now > play.deadline(), Error::<T>::NotLate);
        play.turn(0)
    }

    pub(crate) fn authorize_start(
        _: TransactionSource,
        defender: &T::AccountId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("start", defender), || Self::do_start(defender))
    }

    pub(crate) fn authorize_pull(
        _: TransactionSource,
        game: &GameId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("pull", game), || Self::do_pull(*game))
    }

    pub(crate) fn authorize_settle_slash(
        _: TransactionSource,
        slash: &SlashId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("settle", slash), || Self::do_settle_slash(*slash))
    }

    pub(crate) fn authorize_clean_up(
        _: TransactionSource,
        game: &GameId,
    ) -> TransactionValidityWithRefund {
        while_due(PREFIX, ("clean", game), || Self::do_clean_up(*game))
    }
}

impl<T: Config> Play<T> {
    /// A valid end of the current turn, `left` blocks before its deadline. The fewer are left, the sooner it must be
    /// in a block; a pool keeps one transaction for each turn of each game.
    fn turn(&self, left: u32) -> TransactionValidityWithRefund {
        let valid = ValidTransaction::with_tag_prefix(PREFIX)
            .priority(TransactionPriority::MAX.saturating_sub(left.into()))
            .and_provides((self.case.id, self.game.round))
            .longevity(u64::from(left).max(1))
            .propagate(true)
            .build()?;
        Ok((valid, Weight::zero()))
    }
}

impl<T: Config> From<Error<T>> for sp_runtime::transaction_validity::TransactionValidityError {
    fn from(error: Error<T>) -> Self {
        InvalidTransaction::from(error).into()
    }
}

impl<T: Config> From<Error<T>> for InvalidTransaction {
    fn from(error: Error<T>) -> Self {
        match error {
            Error::Over | Error::RoundPast => Self::Stale,
            Error::Waiting | Error::RoundAhead | Error::NotLate => Self::Future,
            Error::BadSignature => Self::BadProof,
            other => Self::Custom(other.encode().first().copied().unwrap_or_default()),
        }
    }
}
