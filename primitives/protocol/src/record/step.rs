//! What follows from a job's state without anybody's doing.

use super::JobState;
use crate::{
    AfterSettling, Assignment, Balance, BlockNumber, EndReason, JobSpec, JobStatus, Params,
    Reserve, SegmentIndex,
};

/// What follows from a job's state without anybody's doing, and what the chain must do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep<AccountId> {
    /// The assignment that ends with this step: what is left of its collateral is due back.
    pub freed: Option<Assignment<AccountId>>,
    /// Where the job stands now.
    pub outcome: Outcome<AccountId>,
}

/// Where a step has led.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<AccountId> {
    /// A segment starts: `reserve` has left the ledger's escrow.
    Started {
        /// The segment.
        segment: SegmentIndex,
        /// The provider.
        provider: AccountId,
        /// Set aside for it.
        reserve: Reserve,
    },
    /// The escrow does not cover the next segment.
    Paused {
        /// The last block for a top-up.
        until: BlockNumber,
    },
    /// The job waits for a provider.
    Opened {
        /// The last block for a claim.
        until: BlockNumber,
    },
    /// The job has ended: `refund` has left the ledger's escrow and is due back to the buyer.
    Ended {
        /// Why.
        reason: EndReason,
        /// What was left of the escrow.
        refund: Balance,
    },
}

/// What a job's next step depends on besides its state.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// What the job fixes.
    pub spec: &'a JobSpec,
    /// The parameters it was submitted under.
    pub params: &'a Params,
    /// The current block of chain time.
    pub now: BlockNumber,
}

impl<AccountId> From<Outcome<AccountId>> for NextStep<AccountId> {
    fn from(outcome: Outcome<AccountId>) -> Self {
        Self {
            freed: None,
            outcome,
        }
    }
}

impl<AccountId: Clone + PartialEq> JobState<AccountId> {
    /// Takes the next step that follows of itself; `None` if there is none.
    ///
    /// To be called after each event until it returns `None`.
    pub fn step(&mut self, terms: &Terms<'_>) -> Option<NextStep<AccountId>> {
        match self.status.clone() {
            JobStatus::Waiting { by } => self.start(by, terms),
            JobStatus::Paused { by, .. } if self.affords_next(by.as_ref(), terms) => match by {
                Some(by) => self.start(by, terms),
                None => Some(self.reopen(terms).into()),
            },
            JobStatus::Settling {
                by,
                training: None,
                then,
            } => self.settle(by, then, terms),
            _ => None,
        }
    }

    /// Starts the next segment, pauses for want of escrow, completes, or keeps waiting.
    fn start(
        &mut self,
        by: Assignment<AccountId>,
        terms: &Terms<'_>,
    ) -> Option<NextStep<AccountId>> {
        if self.progress.committed >= terms.spec.schedule.segments() {
            return self.settle(by, AfterSettling::End(EndReason::Completed), terms);
        }
        if self.progress.pending() >= terms.params.segments.pipeline_limit {
            return None;
        }
        let segment = self.progress.next_segment();
        let reserve = Reserve::of(terms.spec, segment, by.price_per_segment, terms.params);
        let Some(rest) = self.ledger.escrow.checked_sub(reserve.total()) else {
            return Some(self.pause(Some(by), terms).into());
        };
        let provider = by.provider.clone();
        self.ledger.escrow = rest;
        self.status = JobStatus::Running { by, segment };
        Some(
            Outcome::Started {
                segment,
                provider,
                reserve,
            }
            .into(),
        )
    }

    fn pause(
        &mut self,
        by: Option<Assignment<AccountId>>,
        terms: &Terms<'_>,
    ) -> Outcome<AccountId> {
        let until = terms.now.saturating_add(terms.spec.max_pause);
        self.status = JobStatus::Paused { by, until };
        Outcome::Paused { until }
    }

    /// Whether the escrow covers the next segment, at the assigned provider's price or the posted one.
    fn affords_next(&self, by: Option<&Assignment<AccountId>>, terms: &Terms<'_>) -> bool {
        let price = by.map_or(terms.spec.price_per_segment, |by| by.price_per_segment);
        let next = self.progress.next_segment();
        self.ledger.escrow >= Reserve::of(terms.spec, next, price, terms.params).total()
    }

    /// Frees the provider once every committed segment is final.
    fn settle(
        &mut self,
        by: Assignment<AccountId>,
        then: AfterSettling,
        terms: &Terms<'_>,
    ) -> Option<NextStep<AccountId>> {
        if self.progress.pending() > 0 {
            return None;
        }
        let outcome = match then {
            AfterSettling::Reopen => self.reopen(terms),
            AfterSettling::End(reason) => {
                self.status = JobStatus::Ended {
                    reason,
                    at: terms.now,
                };
                self.ended(reason)
            }
        };
        Some(NextStep {
            freed: Some(by),
            outcome,
        })
    }

    /// Opens the job again, or pauses it without a provider.
    fn reopen(&mut self, terms: &Terms<'_>) -> Outcome<AccountId> {
        if !self.affords_next(None, terms) {
            return self.pause(None, terms);
        }
        let until = terms.now.saturating_add(terms.params.assignment.open_limit);
        self.status = JobStatus::Open { until };
        Outcome::Opened { until }
    }
}
