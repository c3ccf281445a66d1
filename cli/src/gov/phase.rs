//! Where a referendum stands, what it lacks, and what happens next if votes stay as they are.

use assay_client::governance::{Ongoing, Referendum, Share, Track};
use assay_protocol::{Balance, BlockTime};
use serde::Serialize;

use crate::{amount::show, clock::blocks, output::decimal};

/// Where a referendum stands. Times are in plain blocks from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Phase {
    /// Nobody has put down the decision deposit.
    AwaitingDeposit {
        /// The deposit.
        #[serde(serialize_with = "decimal")]
        amount: Balance,
        /// When it ends undecided.
        times_out_in: u32,
    },
    /// It is voted on, and its decision has not begun.
    Preparing {
        /// When the decision may begin.
        decides_in: u32,
    },
    /// As many decisions of its track run as may.
    Queued,
    /// The decision runs and is not passing.
    Deciding {
        /// When it is rejected.
        rejected_in: u32,
        /// When these votes are enough and its confirmation begins; none if they never are.
        confirms_in: Option<u32>,
    },
    /// It passes unless votes change.
    Confirming {
        /// When.
        approved_in: u32,
    },
    /// It has passed.
    Approved {
        /// When its call is dispatched.
        dispatched_in: u32,
    },
    /// It has passed, and its call has been dispatched.
    Dispatched,
    /// It was never clear enough.
    Rejected,
    /// It was cancelled; deposits go back.
    Cancelled,
    /// Nobody put down the decision deposit in time.
    TimedOut,
    /// It was killed, and its deposits are lost.
    Killed,
}

/// What a phase depends on, beside the referendum.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The number of the block.
    pub block: u32,
    /// The tokens that could vote.
    pub issuance: Balance,
    /// Blocks after which a referendum without deposit ends.
    pub timeout: u32,
    /// The block in which an approved call is dispatched, unless it has been.
    pub enactment: Option<u32>,
    /// The referendum's track; none of those that are over.
    pub track: Option<&'a Track>,
}

impl Phase {
    /// Of a referendum; `None` if its track is unknown.
    pub fn of(referendum: &Referendum, now: Now<'_>) -> Option<Self> {
        Some(match referendum {
            Referendum::Ongoing(ongoing) => Self::ongoing(ongoing, now.track?, now),
            Referendum::Approved(..) => match now.enactment {
                Some(at) => Self::Approved {
                    dispatched_in: at.saturating_sub(now.block),
                },
                None => Self::Dispatched,
            },
            Referendum::Rejected(..) => Self::Rejected,
            Referendum::Cancelled(..) => Self::Cancelled,
            Referendum::TimedOut(..) => Self::TimedOut,
            Referendum::Killed(_) => Self::Killed,
        })
    }

    fn ongoing(ongoing: &Ongoing, track: &Track, now: Now<'_>) -> Self {
        let until =
            |block: u32, period: u32| block.saturating_add(period).saturating_sub(now.block);
        let Some(deciding) = ongoing.deciding else {
            return match ongoing.decision_deposit {
                None => Self::AwaitingDeposit {
                    amount: track.decision_deposit,
                    times_out_in: until(ongoing.submitted, now.timeout),
                },
                Some(_) if ongoing.in_queue => Self::Queued,
                Some(_) => Self::Preparing {
                    decides_in: until(ongoing.submitted, track.prepare_period),
                },
            };
        };
        match deciding.confirming {
            Some(end) => Self::Confirming {
                approved_in: until(end, 0),
            },
            None => Self::Deciding {
                rejected_in: until(deciding.since, track.decision_period),
                confirms_in: track
                    .first_passing(&ongoing.tally, now.issuance)
                    .map(|elapsed| until(deciding.since, elapsed)),
            },
        }
    }

    /// Whether nothing more happens to it.
    pub const fn is_over(&self) -> bool {
        matches!(
            self,
            Self::Dispatched | Self::Rejected | Self::Cancelled | Self::TimedOut | Self::Killed
        )
    }

