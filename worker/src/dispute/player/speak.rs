//! Saying something to the chain.

use assay_client::{calls, Account, Call, ChainError, GeneralTransaction, Submitted};
use assay_commitment::Sha3;
use assay_game::{signing_hash, DisputeView, GameId, Move};

use super::{name, Look, Player};
use crate::{
    dispute::decide::{Message, Sent, Turn},
    metrics::Metrics,
};

impl Player {
    /// Says something to the chain. That the node does not take it now is no error: it is said again, a move at the next block,
    /// as its clock is running.
    pub(super) async fn send(
        &mut self,
        view: &DisputeView<Account>,
        message: Message,
        look: &Look,
    ) -> Result<(), ChainError> {
        let Some(call) = self.call(view, message) else {
            return Ok(());
        };
        let chain = &self.seat.chain;
        let transaction: GeneralTransaction = chain.general(&call).await?;
        let (game, kind) = (name(view.game), message.name());
        match chain.submit_general(&transaction).await {
            Ok(Submitted::Pooled) => {
                tracing::info!(%game, kind, "sent");
                if let Message::Move(_) = message {
                    Metrics::count(&self.seat.shop.metrics.moves);
                }
            }
            Ok(Submitted::Known | Submitted::Stale) => {}
            Err(error @ ChainError::Rejected { .. }) => {
                tracing::debug!(%game, kind, %error, "not taken now");
                if let Message::Move(_) = message {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
        let block = look.heads.best.number;
        let sent = Some(Sent {
            what: message,
            block,
        });
        self.records.entry(view.game).or_default().sent(sent);
        Ok(())
    }

    fn call(&self, view: &DisputeView<Account>, message: Message) -> Option<Call> {
        Some(match message {
            Message::Move(turn) => self.records.get(&view.game)?.answer(turn)?.clone(),
            Message::TimeOut { .. } => calls::time_out_game(view.game),
            Message::Start => calls::start_games(view.defender),
            Message::Pull => calls::pull(view.game),
            Message::Settle { slash } => calls::settle_slash(slash),
            Message::CleanUp => calls::clean_up_dispute(view.game),
        })
    }

    /// The call that carries a move, signed for this turn alone.
    pub(super) fn sign(&self, id: GameId, turn: Turn, mv: &Move) -> Call {
        let hash = signing_hash::<Sha3>(id, turn.round, turn.transcript, mv);
        calls::play(id, turn.round, mv, &self.seat.key.sign(&hash))
    }
}
