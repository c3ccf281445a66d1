//! What a party has for one game.

use assay_client::Call;
use assay_game::{DisputeView, Party, Reason, Standing};
use assay_protocol::BlockNumber;

use super::decide::{Answer, Have, Sent, Turn};

/// Answers that are kept: if a re-organisation brings their turns back, they are sent again.
const KEPT: usize = 4;

/// Blocks before an answer that could not be given is tried again; doubled with each further failure.
const REST: BlockNumber = 2;

/// The most doublings of that.
const MOST_DOUBLINGS: u32 = 5;

/// What a party has for one game.
#[derive(Debug, Default)]
pub struct Record {
    /// The newest answers, as the calls that carry them.
    answers: Vec<(Turn, Call)>,
    sent: Option<Sent>,
    failures: u32,
    rests_until: BlockNumber,
    told: bool,
}

impl Record {
    /// What there is for a turn in block `now`, while the answer to `thinking` is being computed.
    pub fn have(&self, turn: Option<Turn>, thinking: Option<Turn>, now: BlockNumber) -> Have {
        let answer = match turn {
            Some(turn) if self.answer(turn).is_some() => Answer::Ready,
            Some(turn) if thinking == Some(turn) || now < self.rests_until => Answer::Pending,
            _ => Answer::Missing,
        };
        let sent = self.sent;
        Have { answer, sent }
    }

    /// The call that carries the answer to a turn.
    pub fn answer(&self, turn: Turn) -> Option<&Call> {
        let (_, call) = self.answers.iter().find(|(of, _)| *of == turn)?;
        Some(call)
    }

    /// Takes in an answer.
    pub fn answered(&mut self, turn: Turn, call: Call) {
        self.failures = 0;
        self.answers.push((turn, call));
        let old = self.answers.len().saturating_sub(KEPT);
        self.answers.drain(..old);
    }

    /// There is no answer now; it is tried again some blocks later. Returns how many.
    pub fn failed(&mut self, now: BlockNumber) -> BlockNumber {
        let rest = REST << self.failures.min(MOST_DOUBLINGS);
        self.failures = self.failures.saturating_add(1);
        self.rests_until = now.saturating_add(rest);
        rest
    }

    /// Notes what was sent last.
    pub fn sent(&mut self, sent: Option<Sent>) {
        self.sent = sent;
    }

    /// The end of the game, the first time that it is asked for.
    pub fn tell(&mut self, us: Party, view: &DisputeView<assay_client::Account>) -> Option<End> {
        let end = match view.standing {
            Standing::Ended { verdict, .. } if verdict.winner == us => End::Won(verdict.reason),
            Standing::Ended { verdict, .. } => End::Lost(verdict.reason),
            Standing::Moot { .. } => End::Moot,
            Standing::Queued | Standing::Running { .. } => return None,
        };
        let first = !std::mem::replace(&mut self.told, true);
        first.then_some(end)
    }
}

/// How a game has ended for a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It has won.
    Won(Reason),
    /// It has lost.
    Lost(Reason),
    /// Another game has decided.
    Moot,
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_client::calls;
    use assay_game::{GameId, Transcript};

    fn turn(round: u32, history: u8) -> Turn {
        Turn {
            round,
            transcript: Transcript([history; 32]),
        }
    }

    fn call(number: u8) -> Call {
        calls::pull(GameId([number; 32]))
    }

    #[test]
    fn an_answer_is_for_one_turn_of_one_history() {
        let mut record = Record::default();
        record.answered(turn(2, 1), call(1));
        let answer = |turn| record.have(Some(turn), None, 10).answer;
        assert_eq!(answer(turn(2, 1)), Answer::Ready);
        assert_eq!(answer(turn(2, 9)), Answer::Missing, "another history");
        assert_eq!(answer(turn(4, 1)), Answer::Missing);
        assert_eq!(record.answer(turn(2, 1)), Some(&call(1)));
    }

    #[test]
    fn the_newest_answers_are_kept() {
        let mut record = Record::default();
        for round in 0..10 {
            record.answered(turn(round, 1), call(round as u8));
        }
        let kept = (0..10).filter(|round| record.answer(turn(*round, 1)).is_some());
        assert_eq!(kept.collect::<Vec<_>>(), [6, 7, 8, 9]);
    }

    #[test]
    fn failures_rest_longer_and_longer_until_one_answer_comes() {
        let mut record = Record::default();
        let rests: Vec<_> = (0..7).map(|_| record.failed(100)).collect();
        assert_eq!(rests, [2, 4, 8, 16, 32, 64, 64]);
        let answer = |record: &Record, now| record.have(Some(turn(0, 0)), None, now).answer;
        assert_eq!(answer(&record, 163), Answer::Pending);
        assert_eq!(answer(&record, 164), Answer::Missing);
        record.answered(turn(0, 0), call(0));
        assert_eq!(answer(&record, 101), Answer::Ready);
        assert_eq!(record.failed(100), 2);
    }
}
