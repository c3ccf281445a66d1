//! What a conviction does to a job: the convicted segment and all later ones are void.

use core::ops::Range;

use crate::{
    AfterSettling, Balance, BlockNumber, JobState, JobStatus, Refused, SegmentIndex, SegmentStatus,
};

/// What a conviction has taken from a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conviction<AccountId> {
    /// The convicted provider's owner account.
    pub provider: AccountId,
    /// Its whole collateral for the job; nothing if an earlier conviction has taken it.
    pub collateral: Balance,
    /// The numbers of the segments that are void, the convicted one first and the one in training last.
    pub void: Range<u32>,
}

impl<AccountId: Clone + PartialEq> JobState<AccountId> {
    /// The provider's commitment of `segment` is proved wrong: it and all later segments are void, and no further one
    /// starts. Earlier ones go on; once they are final the job opens again to others, unless it was ending anyway.
    ///
    /// The reserves of the void segments are to be given back with [`refund`](Self::refund).
    ///
    /// # Errors
    /// [`Refused::NotCommitted`] unless the segment is committed and not final.
    pub fn convict(&mut self, segment: SegmentIndex) -> Result<Conviction<AccountId>, Refused> {
        if !(self.progress.finalised..self.progress.committed).contains(&segment.0) {
            return Err(Refused::NotCommitted);
        }
        let training = u32::from(self.status.training().is_some());
        let void = segment.0..self.progress.committed.saturating_add(training);
        let mut status = self.status.clone().convict()?;
        let by = status.assignment_mut().ok_or(Refused::NotCommitted)?;
        let conviction = Conviction {
            provider: by.provider.clone(),
            collateral: core::mem::take(&mut by.collateral),
            void,
        };
        let reopen_or_end = self.exclude(&conviction.provider);
        self.status = status.then(reopen_or_end);
        self.progress.committed = segment.0;
        Ok(conviction)
    }

    /// The reserve of a void segment is escrow again.
    pub fn refund(&mut self, reserve: Balance) {
        self.ledger.escrow = self.ledger.escrow.saturating_add(reserve);
    }
}

impl<AccountId> JobStatus<AccountId> {
    /// The provider is convicted: nothing trains any more, and the job settles.
    ///
    /// # Errors
    /// [`Refused::NotCommitted`] if no provider can have committed anything that is not final.
    pub fn convict(self) -> Result<Self, Refused> {
        let (by, then) = match self {
            Self::Running { by, .. } | Self::Waiting { by } | Self::Paused { by: Some(by), .. } => {
                (by, AfterSettling::Reopen)
            }
            Self::Settling { by, then, .. } => (by, then),
            Self::Open { .. }
            | Self::Assigned { .. }
            | Self::Paused { by: None, .. }
            | Self::Ended { .. } => return Err(Refused::NotCommitted),
        };
        Ok(Self::Settling {
            by,
            training: None,
            then,
        })
    }

    /// What a settling job does afterwards, unless it ends anyway.
    fn then(mut self, next: AfterSettling) -> Self {
        if let Self::Settling { then, .. } = &mut self {
            if *then == AfterSettling::Reopen {
                *then = next;
            }
        }
        self
    }
}

