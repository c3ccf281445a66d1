//! `assay dispute watch`.

use std::{io::IsTerminal, time::Duration};

use assay_client::{Account, At, ChainClient, Head};
use assay_game::{DisputeView, Game, GameId, Standing};
use assay_protocol::{BlockNumber, BlockTime};
use indicatif::{ProgressBar, ProgressDrawTarget};

use super::{
    is_open,
    outcome::Turn,
    place::Ground,
    show::Shown,
    story::{Line, Span, HEAD},
};
use crate::{
    clock::{block_time, Clock},
    context::Context,
    job::find,
    options::{DisputeWatchOptions, Wait},
    output::Output,
    CliError,
};

/// Blocks behind the best one whose states are looked at for earlier moves; nodes keep about as many.
const LOOK_BACK: u32 = 250;

/// The wait after a failure of the connection.
const PAUSE: Duration = Duration::from_secs(1);

/// How often the line of a terminal is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Follows a dispute to its end, one line for each move.
///
/// # Errors
/// [`CliError::NoDispute`]; what the chain says if no waiting can help.
pub async fn run(
    options: &DisputeWatchOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let view = options.dispute.find(&chain, At::Best).await?;
    let job = find(&chain, view.job, At::Best).await?;
    let watcher = Watcher {
        ground: Ground::new(&job.record.spec, view.segment),
        time: block_time(&chain).await?,
        end: options.wait,
        id: view.game,
        last: None,
        bar: bar(),
        chain,
    };
    let shown = watcher.follow().await?;
    out.finish(&shown, |out| shown.write(out))
}

/// A dispute at a block.
struct Snapshot {
    block: Head,
    view: DisputeView<Account>,
    game: Option<Game>,
}

struct Watcher {
    chain: ChainClient,
    id: GameId,
    ground: Ground,
    time: BlockTime,
    /// How sure the end must be.
    end: Wait,
    last: Option<Snapshot>,
    bar: ProgressBar,
}

