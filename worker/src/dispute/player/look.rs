//! Looking at one game.

use assay_client::{Account, At, ChainError, Heads};
use assay_game::{DisputeView, Game, GameId, Standing};
use assay_protocol::BlockNumber;

use super::{is_open, name, Candidate, Look, Player};
use crate::{
    dispute::{
        decide::{decide, Decision, Seen, Turn},
        record::End,
        thought::Thought,
    },
    metrics::Metrics,
};

impl Player {
    /// Decides about one game and does it; returns the turn that needs an answer.
    pub(super) async fn look(
        &mut self,
        id: GameId,
        look: &Look,
    ) -> Result<Option<Candidate>, ChainError> {
        let (best, finalised) = self.read(id, &look.heads).await?;
        let Some(best) = best else {
            // Taken back by a re-organisation, or cleaned up.
            if finalised.is_none() {
                self.docket.forget(&id);
            }
            return Ok(None);
        };
        let game = self.our_turn(&best, look).await?;
        let turn = game.as_ref().map(|game| Turn {
            round: game.round,
            transcript: game.transcript,
        });
        self.drop_idle_thought(id, turn);
        if let Some(finalised) = &finalised {
            self.tell(finalised);
        }
        let seen = Seen {
            us: self.seat.side,
            block: look.heads.best.number,
            now: look.now,
            best: &best,
            finalised: finalised.as_ref(),
            turn,
            retention: self.retention(&best, look).await?,
        };
        let decision = self.decide(id, &seen);
        tracing::trace!(game = %name(id), standing = ?best.standing, ?decision, "decided");
        self.views.insert(id, best.clone());
        match (decision, game) {
            (Decision::Think { turn, deadline }, Some(game)) => {
                return Ok(Some(Candidate {
                    deadline,
                    view: best,
                    turn,
                    game,
                }))
            }
            (Decision::Send(message), _) => self.send(&best, message, look).await?,
            (Decision::Forget, _) => self.docket.forget(&id),
            (Decision::Wait | Decision::Think { .. }, _) => {}
        }
        Ok(None)
    }

    /// The dispute at the best block and, if it is over there, at the newest final one.
    async fn read(
        &self,
        id: GameId,
        heads: &Heads,
    ) -> Result<(Option<DisputeView<Account>>, Option<DisputeView<Account>>), ChainError> {
        let chain = &self.seat.chain;
        let best = chain.dispute(id, At::Block(heads.best.hash)).await?;
        if best.as_ref().is_some_and(is_open) {
            return Ok((best, None));
        }
        let finalised = chain.dispute(id, At::Block(heads.finalised.hash)).await?;
        Ok((best, finalised))
    }

    /// The game's state, if this party is to move.
    async fn our_turn(
        &self,
        view: &DisputeView<Account>,
        look: &Look,
    ) -> Result<Option<Game>, ChainError> {
        match view.standing {
            Standing::Running { mover, .. } if mover == self.seat.side => {
                let at = At::Block(look.heads.best.hash);
                self.seat.chain.game(view.game, at).await
            }
            _ => Ok(None),
        }
    }

    /// For how long a dispute's record is kept after its end; asked for only once it is over.
    async fn retention(
        &self,
        view: &DisputeView<Account>,
        look: &Look,
    ) -> Result<BlockNumber, ChainError> {
        if is_open(view) {
            return Ok(0);
        }
        let at = At::Block(look.heads.finalised.hash);
        let job = self.seat.chain.job(view.job, at).await?;
        Ok(job.map_or(0, |job| job.params.segments.retention))
    }

    fn decide(&mut self, id: GameId, seen: &Seen<'_>) -> Decision {
        let thinking = self.thought.as_ref().map(Thought::about);
        let thinking = thinking.filter(|(of, _)| *of == id).map(|(_, turn)| turn);
        let record = self.records.entry(id).or_default();
        let mut have = record.have(seen.turn, thinking, seen.block);
        have.update(seen);
        record.sent(have.sent);
        decide(seen, &have)
    }

    /// Tells the end of a game, once it is final.
    fn tell(&mut self, view: &DisputeView<Account>) {
        let record = self.records.entry(view.game).or_default();
        let Some(end) = record.tell(self.seat.side, view) else {
            return;
        };
        let (game, job, segment) = (name(view.game), view.job, view.segment);
        let metrics = &self.seat.shop.metrics;
        match end {
            End::Won(reason) => {
                Metrics::count(&metrics.games_won);
                tracing::info!(%game, %job, %segment, ?reason, "game won");
            }
            End::Lost(reason) => {
                Metrics::count(&metrics.games_lost);
                tracing::error!(%game, %job, %segment, ?reason, "game lost");
            }
            End::Moot => tracing::info!(%game, %job, %segment, "another game has decided"),
        }
    }
}
