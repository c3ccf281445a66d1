//! `assay dispute pull` and `assay dispute time-out`: what anyone may call once it is due.

use assay_client::{calls, Account, At, ChainClient, Key};
use assay_game::{DisputeView, GameId, Party, Verdict};
use assay_protocol::{Balance, JobId, SegmentIndex};
use serde::Serialize;

use super::{
    outcome::{Basis, Outcome},
    which::name,
};
use crate::{
    amount::show,
    context::{self, Context},
    options::{DisputeCallOptions, Wait},
    output::{decimal, field, Output},
    CliError,
};

/// Money that went where it was due.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pulled {
    /// The game.
    pub game: GameId,
    /// What the challenger got: its bond, and its share of a slash.
    #[serde(serialize_with = "decimal")]
    pub challenger: Balance,
    /// What the provider got of a forfeited bond.
    #[serde(serialize_with = "decimal")]
    pub provider: Balance,
    /// What went to nobody of the two.
    #[serde(serialize_with = "decimal")]
    pub forfeited: Balance,
}

/// A game that was ended because time ran out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TimedOut {
    /// The game.
    pub game: GameId,
    /// Who has won.
    pub winner: Party,
    /// Why.
    pub basis: Basis,
    /// Moves that were made.
    pub moves: u32,
}

/// Moves a dispute's money where it is due, and pays out the slash before if its holding time is over.
///
/// # Errors
/// [`CliError::NoDispute`], or what the chain says: that nothing is due, or not yet.
pub async fn pull(
    options: &DisputeCallOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let at = At::Block(chain.head(At::Best).await?.hash);
    let view = options.dispute.find(&chain, at).await?;
    if let Some(slash) = due(&view, chain.chain_time(at).await?) {
        settle(&chain, slash, &key, options.wait).await?;
    }
    let included = context::send(&chain, &calls::pull(view.game), &key, options.wait).await?;
    let (game, challenger, provider, forfeited) = included.event("Disputes", "Pulled")?;
    let pulled = Pulled {
        game,
        challenger,
        provider,
        forfeited,
    };
    out.finish(&pulled, |out| {
        field(out, "dispute", name(pulled.game))?;
        field(out, "to the challenger", show(pulled.challenger))?;
        field(out, "to the provider", show(pulled.provider))?;
        field(out, "forfeited", show(pulled.forfeited))
    })
}

/// The slash that keeps a share from being pulled, and need not at block `now` of chain time.
fn due(view: &DisputeView<Account>, now: u32) -> Option<u64> {
    let share = view.share?;
    (share.held_until? <= now).then_some(share.slash)
}

async fn settle(chain: &ChainClient, slash: u64, key: &Key, wait: Wait) -> Result<(), CliError> {
    eprintln!("paying out slash {slash}");
    context::send(chain, &calls::settle_slash(slash), key, wait).await?;
    Ok(())
}

/// Ends a game whose side to move has run out of time.
///
/// # Errors
/// [`CliError::NoDispute`], or what the chain says: that there is time left.
pub async fn time_out(
    options: &DisputeCallOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let view = options.dispute.find(&chain, At::Best).await?;
    let call = calls::time_out_game(view.game);
    let included = context::send(&chain, &call, &key, options.wait).await?;
    let event: (GameId, JobId, SegmentIndex, u32, Verdict) =
        included.event("Disputes", "Judged")?;
    let (game, _, _, moves, verdict) = event;
    let outcome = Outcome::new(&verdict, None);
    let timed_out = TimedOut {
        game,
        winner: outcome.winner,
        basis: outcome.basis,
        moves,
    };
    out.finish(&timed_out, |out| {
        field(out, "dispute", name(timed_out.game))?;
        field(out, "verdict", outcome.words())?;
        field(out, "moves", timed_out.moves)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example;
    use assay_game::{Share, Standing};

    #[test]
    fn a_slash_is_paid_out_once_its_time_is_over() {
        let view = |held_until| DisputeView {
            share: Some(Share {
                slash: 9,
                held_until,
            }),
            ..example::view(Standing::Moot { at: 5 })
        };
        assert_eq!(due(&view(Some(30)), 29), None);
        assert_eq!(due(&view(Some(30)), 30), Some(9));
        assert_eq!(due(&view(None), 30), None, "it is already");
    }
}
