//! What to do about a committed segment: a pure function of what the chain says and what was found.

use assay_client::Account;
use assay_game::{DisputeView, Party, Standing};
use assay_protocol::{BlockNumber, JobId, SegmentIndex};

/// Blocks before a window's end in which a wrong commitment is challenged although it is not final yet.
pub const LAST_CALL: BlockNumber = 5;

/// What was found of a commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finding {
    /// It was not executed again.
    #[default]
    None,
    /// It is right.
    Right,
    /// It is wrong.
    Wrong,
}

/// Whether this party argues about a commitment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Disputed {
    /// It does not, and has not.
    #[default]
    No,
    /// It does.
    Open,
    /// It did, and lost.
    Lost,
}

/// What the chain says of a commitment, and what this party knows.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Chain time at the best block.
    pub now: BlockNumber,
    /// The first block in which nobody may challenge it any more.
    pub window_end: BlockNumber,
    /// Whether the newest final block has it as well.
    pub finalised: bool,
    /// Whether the segment is one to be checked.
    pub chosen: bool,
    /// Whether this party argues about it.
    pub disputed: Disputed,
    /// What was found.
    pub finding: Finding,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// Execute it again.
    Check,
    /// Challenge it.
    Challenge,
}

/// Decides what to do about a committed segment of another provider.
pub fn decide(seen: &Seen) -> Decision {
    let left = seen.window_end.saturating_sub(seen.now);
    match (seen.disputed, seen.finding) {
        // Its game cannot be played without the execution.
        (Disputed::Open, Finding::None) => Decision::Check,
        (Disputed::No, Finding::None) if seen.chosen && left > 0 => Decision::Check,
        (Disputed::No, Finding::Wrong) if seen.finalised && left > 0 => Decision::Challenge,
        (Disputed::No, Finding::Wrong) if left > 0 && left <= LAST_CALL => Decision::Challenge,
        _ => Decision::Nothing,
    }
}

/// Whether one of these disputes of this party is about the commitment made to a segment in block `since`. A game that was
/// won or is moot was about an earlier commitment: its segment is void.
pub fn disputed<'a>(
    views: impl IntoIterator<Item = &'a DisputeView<Account>>,
    job: JobId,
    segment: SegmentIndex,
    since: BlockNumber,
) -> Disputed {
    let about = views
        .into_iter()
        .filter(|view| (view.job, view.segment) == (job, segment));
    let states = about.map(|view| match view.standing {
        Standing::Queued | Standing::Running { .. } => Disputed::Open,
        Standing::Ended { verdict, at } if verdict.winner == Party::Defender && at >= since => {
            Disputed::Lost
        }
        Standing::Ended { .. } | Standing::Moot { .. } => Disputed::No,
    });
    let states: Vec<_> = states.collect();
    let has = |state| states.contains(&state);
    match (has(Disputed::Open), has(Disputed::Lost)) {
        (true, _) => Disputed::Open,
        (false, true) => Disputed::Lost,
        (false, false) => Disputed::No,
    }
}
