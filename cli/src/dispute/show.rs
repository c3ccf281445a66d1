//! `assay dispute show`.

use std::io::{self, Write};

use assay_client::{Account, At, ChainClient, Head};
use assay_game::{DisputeView, Entry, Game, GameId, Share, Standing};
use assay_protocol::{JobId, SegmentIndex};
use serde::Serialize;

use super::{
    history::History,
    outcome::{Outcome, Turn},
    place::{Ground, Place},
    status_name,
    which::name,
};
use crate::{
    amount::show,
    clock::Clock,
    context::Context,
    job::find,
    options::DisputeOptions,
    output::{decimal, field, Output},
    CliError,
};

/// A dispute: what is argued, who is to move, and at the end what was wrong.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The game's name.
    pub game: GameId,
    /// Its number.
    pub number: u64,
    /// Where it stands, in one word.
    pub status: &'static str,
    /// The job.
    pub job: JobId,
    /// The segment whose commitment is challenged.
    pub segment: SegmentIndex,
    /// What is said to be wrong.
    pub entry: Entry,
    /// The owner's account of the provider that committed.
    pub provider: Account,
    /// Who challenges.
    pub challenger: Account,
    /// What the challenger may lose and has not got back.
    #[serde(serialize_with = "decimal")]
    pub bond: u128,
    /// What is in dispute, as far as the argument has come; after a verdict, what it rests on.
    pub place: Place,
    /// Whose turn it is, while the game is played.
    pub turn: Option<Turn>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The slash of which the challenger has not pulled its share.
    pub share: Option<Share>,
    /// The moves so far.
    pub history: History,
}

/// Shows a dispute.
///
/// # Errors
/// [`CliError::NoDispute`], or what the connection says.
pub async fn run(
    options: &DisputeOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let chain = context.chain().await?;
    let best = chain.head(At::Best).await?;
    let view = options.dispute.find(&chain, At::Block(best.hash)).await?;
    let shown = Shown::read(&chain, view, best).await?;
    out.finish(&shown, |out| shown.write(out))
}

impl Shown {
    /// Reads all there is to tell of a dispute, at the best block.
    ///
    /// # Errors
    /// What the connection says.
    pub async fn read(
        chain: &ChainClient,
        view: DisputeView<Account>,
        best: Head,
    ) -> Result<Self, CliError> {
        let at = At::Block(best.hash);
        let job = find(chain, view.job, at).await?;
        let ground = Ground::new(&job.record.spec, view.segment);
        let share = job.params.disputes.winner_share;
        let game = chain.game(view.game, at).await?;
        let history = History::read(chain, &view, share, best).await?;
        let turn = Turn::of(&view.standing, Clock::read(chain, at).await?);
        Ok(Self::new(view, &ground, game.as_ref(), turn, history))
    }

    fn new(
        view: DisputeView<Account>,
        ground: &Ground,
        game: Option<&Game>,
        turn: Option<Turn>,
        history: History,
    ) -> Self {
        let outcome = match &view.standing {
            Standing::Ended { verdict, .. } => Some(Outcome::new(verdict, history.slashed.clone())),
            _ => None,
        };
        Self {
            place: place(&view, ground, game, &history),
            status: status_name(&view.standing),
            game: view.game,
            number: view.number,
            job: view.job,
            segment: view.segment,
            entry: view.entry,
            provider: view.defender,
            challenger: view.challenger,
            bond: view.bond,
            share: view.share,
            turn,
            outcome,
            history,
        }
    }

    /// As people read it.
    ///
    /// # Errors
    /// What the stream says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(
            out,
            "dispute",
            format!("{} {}", self.number, name(self.game)),
        )?;
        field(
            out,
            "about",
            format!("job {}, segment {}", self.job, self.segment),
        )?;
        field(out, "provider", self.provider)?;
        field(out, "challenger", self.challenger)?;
        if self.bond > 0 {
            field(out, "bond", show(self.bond))?;
        }
        field(out, "status", self.status_words())?;
        for (number, part) in self.place.parts().iter().enumerate() {
            field(out, if number == 0 { self.place_name() } else { "" }, part)?;
        }
        if let Some(turn) = &self.turn {
            field(out, "to move", turn.words())?;
        }
        if let Some(outcome) = &self.outcome {
            outcome.write(out)?;
        }
        self.write_share(out)?;
        self.history.write(out)
    }

    fn status_words(&self) -> String {
        match (&self.outcome, self.status) {
            (Some(outcome), _) => outcome.words().to_owned(),
            (None, "queued") => {
                "queued: waits for one of the provider's places, with both clocks stopped"
                    .to_owned()
            }
            (None, "moot") => {
                "moot: another game has convicted the provider in this job".to_owned()
            }
            (None, status) => status.to_owned(),
        }
    }

    const fn place_name(&self) -> &'static str {
        match self.outcome {
            Some(_) => "decided by",
            None => "in dispute",
        }
    }

    fn write_share(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(share) = self.share else {
            return Ok(());
        };
        let words = match share.held_until {
            Some(until) => format!("of slash {}, from block {until} of chain time", share.slash),
            None => format!(
                "of slash {}: `assay dispute pull {}`",
                share.slash, self.number
            ),
        };
        field(out, "reward to pull", words)
    }
}