impl Watcher {
    /// Looks at every new block until the dispute is over.
    async fn follow(mut self) -> Result<Shown, CliError> {
        let mut heads = self.chain.heads();
        self.bar.suspend(|| eprintln!("{HEAD}"));
        loop {
            let best = heads.borrow_and_update().best;
            match self.look(best).await {
                Ok(Some(shown)) => {
                    self.bar.finish_and_clear();
                    return Ok(shown);
                }
                Ok(None) => {}
                Err(CliError::Chain(error)) if error.is_transient() => {
                    tracing::warn!(%error, "waiting for the node");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
            // The sender lives as long as the client: an end of it is one of the process.
            let _ = heads.changed().await;
        }
    }

    /// Tells the moves up to the best block; everything there is to tell once the dispute is over.
    async fn look(&mut self, best: Head) -> Result<Option<Shown>, CliError> {
        for snapshot in self.unseen(best).await? {
            self.tell(&snapshot);
            self.last = Some(snapshot);
        }
        self.draw(best).await?;
        match &self.last {
            Some(last) if !is_open(&last.view) && self.is_sure().await? => {
                let shown = Shown::read(&self.chain, last.view.clone(), best).await?;
                Ok(Some(shown))
            }
            _ => Ok(None),
        }
    }

    /// Whether the end is as sure as was asked for.
    async fn is_sure(&self) -> Result<bool, CliError> {
        if self.end == Wait::Best {
            return Ok(true);
        }
        let view = self.chain.dispute(self.id, At::Finalised).await?;
        Ok(view.is_some_and(|view| !is_open(&view)))
    }

    /// The dispute at the blocks that were not looked at, in order: the first time those since it was opened, as far as
    /// the node still has their states.
    async fn unseen(&mut self, best: Head) -> Result<Vec<Snapshot>, CliError> {
        let after = match &self.last {
            Some(last)
                if self.chain.block_hash(last.block.number).await? == Some(last.block.hash) =>
            {
                last.block.number
            }
            // A re-organisation has replaced it: its moves are made again, the same or others.
            Some(last) => last.block.number.saturating_sub(1),
            None => 0,
        };
        let mut found = Vec::new();
        let oldest = after.max(best.number.saturating_sub(LOOK_BACK));
        for number in (oldest.saturating_add(1)..=best.number).rev() {
            match self.snapshot(number).await {
                Ok(Some(snapshot)) => found.push(snapshot),
                // Before the dispute was opened, or a fork has undone it for a moment.
                Ok(None) => break,
                // The node does not have such an old state.
                Err(CliError::Chain(error)) if error.is_transient() && !found.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        found.reverse();
        Ok(found)
    }

    /// The dispute at a block.
    async fn snapshot(&self, number: BlockNumber) -> Result<Option<Snapshot>, CliError> {
        let Some(hash) = self.chain.block_hash(number).await? else {
            return Ok(None);
        };
        let at = At::Block(hash);
        let Some(view) = self.chain.dispute(self.id, at).await? else {
            return Ok(None);
        };
        let game = match view.standing {
            Standing::Running { .. } => self.chain.game(self.id, at).await?,
            _ => None,
        };
        let block = Head { number, hash };
        Ok(Some(Snapshot { block, view, game }))
    }

    /// A line for what is new in a block.
    fn tell(&self, next: &Snapshot) {
        let Some(last) = &self.last else { return };
        if let Some(line) = news(&self.ground, last, next) {
            self.bar.suspend(|| eprintln!("{line}"));
        }
    }

    /// Draws who is to move and how long it has.
    async fn draw(&self, best: Head) -> Result<(), CliError> {
        let Some(last) = self.last.as_ref().filter(|_| !self.bar.is_hidden()) else {
            return Ok(());
        };
        let now = self.chain.chain_time(At::Block(best.hash)).await?;
        let clock = Clock {
            now,
            block: self.time,
        };
        let turn = Turn::of(&last.view.standing, clock);
        self.bar.set_message(match (turn, &last.game) {
            (Some(turn), Some(game)) => {
                let left = Span::of(&self.ground, &game.phase);
                format!("{left} in dispute; to move: {}", turn.words())
            }
            _ => "waiting".to_owned(),
        });
        Ok(())
    }
}

/// What has become of a dispute from one block to a later one.
fn news(ground: &Ground, last: &Snapshot, next: &Snapshot) -> Option<String> {
    let block = next.block.number;
    let line = match (&last.game, &next.game, &next.view.standing) {
        (Some(before), Some(after), _) if after.round > before.round => {
            Line::moved(ground, before, after, block)
        }
        (Some(before), Some(after), _) if after.round < before.round => {
            return Some(format!(
                "block {block}: the chain was re-organised; {} moves are left",
                after.round
            ));
        }
        (Some(before), None, Standing::Ended { verdict, .. }) => {
            Line::ended(before, verdict, block)
        }
        (_, None, Standing::Moot { .. }) if is_open(&last.view) => {
            return Some(format!(
                "block {block}: another game has convicted the provider"
            ));
        }
        _ => return None,
    };
    Some(line.to_string())
}

/// A line that is drawn again and again on a terminal; nothing elsewhere.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    match std::io::stderr().is_terminal() {
        true => {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(TICK);
        }
        false => bar.set_draw_target(ProgressDrawTarget::hidden()),
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example::{self, game, GROUND};
    use assay_client::H256;
    use assay_game::{Party, PhaseName, Verdict};

    fn snapshot(number: u32, standing: Standing, game: Option<Game>) -> Snapshot {
        let hash = H256([0; 32]);
        Snapshot {
            block: Head { number, hash },
            view: example::view(standing),
            game,
        }
    }

    fn running(number: u32, game: Game) -> Snapshot {
        let standing = Standing::Running {
            interval: game.interval(),
            phase: PhaseName::from(&game.phase),
            mover: game.mover(),
            deadline: 99,
            round: game.round,
        };
        snapshot(number, standing, Some(game))
    }

    fn named() -> Snapshot {
        running(30, game(5, example::name_step()))
    }

    #[test]
    fn a_move_is_a_line_and_a_quiet_block_is_none() {
        let next = running(31, game(6, example::open_operators()));
        let line = news(&GROUND, &named(), &next).unwrap();
        assert!(
            line.contains("challenger") && line.ends_with("names step 137"),
            "{line}"
        );
        assert_eq!(news(&GROUND, &named(), &named()), None);
    }

    #[test]
    fn a_reorganisation_is_told() {
        let next = running(31, game(3, example::enter()));
        let line = news(&GROUND, &named(), &next).unwrap();
        assert!(line.contains("re-organised; 3 moves are left"), "{line}");
    }

    #[test]
    fn the_end_is_told_once() {
        let verdict = Verdict {
            winner: Party::Challenger,
            reason: example::proof(),
        };
        let last = running(40, game(11, example::prove()));
        let end = |number| snapshot(number, Standing::Ended { verdict, at: 41 }, None);
        let line = news(&GROUND, &last, &end(41)).unwrap();
        assert!(line.contains("the chain computes another value"), "{line}");
        assert_eq!(news(&GROUND, &end(41), &end(42)), None);
        let moot = |number| snapshot(number, Standing::Moot { at: 41 }, None);
        let line = news(&GROUND, &named(), &moot(41)).unwrap();
        assert!(line.contains("another game"), "{line}");
        assert_eq!(news(&GROUND, &moot(41), &moot(42)), None);
    }
}