    /// In one word or two, the same while it lasts.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AwaitingDeposit { .. } => "awaiting deposit",
            Self::Preparing { .. } => "preparing",
            Self::Queued => "queued",
            Self::Deciding { .. } => "deciding",
            Self::Confirming { .. } => "confirming",
            Self::Approved { .. } => "approved",
            Self::Dispatched => "dispatched",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed out",
            Self::Killed => "killed",
        }
    }

    /// What happens next, and when; nothing more if it is over.
    pub fn next(&self, time: BlockTime) -> Option<String> {
        let after = |count: u32| blocks(count, time);
        Some(match *self {
            Self::AwaitingDeposit {
                amount,
                times_out_in,
            } => format!(
                "`assay gov deposit` puts down {}; without it, it ends in {}",
                show(amount),
                after(times_out_in)
            ),
            Self::Preparing { decides_in } => {
                format!("its decision begins in {}", after(decides_in))
            }
            Self::Queued => "its decision begins when another of its track has ended".to_owned(),
            Self::Deciding {
                rejected_in,
                confirms_in: None,
            } => format!("with these votes it is rejected in {}", after(rejected_in)),
            Self::Deciding {
                confirms_in: Some(confirms_in),
                ..
            } => format!(
                "with these votes its confirmation begins in {}",
                after(confirms_in)
            ),
            Self::Confirming { approved_in } => {
                format!("with these votes it is approved in {}", after(approved_in))
            }
            Self::Approved { dispatched_in } => {
                format!("its call is dispatched in {}", after(dispatched_in))
            }
            _ => return None,
        })
    }
}

/// What a referendum's votes are, and what they would have to be now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Votes {
    /// For it, weighted by conviction.
    #[serde(serialize_with = "decimal")]
    pub ayes: Balance,
    /// Against it, weighted by conviction.
    #[serde(serialize_with = "decimal")]
    pub nays: Balance,
    /// Tokens that voted aye or abstained, unweighted.
    #[serde(serialize_with = "decimal")]
    pub support: Balance,
    /// The share of ayes in billionths.
    pub approval: Share,
    /// What it must be now.
    pub approval_needed: Share,
    /// The share of all tokens that support it, in billionths.
    pub support_share: Share,
    /// What it must be now.
    pub support_needed: Share,
    /// Weighted ayes that are missing now.
    #[serde(serialize_with = "decimal")]
    pub missing_ayes: Balance,
    /// Tokens of support that are missing now.
    #[serde(serialize_with = "decimal")]
    pub missing_support: Balance,
}

impl Votes {
    /// Of a referendum; before its decision begins, against what is needed at its beginning.
    pub fn of(ongoing: &Ongoing, track: &Track, block: u32, issuance: Balance) -> Self {
        let elapsed = |since: u32| block.saturating_sub(since);
        let elapsed = ongoing
            .deciding
            .map_or(0, |deciding| elapsed(deciding.since));
        let (approval_needed, support_needed) = track.needed(elapsed);
        let tally = ongoing.tally;
        let enough = support_needed.ceil_of(issuance);
        Self {
            ayes: tally.ayes,
            nays: tally.nays,
            support: tally.support,
            approval: tally.approval(),
            approval_needed,
            support_share: tally.support(issuance),
            support_needed,
            missing_ayes: missing_ayes(tally.ayes, tally.nays, approval_needed),
            missing_support: enough.saturating_sub(tally.support),
        }
    }
}

