//! A job's state machine. Transitions are pure; time is an argument.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Balance, BlockNumber, EndReason, PerMille, SegmentIndex};

/// A provider bound to a job.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Assignment<AccountId> {
    /// The provider's owner account.
    pub provider: AccountId,
    /// The agreed price of a full segment.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub price_per_segment: Balance,
    /// Collateral on hold on the owner's account for this job.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub collateral: Balance,
}

/// Where a job stands.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum JobStatus<AccountId> {
    /// Waits for a provider; next: `Assigned` by a claim, `Ended` by cancel or after `until`.
    ///
    /// The escrow covers the next segment.
    Open {
        /// The last block in which it may be claimed.
        until: BlockNumber,
    },
    /// A provider checks program and data; next: `Waiting` and at once `Running` by acceptance,
    /// else `Open` again.
    Assigned {
        /// The provider.
        to: Assignment<AccountId>,
        /// The last block in which it may accept or decline.
        accept_by: BlockNumber,
    },
    /// A segment is being trained; next: `Waiting` by its commitment, `Settling` by its deadline or
    /// by cancel.
    Running {
        /// The provider.
        by: Assignment<AccountId>,
        /// The segment in training.
        segment: SegmentIndex,
    },
    /// Nothing is in training: the pipeline is full or everything is committed; next: `Running` or
    /// `Ended` as segments become final.
    Waiting {
        /// The provider.
        by: Assignment<AccountId>,
    },
    /// The escrow does not cover the next segment; next: `Waiting` or `Open` by a top-up, `Settling`
    /// or `Ended` by cancel or after `until`.
    Paused {
        /// The provider that waits, if the job has one.
        by: Option<Assignment<AccountId>>,
        /// The last block in which a top-up resumes it.
        until: BlockNumber,
    },
    /// No further segment starts; next: what `then` says, once the segment in training is committed
    /// or late and every committed one is final.
    Settling {
        /// The provider, whose collateral stays on hold until then.
        by: Assignment<AccountId>,
        /// The segment still in training.
        training: Option<SegmentIndex>,
        /// What follows.
        then: AfterSettling,
    },
    /// No next state; its records are removed by clean-up after the retention.
    Ended {
        /// Why.
        reason: EndReason,
        /// The block of its end.
        at: BlockNumber,
    },
}

/// What follows a job's settling.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum AfterSettling {
    /// The job opens again from the newest final root.
    Reopen,
    /// The job ends.
    End(EndReason),
}

/// Why a transition is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The job waits for no provider.
    #[error("the job is not open")]
    NotOpen,
    /// The job is not assigned and unaccepted.
    #[error("the job is not waiting for acceptance")]
    NotAssigned,
    /// Another provider has the job.
    #[error("the job is another provider's")]
    NotYours,
    /// The segment is not in training.
    #[error("the segment is not in training")]
    NotTraining,
    /// The segment is not committed.
    #[error("the segment is not committed, or final already")]
    NotCommitted,
    /// An earlier segment is not final.
    #[error("an earlier segment is not final")]
    NotNext,
    /// The job is not paused.
    #[error("the job is not paused")]
    NotPaused,
    /// The clock has not run out.
    #[error("too early: the clock has not run out")]
    Early,
    /// The clock has run out.
    #[error("too late: the clock has run out")]
    Late,
    /// The provider declined this job before, or was convicted over it.
    #[error("the provider declined this job before, or was convicted over it")]
    Excluded,
    /// The job has ended or is bound to end.
    #[error("the job has ended or is ending")]
    Ending,
    /// The job has not ended.
    #[error("the job has not ended")]
    NotEnded,
}

impl<AccountId> Assignment<AccountId> {
    /// Takes a share of the collateral, rounded up, and returns it.
    pub fn slash(&mut self, share: PerMille) -> Balance {
        let amount = share.ceil_of(self.collateral).min(self.collateral);
        self.collateral = self.collateral.saturating_sub(amount);
        amount
    }
}

