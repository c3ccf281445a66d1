//! What to do about a job: a pure function of what the chain says and what this worker has.
//!
//! A decision is made anew at every block from the chain's state, never from events, so that a worker that slept, crashed
//! or lost its connection decides as one that saw everything. Work that is hard to take back (claiming, accepting,
//! declining) follows the newest final block; a commitment follows the best block and is sent again until it is final.

use std::collections::BTreeSet;

use assay_client::Account;
use assay_protocol::{
    AfterSettling, BlockNumber, DeclineReason, Fault, JobStatus, JobView, Reserve, SegmentIndex,
    SegmentStatus, SegmentView, StateRoot,
};

use crate::Intent;

/// Blocks that the chain's own agenda gets to pay a due segment before the worker asks for it.
const AGENDA_GRACE: BlockNumber = 3;

/// Blocks before the end of the accept window in which a worker that still lacks something declines.
const LAST_CALL: BlockNumber = 3;

/// What the chain says of a job.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The provider's owner account.
    pub us: &'a Account,
    /// Chain time at the best block.
    pub now: BlockNumber,
    /// The job at the best block.
    pub best: &'a JobView<Account>,
    /// The job at the newest final block.
    pub finalised: &'a JobView<Account>,
    /// The job's segments that are committed and not final, at the best block.
    pub committed: &'a [SegmentView<Account>],
}

/// What this worker has for a job.
#[derive(Clone, Debug, Default)]
pub struct Have {
    /// How far program and data are checked.
    pub preparation: Preparation,
    /// Whether there is room for one more job.
    pub room: Room,
    /// Transactions that are on their way.
    pub in_flight: BTreeSet<Intent>,
    /// Intents that failed lately and wait.
    pub resting: BTreeSet<Intent>,
    /// Trained whole: the segment that the chain has in training, from the state that it starts from.
    pub trained: Trained,
}

/// Whether the worker may take another job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// It may.
    #[default]
    Free,
    /// It holds as many as it should, or is about to stop.
    Full,
}

/// Whether the segment in training is trained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trained {
    /// Not whole, or from another state.
    #[default]
    No,
    /// Every interval is in the journal.
    Whole,
}

/// How far a job's program and data are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preparation {
    /// Not begun, or to be tried again.
    #[default]
    Missing,
    /// Under way.
    Running,
    /// Checked and here.
    Ready,
    /// Something could not be fetched yet; declining would name this reason.
    Unavailable(DeclineReason),
    /// The job cannot be done, whenever it is tried.
    Hopeless(DeclineReason),
}

/// What to do. All parts apply at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Fetch and check program and data.
    pub prepare: bool,
    /// The transaction to make.
    pub send: Option<Intent>,
    /// The segments to train.
    pub train: Option<Goal>,
    /// Nothing is left to do for this job: drop what is held for it.
    pub forget: bool,
}

/// Segments to train, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The first segment, which the chain has in training.
    pub first: SegmentIndex,
    /// The state that it starts from.
    pub start: StateRoot,
    /// The last segment: the first one, or the next if its reserve is sure to be there.
    pub last: SegmentIndex,
    /// Segments that are final: states from before the last of them need not be kept.
    pub finalised: u32,
}

/// Decides what to do about a job.
pub fn decide(seen: &Seen<'_>, have: &Have) -> Decision {
    let decision = match &seen.finalised.state.status {
        JobStatus::Open { until } => open(seen, have, *until),
        JobStatus::Assigned { to, accept_by } if to.provider == *seen.us => {
            assigned(seen, have, *accept_by)
        }
        JobStatus::Ended { .. } => Decision {
            forget: true,
            ..Decision::default()
        },
        status if is_ours(status, seen.us) => working(seen, have),
        _ => Decision {
            forget: true,
            ..Decision::default()
        },
    };
    let send = decision
        .send
        .filter(|intent| !have.in_flight.contains(intent) && !have.resting.contains(intent));
    Decision { send, ..decision }
}

fn is_ours(status: &JobStatus<Account>, us: &Account) -> bool {
    status.assignment().is_some_and(|by| by.provider == *us)
}