/// What is in dispute, or what the verdict rests on.
fn place(
    view: &DisputeView<Account>,
    ground: &Ground,
    game: Option<&Game>,
    history: &History,
) -> Place {
    match (&view.standing, game) {
        (Standing::Ended { verdict, .. }, _) => {
            ground.judged(&verdict.reason, history.node.as_deref())
        }
        (_, Some(game)) => ground.place(&game.phase),
        (_, None) => match view.entry {
            Entry::Interval(interval) => ground.in_interval(interval),
            Entry::Segment => Place::default(),
        },
    }
}

impl History {
    /// What the game took.
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let moves = format!(
            "{} in {} rounds, {} bytes on the chain",
            self.moves, self.rounds, self.bytes
        );
        field(out, "moves", moves)?;
        if let Some(weight) = self.prove_weight_ms {
            field(out, "weight of the last", format!("{weight:.3} ms"))?;
        }
        if let Some(seconds) = self.seconds {
            field(out, "time", format!("{seconds} s"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example::{self, view, GROUND};
    use assay_game::{Party, PhaseName, Verdict};
    use assay_protocol::{BlockTime, IntervalIndex, UNIT};

    fn running() -> Standing {
        Standing::Running {
            interval: Some(IntervalIndex(3)),
            phase: PhaseName::OpenOperators,
            mover: Party::Defender,
            deadline: 100,
            round: 5,
        }
    }

    fn ended(winner: Party) -> Standing {
        let reason = example::proof();
        Standing::Ended {
            verdict: Verdict { winner, reason },
            at: 40,
        }
    }

    fn text(shown: &Shown) -> String {
        let mut out = Vec::new();
        shown.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_running_game_says_who_is_to_move() {
        let game = example::game(5, example::open_operators());
        let block = BlockTime { millis: 1_000 };
        let turn = Turn::of(&running(), Clock { now: 91, block });
        let shown = Shown::new(
            view(running()),
            &GROUND,
            Some(&game),
            turn,
            History::default(),
        );
        assert_eq!((shown.status, shown.place.step), ("running", Some(137)));
        let text = text(&shown);
        for part in [
            "about                job 3, segment 1\n",
            "bond                 6 ASY\n",
            "in dispute           interval 3 (steps 130 to 139)\n",
            "                     step 137\n",
            "to move              provider, within 9 blocks (about 9 s)\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_waiting_game_says_what_was_challenged() {
        let shown = Shown::new(
            view(Standing::Queued),
            &GROUND,
            None,
            None,
            History::default(),
        );
        assert_eq!(shown.place.parts(), ["interval 3 (steps 130 to 139)"]);
        assert!(text(&shown).contains("both clocks stopped"));
    }

    #[test]
    fn a_verdict_says_what_was_wrong_and_what_it_cost() {
        let history = History {
            moves: 11,
            rounds: 5,
            bytes: 9_000,
            prove_weight_ms: Some(2.25),
            node: Some(example::encoding()),
            ..History::default()
        };
        let shown = Shown::new(view(ended(Party::Challenger)), &GROUND, None, None, history);
        assert_eq!(shown.status, "convicted");
        let text = text(&shown);
        for part in [
            "decided by           interval 3 (steps 130 to 139)\n",
            "                     operator 41, MatMul of f32 [1, 1, 64, 100]\n",
            "                     tile 7 (rows 32 to 63, columns 96 to 99)\n",
            "claimed              0x0909",
            "computed             0x0a0a",
            "moves                11 in 5 rounds, 9000 bytes on the chain\n",
            "weight of the last   2.250 ms\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn json_has_every_part() {
        let standing = ended(Party::Defender);
        let shown = Shown::new(view(standing), &GROUND, None, None, History::default());
        let json = serde_json::to_value(shown).unwrap();
        assert_eq!(json["status"], "acquitted");
        assert_eq!(json["entry"]["interval"], 3);
        assert_eq!(json["outcome"]["basis"], "proof");
        assert_eq!(json["place"]["step"], 137);
        assert_eq!(json["bond"], (6 * UNIT).to_string());
        assert_eq!(json["history"]["moves"], 0);
    }
}