impl<AccountId: PartialEq> JobStatus<AccountId> {
    /// A provider takes the open job.
    ///
    /// # Errors
    /// [`Refused::NotOpen`]; [`Refused::Late`] after the opening's end.
    pub fn claim(
        self,
        to: Assignment<AccountId>,
        now: BlockNumber,
        accept_by: BlockNumber,
    ) -> Result<Self, Refused> {
        match self {
            Self::Open { until } if now > until => Err(Refused::Late),
            Self::Open { .. } => Ok(Self::Assigned { to, accept_by }),
            _ => Err(Refused::NotOpen),
        }
    }

    /// The assigned provider accepts.
    ///
    /// # Errors
    /// [`Refused::NotAssigned`], [`Refused::NotYours`], [`Refused::Late`].
    pub fn accept(self, provider: &AccountId, now: BlockNumber) -> Result<Self, Refused> {
        Ok(Self::Waiting {
            by: self.answer(provider, now)?,
        })
    }

    /// The assigned provider declines; `then` follows at once.
    ///
    /// # Errors
    /// [`Refused::NotAssigned`], [`Refused::NotYours`], [`Refused::Late`].
    pub fn decline(
        self,
        provider: &AccountId,
        now: BlockNumber,
        then: AfterSettling,
    ) -> Result<Self, Refused> {
        Ok(Self::Settling {
            by: self.answer(provider, now)?,
            training: None,
            then,
        })
    }

    fn answer(
        self,
        provider: &AccountId,
        now: BlockNumber,
    ) -> Result<Assignment<AccountId>, Refused> {
        match self {
            Self::Assigned { to, .. } if to.provider != *provider => Err(Refused::NotYours),
            Self::Assigned { accept_by, .. } if now > accept_by => Err(Refused::Late),
            Self::Assigned { to, .. } => Ok(to),
            _ => Err(Refused::NotAssigned),
        }
    }

    /// The assigned provider was silent.
    ///
    /// # Errors
    /// [`Refused::NotAssigned`]; [`Refused::Early`] within the accept window.
    pub fn miss_acceptance(self, now: BlockNumber) -> Result<Self, Refused> {
        match self {
            Self::Assigned { accept_by, .. } if now <= accept_by => Err(Refused::Early),
            Self::Assigned { to, .. } => Ok(Self::Settling {
                by: to,
                training: None,
                then: AfterSettling::Reopen,
            }),
            _ => Err(Refused::NotAssigned),
        }
    }

    /// The segment in training is committed by `provider`.
    ///
    /// # Errors
    /// [`Refused::NotTraining`], [`Refused::NotYours`].
    pub fn commit(self, provider: &AccountId, committed: SegmentIndex) -> Result<Self, Refused> {
        match self {
            Self::Running { by, segment } if segment == committed => {
                is_provider(&by, provider)?;
                Ok(Self::Waiting { by })
            }
            Self::Settling {
                by,
                training: Some(segment),
                then,
            } if segment == committed => {
                is_provider(&by, provider)?;
                Ok(Self::Settling {
                    by,
                    training: None,
                    then,
                })
            }
            _ => Err(Refused::NotTraining),
        }
    }

    /// The segment in training is late.
    ///
    /// # Errors
    /// [`Refused::NotTraining`] unless it is this segment that trains.
    pub fn miss_deadline(self, late: SegmentIndex) -> Result<Self, Refused> {
        match self {
            Self::Running { by, segment } if segment == late => Ok(Self::Settling {
                by,
                training: None,
                then: AfterSettling::Reopen,
            }),
            Self::Settling {
                by,
                training: Some(segment),
                then,
            } if segment == late => Ok(Self::Settling {
                by,
                training: None,
                then,
            }),
            _ => Err(Refused::NotTraining),
        }
    }

    /// The buyer cancels.
    ///
    /// # Errors
    /// [`Refused::Ending`] if the job has ended or is bound to end.
    pub fn cancel(self, now: BlockNumber) -> Result<Self, Refused> {
        let reason = EndReason::Cancelled;
        let then = AfterSettling::End(reason);
        match self {
            Self::Open { .. } | Self::Paused { by: None, .. } => {
                Ok(Self::Ended { reason, at: now })
            }
            Self::Assigned { to: by, .. }
            | Self::Waiting { by }
            | Self::Paused { by: Some(by), .. } => Ok(Self::Settling {
                by,
                training: None,
                then,
            }),
            Self::Running { by, segment } => Ok(Self::Settling {
                by,
                training: Some(segment),
                then,
            }),
            Self::Settling {
                by,
                training,
                then: AfterSettling::Reopen,
            } => Ok(Self::Settling { by, training, then }),
            Self::Settling {
                then: AfterSettling::End(_),
                ..
            }
            | Self::Ended { .. } => Err(Refused::Ending),
        }
    }