impl<AccountId> SegmentStatus<AccountId> {
    /// This segment as of block `now`, if its job's deadlines have stood still since block `stopped`: the deadline of
    /// one in training lies later by as much, unless it had passed by then.
    pub fn resumed(mut self, stopped: BlockNumber, now: BlockNumber) -> Self {
        if let Self::Training {
            since, deadline, ..
        } = &mut self
        {
            if *deadline >= stopped {
                let stood = now.saturating_sub(stopped.max(*since));
                *deadline = deadline.saturating_add(stood);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Assignment, EndReason, Reserve, MAX_EXCLUDED};

    type Status = JobStatus<u64>;

    const END: AfterSettling = AfterSettling::End(EndReason::Cancelled);

    fn by(collateral: Balance) -> Assignment<u64> {
        Assignment {
            provider: 7,
            price_per_segment: 10,
            collateral,
        }
    }

    fn settling(collateral: Balance, then: AfterSettling) -> Status {
        Status::Settling {
            by: by(collateral),
            training: None,
            then,
        }
    }

    /// Segment 0 is final, 1 and 2 are committed.
    fn state(status: Status) -> JobState<u64> {
        let mut state = JobState::open(1_000, 0, 9);
        state.status = status;
        state.progress.finalised = 1;
        state.progress.committed = 3;
        state
    }

    fn running() -> Status {
        Status::Running {
            by: by(100),
            segment: SegmentIndex(3),
        }
    }

    #[test]
    fn a_conviction_takes_the_collateral_and_every_later_segment() {
        let mut state = state(running());
        let conviction = state.convict(SegmentIndex(2)).unwrap();
        assert_eq!((conviction.provider, conviction.collateral), (7, 100));
        assert_eq!(conviction.void, 2..4);
        assert_eq!(state.progress.committed, 2);
        assert_eq!(state.status, settling(0, AfterSettling::Reopen));
        state.refund(30);
        assert_eq!(state.ledger.escrow, 1_030);
    }

    #[test]
    fn the_convicted_may_not_claim_the_job_again() {
        let mut state = state(running());
        state.convict(SegmentIndex(2)).unwrap();
        state.convict(SegmentIndex(1)).unwrap();
        assert_eq!(state.excluded.to_vec(), [7], "once");
        state.status = Status::Open { until: 9 };
        assert_eq!(state.claim(by(100), 5, 8), Err(Refused::Excluded));
    }

    #[test]
    fn a_job_that_remembers_no_more_providers_ends() {
        let mut state = state(running());
        (100..99 + u64::from(MAX_EXCLUDED)).for_each(|who| state.excluded.try_push(who).unwrap());
        state.convict(SegmentIndex(2)).unwrap();
        let end = AfterSettling::End(EndReason::Declined);
        assert_eq!(state.status, settling(0, end));
    }

    #[test]
    fn a_second_conviction_finds_no_collateral() {
        let mut state = state(running());
        state.convict(SegmentIndex(2)).unwrap();
        let second = state.convict(SegmentIndex(1)).unwrap();
        assert_eq!((second.collateral, second.void), (0, 1..2));
        assert_eq!(state.progress.committed, 1);
    }

    #[test]
    fn only_what_is_committed_and_not_final_is_convicted() {
        for segment in [0, 3, u32::MAX] {
            let refused = state(running()).convict(SegmentIndex(segment));
            assert_eq!(refused, Err(Refused::NotCommitted));
        }
    }

    #[test]
    fn an_ending_job_still_ends() {
        let cancelled = Status::Settling {
            by: by(100),
            training: Some(SegmentIndex(3)),
            then: END,
        };
        let mut state = state(cancelled);
        assert_eq!(state.convict(SegmentIndex(1)).unwrap().void, 1..4);
        assert_eq!(state.status, settling(0, END));
    }

    #[test]
    fn waiting_and_paused_jobs_open_again() {
        let reopened = Ok(settling(5, AfterSettling::Reopen));
        assert_eq!(Status::Waiting { by: by(5) }.convict(), reopened);
        let paused = Status::Paused {
            by: Some(by(5)),
            until: 3,
        };
        assert_eq!(paused.convict(), reopened);
        let nobody = [
            Status::Open { until: 5 },
            Status::Paused { by: None, until: 5 },
            Status::Ended {
                reason: EndReason::Completed,
                at: 5,
            },
        ];
        for status in nobody {
            assert_eq!(status.convict(), Err(Refused::NotCommitted));
        }
    }

    #[test]
    fn a_deadline_stands_while_games_are_open() {
        let training = |since| SegmentStatus::Training {
            provider: 5u64,
            since,
            deadline: 20,
            reserve: Reserve::default(),
        };
        let deadline = |status| match status {
            SegmentStatus::Training { deadline, .. } => deadline,
            _ => 0,
        };
        assert_eq!(deadline(training(5).resumed(10, 17)), 27);
        assert_eq!(deadline(training(12).resumed(10, 17)), 25, "it began later");
        assert_eq!(deadline(training(5).resumed(20, 90)), 90, "just in time");
        assert_eq!(deadline(training(5).resumed(21, 90)), 20, "late already");
    }
}