/// A job that waits for a provider.
fn open(seen: &Seen<'_>, have: &Have, until: BlockNumber) -> Decision {
    let still_open = matches!(seen.best.state.status, JobStatus::Open { .. });
    let excluded = seen.finalised.state.excluded.contains(seen.us);
    let claimed = have.in_flight.contains(&Intent::Claim);
    if is_ours(&seen.best.state.status, seen.us) || claimed {
        return Decision::default();
    }
    if !still_open || excluded || seen.now >= until || have.room == Room::Full {
        return Decision {
            forget: true,
            ..Decision::default()
        };
    }
    match have.preparation {
        Preparation::Missing | Preparation::Unavailable(_) => Decision {
            prepare: true,
            ..Decision::default()
        },
        Preparation::Ready => sending(Intent::Claim),
        // The buyer is told by a claim and a decline, which costs the worker two fees and nothing else.
        Preparation::Hopeless(reason) if reason.fault() == Fault::Buyer => sending(Intent::Claim),
        Preparation::Hopeless(_) | Preparation::Running => Decision::default(),
    }
}

/// A job that this worker has claimed.
fn assigned(seen: &Seen<'_>, have: &Have, accept_by: BlockNumber) -> Decision {
    let answered = !matches!(seen.best.state.status, JobStatus::Assigned { .. });
    let answering = have
        .in_flight
        .iter()
        .any(|intent| matches!(intent, Intent::Accept | Intent::Decline(_)));
    if answered || answering || seen.now > accept_by {
        return Decision::default();
    }
    let last_call = seen.now.saturating_add(LAST_CALL) >= accept_by;
    match have.preparation {
        Preparation::Ready => sending(Intent::Accept),
        Preparation::Hopeless(reason) => sending(Intent::decline(reason)),
        Preparation::Unavailable(reason) if last_call => sending(Intent::decline(reason)),
        Preparation::Missing | Preparation::Unavailable(_) => Decision {
            prepare: true,
            ..Decision::default()
        },
        Preparation::Running => Decision::default(),
    }
}

/// A job that this worker has accepted.
fn working(seen: &Seen<'_>, have: &Have) -> Decision {
    if !is_ours(&seen.best.state.status, seen.us) {
        return Decision::default();
    }
    let finalise = due(seen).map(Intent::Finalise);
    let Some(segment) = seen.best.state.status.training() else {
        return Decision {
            send: finalise,
            ..Decision::default()
        };
    };
    let prepare = matches!(
        have.preparation,
        Preparation::Missing | Preparation::Unavailable(_)
    );
    let commit = (have.trained == Trained::Whole).then_some(Intent::Commit(segment));
    let train = (have.preparation == Preparation::Ready).then(|| goal(seen, segment));
    Decision {
        prepare,
        send: commit.or(finalise),
        train,
        forget: false,
    }
}

fn sending(intent: Intent) -> Decision {
    Decision {
        send: Some(intent),
        ..Decision::default()
    }
}

/// The oldest committed segment, if its window is over and the chain's agenda has not paid it.
fn due(seen: &Seen<'_>) -> Option<SegmentIndex> {
    let oldest = seen.committed.iter().min_by_key(|view| view.segment)?;
    match oldest.status {
        SegmentStatus::Committed { window_end, .. }
            if seen.now >= window_end.saturating_add(AGENDA_GRACE) =>
        {
            Some(oldest.segment)
        }
        _ => None,
    }
}

/// What to train while a segment is in training.
fn goal(seen: &Seen<'_>, segment: SegmentIndex) -> Goal {
    let last = if next_is_sure(seen.best, segment) {
        segment.next()
    } else {
        segment
    };
    Goal {
        first: segment,
        start: seen.best.resume.state,
        last,
        finalised: seen.finalised.state.progress.finalised,
    }
}

/// Whether the segment after the one in training starts as soon as that one is committed.
fn next_is_sure(job: &JobView<Account>, segment: SegmentIndex) -> bool {
    let JobStatus::Running { by, .. } = &job.state.status else {
        return false;
    };
    let next = segment.next();
    let reserve = Reserve::of(&job.record.spec, next, by.price_per_segment, &job.params).total();
    let pending = job.state.progress.pending().saturating_add(1);
    next.0 < job.segments
        && pending < job.params.segments.pipeline_limit
        && reserve <= job.state.ledger.escrow
}

/// Whether a job may still give this worker anything to do.
pub fn concerns(job: &JobView<Account>, us: &Account) -> bool {
    match &job.state.status {
        JobStatus::Open { .. } => !job.state.excluded.contains(us),
        JobStatus::Settling { by, training, then } => {
            by.provider == *us
                && (training.is_some()
                    || job.state.progress.pending() > 0
                    || *then == AfterSettling::Reopen)
        }
        status => is_ours(status, us),
    }
}