    /// The time of an open or paused job has run out.
    ///
    /// # Errors
    /// [`Refused::NotPaused`] if neither open nor paused; [`Refused::Early`] within its time.
    pub fn expire(self, now: BlockNumber) -> Result<Self, Refused> {
        let exhausted = EndReason::EscrowExhausted;
        match self {
            Self::Open { until } | Self::Paused { until, .. } if now <= until => {
                Err(Refused::Early)
            }
            Self::Open { .. } => Ok(Self::Ended {
                reason: EndReason::NoProvider,
                at: now,
            }),
            Self::Paused { by: None, .. } => Ok(Self::Ended {
                reason: exhausted,
                at: now,
            }),
            Self::Paused { by: Some(by), .. } => Ok(Self::Settling {
                by,
                training: None,
                then: AfterSettling::End(exhausted),
            }),
            _ => Err(Refused::NotPaused),
        }
    }
}

fn is_provider<AccountId: PartialEq>(
    by: &Assignment<AccountId>,
    provider: &AccountId,
) -> Result<(), Refused> {
    (by.provider == *provider)
        .then_some(())
        .ok_or(Refused::NotYours)
}

impl<AccountId> JobStatus<AccountId> {
    /// The provider bound to the job.
    pub fn assignment(&self) -> Option<&Assignment<AccountId>> {
        match self {
            Self::Assigned { to: by, .. }
            | Self::Running { by, .. }
            | Self::Waiting { by }
            | Self::Settling { by, .. } => Some(by),
            Self::Paused { by, .. } => by.as_ref(),
            Self::Open { .. } | Self::Ended { .. } => None,
        }
    }

    /// The provider bound to the job, to take from its collateral.
    pub fn assignment_mut(&mut self) -> Option<&mut Assignment<AccountId>> {
        match self {
            Self::Assigned { to: by, .. }
            | Self::Running { by, .. }
            | Self::Waiting { by }
            | Self::Settling { by, .. } => Some(by),
            Self::Paused { by, .. } => by.as_mut(),
            Self::Open { .. } | Self::Ended { .. } => None,
        }
    }

    /// The segment in training.
    pub fn training(&self) -> Option<SegmentIndex> {
        match self {
            Self::Running { segment, .. } => Some(*segment),
            Self::Settling { training, .. } => *training,
            _ => None,
        }
    }

