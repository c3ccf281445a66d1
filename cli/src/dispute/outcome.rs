//! Who is to move and how long they have; and how a dispute ended.

use std::io::{self, Write};

use assay_game::{Party, PhaseName, Reason, Standing, Verdict};
use assay_protocol::BlockNumber;
use serde::Serialize;

use super::{history::Slashed, story::party};
use crate::{amount::show, clock::Clock, output::field};

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// Who is to move.
    pub mover: Party,
    /// What the game waits for.
    pub waits_for: PhaseName,
    /// Moves so far.
    pub moves: u32,
    /// The last block of chain time for the move.
    pub deadline: BlockNumber,
    /// Blocks of chain time until then; none if the time is over.
    pub blocks_left: BlockNumber,
    /// The same in seconds, at the chain's pace.
    pub seconds_left: u64,
}

/// How a dispute ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Who has won.
    pub winner: Party,
    /// What the verdict rests on.
    pub basis: Basis,
    /// Hash of the value that the provider claimed.
    pub claimed: Option<String>,
    /// Hash of the value that the chain computed.
    pub computed: Option<String>,
    /// What a conviction took, as far as the node still has it.
    pub slashed: Option<Slashed>,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The loser's time ran out.
    TimeOut,
    /// The chain ran the fold step in dispute.
    Proof,
    /// The chain compared a slot of the next state with the operator that gives it.
    Slot,
}

impl Turn {
    /// The turn of a game that is being played.
    pub fn of(standing: &Standing, clock: Clock) -> Option<Self> {
        let Standing::Running {
            phase,
            mover,
            deadline,
            round,
            ..
        } = *standing
        else {
            return None;
        };
        Some(Self {
            mover,
            waits_for: phase,
            moves: round,
            deadline,
            blocks_left: clock.blocks_until(deadline),
            seconds_left: clock.seconds_until(deadline),
        })
    }

    /// Who is to move and how long it has.
    pub fn words(&self) -> String {
        let who = party(self.mover);
        match self.blocks_left {
            0 => format!("{who}, whose time is over"),
            blocks => format!(
                "{who}, within {blocks} blocks (about {} s)",
                self.seconds_left
            ),
        }
    }
}

impl Outcome {
    /// Of a verdict and what followed from it.
    pub fn new(verdict: &Verdict, slashed: Option<Slashed>) -> Self {
        let (basis, hashes) = match verdict.reason {
            Reason::TimeOut => (Basis::TimeOut, None),
            Reason::Proof {
                claimed, computed, ..
            } => (Basis::Proof, Some((claimed, computed))),
            Reason::Slot {
                claimed, computed, ..
            } => (Basis::Slot, Some((claimed, computed))),
        };
        let hex = |hash: [u8; 32]| format!("0x{}", hex::encode(hash));
        Self {
            winner: verdict.winner,
            basis,
            claimed: hashes.map(|(claimed, _)| hex(claimed)),
            computed: hashes.map(|(_, computed)| hex(computed)),
            slashed,
        }
    }

    /// The verdict in a sentence.
    pub const fn words(&self) -> &'static str {
        match (self.winner, self.basis) {
            (Party::Challenger, Basis::TimeOut) => {
                "the provider is convicted: it let its time run out"
            }
            (Party::Challenger, _) => {
                "the provider is convicted: the chain computed another value than it claimed"
            }
            (Party::Defender, Basis::TimeOut) => {
                "the provider is acquitted: the challenger let its time run out"
            }
            (Party::Defender, _) => {
                "the provider is acquitted: the chain computed the very value it claimed"
            }
        }
    }

    /// Both values, and what followed for the provider's money.
    ///
    /// # Errors
    /// What the stream says.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if let (Some(claimed), Some(computed)) = (&self.claimed, &self.computed) {
            field(out, "claimed", claimed)?;
            field(out, "computed", computed)?;
        }
        let Some(slashed) = &self.slashed else {
            return Ok(());
        };
        field(out, "slashed", slashed.words())?;
        field(out, "reward", slashed.reward_words())
    }
}

impl Slashed {
    fn words(&self) -> String {
        match self.amount {
            0 => format!(
                "nothing more of {}: an earlier conviction took all",
                self.provider
            ),
            amount => format!("{} of {}", show(amount), self.provider),
        }
    }

    fn reward_words(&self) -> String {
        match (self.amount, self.shares) {
            (0, _) => "a share of the earlier slash".to_owned(),
            (_, 1) => format!("{} to the challenger", show(self.reward)),
            (_, shares) => format!("{} to each of {shares} challengers", show(self.reward)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dispute::example;
    use assay_client::Account;
    use assay_protocol::{BlockTime, UNIT};

    fn clock(now: BlockNumber) -> Clock {
        let block = BlockTime { millis: 6_000 };
        Clock { now, block }
    }

    fn slashed(amount: u128, shares: u32) -> Slashed {
        Slashed {
            number: 3,
            provider: Account([1; 32]),
            amount,
            shares,
            reward: amount * 2 / 5 / u128::from(shares),
            held_until: 90,
        }
    }

    fn text(outcome: &Outcome) -> String {
        let mut out = Vec::new();
        outcome.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_time_left_is_told_in_blocks_and_seconds() {
        let standing = Standing::Running {
            interval: None,
            phase: PhaseName::OpenSteps,
            mover: Party::Defender,
            deadline: 100,
            round: 4,
        };
        let at = |now| Turn::of(&standing, clock(now)).unwrap();
        assert_eq!((at(90).blocks_left, at(90).seconds_left), (10, 60));
        assert_eq!(at(90).words(), "provider, within 10 blocks (about 60 s)");
        assert_eq!(at(101).words(), "provider, whose time is over");
        assert_eq!(Turn::of(&Standing::Queued, clock(90)), None);
    }

    #[test]
    fn a_conviction_shows_both_values_and_the_money() {
        let verdict = Verdict {
            winner: Party::Challenger,
            reason: example::proof(),
        };
        let outcome = Outcome::new(&verdict, Some(slashed(4 * UNIT, 2)));
        let text = text(&outcome);
        assert!(outcome.words().contains("convicted"));
        for part in [
            &format!("claimed              0x{}\n", "09".repeat(32)),
            &format!("computed             0x{}\n", "0a".repeat(32)),
            "slashed              4 ASY of ",
            "0.8 ASY to each of 2 challengers",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn every_end_has_its_words() {
        let words = |winner, reason| Outcome::new(&Verdict { winner, reason }, None).words();
        let mut all = vec![
            words(Party::Challenger, Reason::TimeOut),
            words(Party::Defender, Reason::TimeOut),
            words(Party::Challenger, example::slot()),
            words(Party::Defender, example::slot()),
        ];
        assert_eq!(words(Party::Defender, example::proof()), all[3]);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4);
    }

    #[test]
    fn a_later_conviction_says_that_nothing_was_left() {
        let nothing = slashed(0, 1);
        assert!(nothing.words().contains("earlier conviction"));
        assert!(nothing.reward_words().contains("earlier slash"));
        assert_eq!(
            slashed(5 * UNIT, 1).reward_words(),
            "2 ASY to the challenger"
        );
    }
}
