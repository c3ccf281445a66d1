//! What to do about a game: a pure function of what the chain says and what this party has.
//!
//! A decision is made anew at every best block from the chain's state alone. A move is sent until the best block shows the
//! next turn; if a re-organisation brings the turn back, the same move is sent again at once. Money is moved by the newest
//! final block.

use assay_client::Account;
use assay_game::{DisputeView, Party, Standing, Transcript};
use assay_protocol::BlockNumber;

/// Blocks after which something that was sent and shows no effect is sent again.
pub const RESEND: BlockNumber = 3;

/// Blocks between two tries to start a game that waits.
const START: BlockNumber = 16;

/// A turn. Two of the same number differ in their history if the chain was re-organised between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Moves before it.
    pub round: u32,
    /// The hash over them.
    pub transcript: Transcript,
}

/// What the chain says of a dispute in which this party has a side.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// This party's side.
    pub us: Party,
    /// Number of the best block.
    pub block: BlockNumber,
    /// Chain time there.
    pub now: BlockNumber,
    /// The dispute there.
    pub best: &'a DisputeView<Account>,
    /// The dispute at the newest final block, if it is there already.
    pub finalised: Option<&'a DisputeView<Account>>,
    /// The turn at the best block, if it is this party's.
    pub turn: Option<Turn>,
    /// Blocks after a dispute's end for which its record is kept.
    pub retention: BlockNumber,
}

/// What this party has for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Have {
    /// How far the answer to the turn is.
    pub answer: Answer,
    /// What was sent last.
    pub sent: Option<Sent>,
}

/// How far the answer to a turn is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Not begun, or to be tried again.
    #[default]
    Missing,
    /// Being computed, or waiting after a failure.
    Pending,
    /// Here.
    Ready,
}

/// Something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What.
    pub what: Message,
    /// The best block then.
    pub block: BlockNumber,
}

/// What a party may have to say to the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// The answer to a turn.
    Move(Turn),
    /// The other side has let its time run out in this round.
    TimeOut {
        /// The round.
        round: u32,
    },
    /// A game waits although its defender may have a place free.
    Start,
    /// Money is due to a party.
    Pull,
    /// A slash may be paid out.
    Settle {
        /// Its number.
        slash: u64,
    },
    /// The record may be removed and the deposit returned.
    CleanUp,
}

impl Message {
    /// Its name in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Move(_) => "move",
            Self::TimeOut { .. } => "time out",
            Self::Start => "start",
            Self::Pull => "pull",
            Self::Settle { .. } => "settle the slash",
            Self::CleanUp => "clean up",
        }
    }

    /// Blocks after which it is sent again.
    const fn pause(self) -> BlockNumber {
        match self {
            Self::Start => START,
            _ => RESEND,
        }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing for now.
    Wait,
    /// Compute the answer to this turn; the chain waits for it until `deadline`, in chain time.
    Think {
        /// The turn.
        turn: Turn,
        /// The last block for the move.
        deadline: BlockNumber,
    },
    /// Send this.
    Send(Message),
    /// Nothing is left to do for this party, for ever.
    Forget,
}

impl Have {
    /// Drops what was sent once the best block shows its effect: if a re-organisation takes that back, it is sent again at
    /// once.
    pub fn update(&mut self, seen: &Seen<'_>) {
        let wanted = wanted(seen, self);
        self.sent = self.sent.filter(|sent| wanted == Decision::Send(sent.what));
    }
}

/// Decides what to do about a dispute.
pub fn decide(seen: &Seen<'_>, have: &Have) -> Decision {
    let message = match wanted(seen, have) {
        Decision::Send(message) => message,
        decision => return decision,
    };
    match have.sent {
        Some(sent) if sent.what == message && rests(sent, seen.block) => Decision::Wait,
        _ => Decision::Send(message),
    }
}

fn rests(sent: Sent, block: BlockNumber) -> bool {
    // A block with a smaller number is one of another fork, where nothing was sent yet.
    block >= sent.block && block < sent.block.saturating_add(sent.what.pause())
}

/// What to do if nothing was sent lately.
fn wanted(seen: &Seen<'_>, have: &Have) -> Decision {
    match seen.best.standing {
        Standing::Queued if seen.us == Party::Challenger => Decision::Send(Message::Start),
        Standing::Queued => Decision::Wait,
        Standing::Running {
            mover, deadline, ..
        } if mover == seen.us => match seen.turn {
            Some(turn) => ours(turn, deadline, seen.now, have.answer),
            None => Decision::Wait,
        },
        Standing::Running {
            deadline, round, ..
        } => match seen.now > deadline {
            true => Decision::Send(Message::TimeOut { round }),
            false => Decision::Wait,
        },
        Standing::Ended { .. } | Standing::Moot { .. } => over(seen),
    }
}

/// This party is to move.
fn ours(turn: Turn, deadline: BlockNumber, now: BlockNumber, answer: Answer) -> Decision {
    match answer {
        // The chain takes a move no more, whether or not the other side has claimed it.
        _ if now > deadline => Decision::Wait,
        Answer::Missing => Decision::Think { turn, deadline },
        Answer::Pending => Decision::Wait,
        Answer::Ready => Decision::Send(Message::Move(turn)),
    }
}

/// The game is over at the best block; if it is so for ever, the money goes where it is due.
fn over(seen: &Seen<'_>) -> Decision {
    let Some(view) = seen.finalised else {
        return Decision::Wait;
    };
    let (at, won) = match view.standing {
        Standing::Ended { verdict, at } => (at, verdict.winner == seen.us),
        Standing::Moot { at } => (at, seen.us == Party::Challenger),
        Standing::Queued | Standing::Running { .. } => return Decision::Wait,
    };
    match seen.us {
        Party::Defender if won && view.bond > 0 => Decision::Send(Message::Pull),
        Party::Defender => Decision::Forget,
        Party::Challenger => challengers(view, at, seen),
    }
}

/// A challenger's money: the bond, the share of a slash, the deposit.
fn challengers(view: &DisputeView<Account>, at: BlockNumber, seen: &Seen<'_>) -> Decision {
    let (share, now) = (view.share, seen.now);
    if view.bond > 0 || share.is_some_and(|share| share.held_until.is_none()) {
        return Decision::Send(Message::Pull);
    }
    match share {
        Some(share) => match share.held_until.is_none_or(|until| now >= until) {
            true => Decision::Send(Message::Settle { slash: share.slash }),
            false => Decision::Wait,
        },
        None if now >= at.saturating_add(seen.retention) => Decision::Send(Message::CleanUp),
        None => Decision::Wait,
    }
}

/// Whether a dispute that was never looked at before needs to be: most of those on record are over and settled.
pub fn concerns(us: Party, view: &DisputeView<Account>) -> bool {
    match (us, view.standing) {
        (Party::Defender, Standing::Ended { verdict, .. }) => verdict.winner == us && view.bond > 0,
        (Party::Defender, Standing::Moot { .. }) => false,
        _ => true,
    }
}