    /// Whether the job still takes money: it has not ended and is not bound to end.
    pub fn takes_escrow(&self) -> bool {
        !matches!(
            self,
            Self::Ended { .. }
                | Self::Settling {
                    then: AfterSettling::End(_),
                    ..
                }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Status = JobStatus<u64>;

    const SEGMENT: SegmentIndex = SegmentIndex(2);

    fn by() -> Assignment<u64> {
        Assignment {
            provider: 7,
            price_per_segment: 10,
            collateral: 101,
        }
    }

    fn assigned() -> Status {
        Status::Open { until: 5 }.claim(by(), 5, 9).unwrap()
    }

    fn running() -> Status {
        Status::Running {
            by: by(),
            segment: SEGMENT,
        }
    }

    fn settling(training: Option<SegmentIndex>, then: AfterSettling) -> Status {
        Status::Settling {
            by: by(),
            training,
            then,
        }
    }

    #[test]
    fn only_an_open_job_is_claimed_and_in_time() {
        assert_eq!(
            Status::Open { until: 5 }.claim(by(), 6, 9),
            Err(Refused::Late)
        );
        assert_eq!(assigned().claim(by(), 6, 9), Err(Refused::NotOpen));
    }

    #[test]
    fn the_assigned_provider_alone_answers_and_in_time() {
        assert_eq!(assigned().accept(&7, 9), Ok(Status::Waiting { by: by() }));
        assert_eq!(assigned().accept(&8, 9), Err(Refused::NotYours));
        assert_eq!(assigned().accept(&7, 10), Err(Refused::Late));
        assert_eq!(running().accept(&7, 1), Err(Refused::NotAssigned));
        let reopen = AfterSettling::Reopen;
        assert_eq!(
            assigned().decline(&7, 9, reopen),
            Ok(settling(None, reopen))
        );
        assert_eq!(assigned().decline(&8, 9, reopen), Err(Refused::NotYours));
    }

    #[test]
    fn silence_counts_only_after_the_window() {
        assert_eq!(assigned().miss_acceptance(9), Err(Refused::Early));
        assert_eq!(
            assigned().miss_acceptance(10),
            Ok(settling(None, AfterSettling::Reopen))
        );
        assert_eq!(running().miss_acceptance(10), Err(Refused::NotAssigned));
    }

    #[test]
    fn a_commitment_is_for_the_segment_in_training() {
        assert_eq!(
            running().commit(&7, SEGMENT),
            Ok(Status::Waiting { by: by() })
        );
        assert_eq!(
            running().commit(&7, SEGMENT.next()),
            Err(Refused::NotTraining)
        );
        assert_eq!(running().commit(&8, SEGMENT), Err(Refused::NotYours));
        let end = AfterSettling::End(EndReason::Cancelled);
        assert_eq!(
            settling(Some(SEGMENT), end).commit(&7, SEGMENT),
            Ok(settling(None, end))
        );
        assert_eq!(
            settling(None, end).commit(&7, SEGMENT),
            Err(Refused::NotTraining)
        );
    }

    #[test]
    fn a_late_segment_settles_the_job() {
        assert_eq!(
            running().miss_deadline(SEGMENT),
            Ok(settling(None, AfterSettling::Reopen))
        );
        let end = AfterSettling::End(EndReason::Cancelled);
        assert_eq!(
            settling(Some(SEGMENT), end).miss_deadline(SEGMENT),
            Ok(settling(None, end))
        );
        assert_eq!(
            Status::Waiting { by: by() }.miss_deadline(SEGMENT),
            Err(Refused::NotTraining)
        );
    }

    #[test]
    fn cancel_ends_what_has_not_started_and_settles_what_has() {
        let end = AfterSettling::End(EndReason::Cancelled);
        let ended = Status::Ended {
            reason: EndReason::Cancelled,
            at: 3,
        };
        assert_eq!(Status::Open { until: 5 }.cancel(3), Ok(ended.clone()));
        assert_eq!(
            Status::Paused { by: None, until: 5 }.cancel(3),
            Ok(ended.clone())
        );
        assert_eq!(
            Status::Paused {
                by: Some(by()),
                until: 5
            }
            .cancel(3),
            Ok(settling(None, end))
        );
        assert_eq!(assigned().cancel(3), Ok(settling(None, end)));
        assert_eq!(running().cancel(3), Ok(settling(Some(SEGMENT), end)));
        assert_eq!(
            settling(None, AfterSettling::Reopen).cancel(3),
            Ok(settling(None, end))
        );
        assert_eq!(settling(None, end).cancel(3), Err(Refused::Ending));
        assert_eq!(ended.cancel(3), Err(Refused::Ending));
    }

    #[test]
    fn open_and_paused_jobs_expire() {
        assert_eq!(Status::Open { until: 5 }.expire(5), Err(Refused::Early));
        let alone = Status::Open { until: 5 }.expire(6);
        assert_eq!(
            alone,
            Ok(Status::Ended {
                reason: EndReason::NoProvider,
                at: 6
            })
        );
        let freed = Status::Paused {
            by: Some(by()),
            until: 5,
        }
        .expire(6);
        assert_eq!(
            freed,
            Ok(settling(
                None,
                AfterSettling::End(EndReason::EscrowExhausted)
            ))
        );
        assert_eq!(running().expire(6), Err(Refused::NotPaused));
    }

    #[test]
    fn a_slash_never_exceeds_the_collateral() {
        let mut assignment = by();
        assert_eq!(assignment.slash(PerMille(50)), 6);
        assert_eq!(assignment.collateral, 95);
        assert_eq!(assignment.slash(PerMille(5_000)), 95);
        assert_eq!(assignment.slash(PerMille(5_000)), 0);
    }
}