/// Ayes that are missing until they are that share of all votes: `share / (1 - share)` of the nays.
fn missing_ayes(ayes: Balance, nays: Balance, share: Share) -> Balance {
    let against = Balance::from(Share::WHOLE.0.saturating_sub(share.0));
    if nays == 0 {
        // Any aye is all votes.
        return Balance::from(ayes == 0 && share > Share(0));
    }
    if against == 0 {
        return Balance::MAX;
    }
    let needed = nays.saturating_mul(share.0.into()).div_ceil(against);
    needed.saturating_sub(ayes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_client::{
        governance::{Curve, Deciding, Deposit, Enactment, Proposal, Tally},
        Account,
    };

    const PERCENT: u32 = 10_000_000;

    fn track() -> Track {
        let falling = |ceil, floor| Curve::Linear {
            length: Share::WHOLE,
            floor: Share(floor * PERCENT),
            ceil: Share(ceil * PERCENT),
        };
        Track {
            id: 2,
            name: "parameter_admin".to_owned(),
            max_deciding: 1,
            decision_deposit: 7,
            prepare_period: 20,
            decision_period: 100,
            confirm_period: 3,
            min_enactment_period: 4,
            min_approval: falling(100, 50),
            min_support: falling(50, 0),
        }
    }

    fn ongoing(deposit: bool, deciding: Option<Deciding>, tally: Tally) -> Ongoing {
        let submission_deposit = Deposit {
            who: Account([1; 32]),
            amount: 1,
        };
        Ongoing {
            track: 2,
            proposal: Proposal::Inline(vec![]),
            enactment: Enactment::After(0),
            submitted: 10,
            submission_deposit,
            decision_deposit: deposit.then_some(submission_deposit),
            deciding,
            tally,
            in_queue: false,
        }
    }

    fn phase(referendum: &Referendum) -> Phase {
        let track = track();
        let now = Now {
            block: 60,
            issuance: 1_000,
            timeout: 200,
            enactment: Some(65),
            track: Some(&track),
        };
        Phase::of(referendum, now).unwrap()
    }

    #[test]
    fn each_phase_tells_what_comes_next() {
        let phase_of = |deposit, deciding, tally| {
            phase(&Referendum::Ongoing(Box::new(ongoing(
                deposit, deciding, tally,
            ))))
        };
        let none = Tally::default();
        let deposit = Phase::AwaitingDeposit {
            amount: 7,
            times_out_in: 150,
        };
        assert_eq!(phase_of(false, None, none), deposit);
        assert_eq!(
            phase_of(true, None, none),
            Phase::Preparing { decides_in: 0 }
        );
        let running = |confirming| {
            Some(Deciding {
                since: 50,
                confirming,
            })
        };
        let rejected = Phase::Deciding {
            rejected_in: 90,
            confirms_in: None,
        };
        assert_eq!(phase_of(true, running(None), none), rejected);
        // 10 % of support are enough 80 blocks after the decision's begin.
        let some = Tally {
            ayes: 600,
            nays: 0,
            support: 100,
        };
        let later = Phase::Deciding {
            rejected_in: 90,
            confirms_in: Some(70),
        };
        assert_eq!(phase_of(true, running(None), some), later);
        let confirming = Phase::Confirming { approved_in: 2 };
        assert_eq!(phase_of(true, running(Some(62)), some), confirming);
        let approved = Phase::Approved { dispatched_in: 5 };
        assert_eq!(phase(&Referendum::Approved(59, None, None)), approved);
        assert!(phase(&Referendum::Killed(59)).is_over());
    }

    #[test]
    fn what_is_missing_is_enough() {
        let deciding = Some(Deciding {
            since: 50,
            confirming: None,
        });
        let tally = Tally {
            ayes: 10,
            nays: 5,
            support: 10,
        };
        let votes = Votes::of(&ongoing(true, deciding, tally), &track(), 60, 1_000);
        // After a tenth of the time 95 % and 45 %.
        assert_eq!(votes.approval_needed, Share(95 * PERCENT));
        assert_eq!((votes.missing_ayes, votes.missing_support), (85, 440));
        let enough = Tally {
            ayes: 95,
            nays: 5,
            support: 450,
        };
        assert!(track().passes(&enough, 1_000, 10));
        assert_eq!(missing_ayes(0, 0, Share(1)), 1);
        assert_eq!(missing_ayes(1, 0, Share::WHOLE), 0);
    }
}
