//! A job's immutable record and its running state.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    AfterSettling, Assignment, Balance, BlockNumber, EndReason, JobSpec, JobStatus, Params,
    ParamsVersion, ProgramRoot, Refused, Reserve, SegmentIndex, MAX_DECLINES,
};

/// What a job fixes, as the chain keeps it: never changed after submission.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JobRecord<AccountId> {
    /// Who pays.
    pub buyer: AccountId,
    /// The block of submission.
    pub submitted_at: BlockNumber,
    /// The parameters in force at submission, which hold for the job's whole life.
    pub params_version: ParamsVersion,
    /// Root of the program, computed by the chain.
    pub program_root: ProgramRoot,
    /// What the buyer fixed.
    pub spec: JobSpec,
}

/// The part of a job that changes.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JobState<AccountId> {
    /// Where it stands.
    pub status: JobStatus<AccountId>,
    /// How far it has come.
    pub progress: Progress,
    /// Its money.
    pub ledger: Ledger,
    /// Providers that declined it and may not claim it again.
    pub declined: BoundedVec<AccountId, ConstU32<MAX_DECLINES>>,
}

/// How far a job has come. Invariant: `finalised <= committed <= segments`.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Progress {
    /// Segments committed, final ones included.
    pub committed: u32,
    /// Segments final and paid.
    pub finalised: u32,
}

/// A job's money. `escrow`, the reserves of its segments and `deposit` are on hold on the buyer's account.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Ledger {
    /// Locked and not set aside for any segment.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub escrow: Balance,
    /// Storage deposit.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub deposit: Balance,
    /// Paid to providers.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub paid: Balance,
    /// Paid as protocol fees.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub fees: Balance,
    /// Returned to the buyer at the end, the deposit apart.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub refunded: Balance,
}

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

impl Progress {
    /// Segments committed and not final.
    pub fn pending(&self) -> u32 {
        self.committed.saturating_sub(self.finalised)
    }

    /// The segment to start next, if nothing is in training.
    pub fn next_segment(&self) -> SegmentIndex {
        SegmentIndex(self.committed)
    }

    /// The segment to become final next.
    pub fn next_final(&self) -> SegmentIndex {
        SegmentIndex(self.finalised)
    }
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
    /// A job as submitted: open, with `escrow` and `deposit` locked.
    pub fn open(escrow: Balance, deposit: Balance, until: BlockNumber) -> Self {
        Self {
            status: JobStatus::Open { until },
            progress: Progress::default(),
            ledger: Ledger {
                escrow,
                deposit,
                ..Ledger::default()
            },
            declined: BoundedVec::new(),
        }
    }

    /// A provider takes the open job.
    ///
    /// # Errors
    /// [`Refused::Declined`] if it declined this job before; else as [`JobStatus::claim`].
    pub fn claim(
        &mut self,
        to: Assignment<AccountId>,
        now: BlockNumber,
        accept_by: BlockNumber,
    ) -> Result<(), Refused> {
        if self.declined.contains(&to.provider) {
            return Err(Refused::Declined);
        }
        self.status = self.status.clone().claim(to, now, accept_by)?;
        Ok(())
    }

    /// The assigned provider accepts.
    ///
    /// # Errors
    /// As [`JobStatus::accept`].
    pub fn accept(&mut self, provider: &AccountId, now: BlockNumber) -> Result<(), Refused> {
        self.status = self.status.clone().accept(provider, now)?;
        Ok(())
    }

    /// The assigned provider was silent.
    ///
    /// # Errors
    /// As [`JobStatus::miss_acceptance`].
    pub fn miss_acceptance(&mut self, now: BlockNumber) -> Result<(), Refused> {
        self.status = self.status.clone().miss_acceptance(now)?;
        Ok(())
    }

    /// The buyer adds to the escrow.
    ///
    /// # Errors
    /// [`Refused::Ending`] if the job has ended or is bound to; [`Refused::Late`] after a pause's end.
    pub fn top_up(&mut self, amount: Balance, now: BlockNumber) -> Result<(), Refused> {
        if !self.status.takes_escrow() {
            return Err(Refused::Ending);
        }
        if matches!(self.status, JobStatus::Paused { until, .. } if now > until) {
            return Err(Refused::Late);
        }
        self.ledger.escrow = self.ledger.escrow.saturating_add(amount);
        Ok(())
    }

    /// The assigned provider declines; once [`MAX_DECLINES`] providers have, the job ends.
    ///
    /// # Errors
    /// As [`JobStatus::decline`].
    pub fn decline(&mut self, provider: &AccountId, now: BlockNumber) -> Result<(), Refused> {
        let _ = self.declined.try_push(provider.clone());
        let then = if self.declined.is_full() {
            AfterSettling::End(EndReason::Declined)
        } else {
            AfterSettling::Reopen
        };
        self.status = self.status.clone().decline(provider, now, then)?;
        Ok(())
    }

    /// The segment in training is committed.
    ///
    /// # Errors
    /// As [`JobStatus::commit`].
    pub fn commit(&mut self, provider: &AccountId, segment: SegmentIndex) -> Result<(), Refused> {
        self.status = self.status.clone().commit(provider, segment)?;
        self.progress.committed = segment.next().0;
        Ok(())
    }

    /// The segment in training is late; its reserve returns to the escrow.
    ///
    /// # Errors
    /// As [`JobStatus::miss_deadline`].
    pub fn miss_deadline(
        &mut self,
        segment: SegmentIndex,
        reserve: Reserve,
    ) -> Result<(), Refused> {
        self.status = self.status.clone().miss_deadline(segment)?;
        self.ledger.escrow = self.ledger.escrow.saturating_add(reserve.total());
        Ok(())
    }

    /// A committed segment is final and `paid`.
    ///
    /// # Errors
    /// [`Refused::NotCommitted`] or [`Refused::NotNext`] unless it is the oldest that is not final.
    pub fn finalise(&mut self, segment: SegmentIndex, paid: Reserve) -> Result<(), Refused> {
        let Progress {
            committed,
            finalised,
        } = self.progress;
        if segment.0 >= committed || segment.0 < finalised {
            return Err(Refused::NotCommitted);
        }
        if segment.0 > finalised {
            return Err(Refused::NotNext);
        }
        self.progress.finalised = segment.next().0;
        self.ledger.paid = self.ledger.paid.saturating_add(paid.price);
        self.ledger.fees = self.ledger.fees.saturating_add(paid.fee);
        Ok(())
    }

    /// The buyer cancels; the step is the end, if the job ends at once.
    ///
    /// # Errors
    /// As [`JobStatus::cancel`].
    pub fn cancel(&mut self, now: BlockNumber) -> Result<Option<NextStep<AccountId>>, Refused> {
        self.status = self.status.clone().cancel(now)?;
        Ok(self.close())
    }

    /// The time of the open or paused job has run out; the step is the end, if the job ends at once.
    ///
    /// # Errors
    /// As [`JobStatus::expire`].
    pub fn expire(&mut self, now: BlockNumber) -> Result<Option<NextStep<AccountId>>, Refused> {
        self.status = self.status.clone().expire(now)?;
        Ok(self.close())
    }

    fn close(&mut self) -> Option<NextStep<AccountId>> {
        let JobStatus::Ended { reason, .. } = self.status else {
            return None;
        };
        Some(self.ended(reason).into())
    }

    fn ended(&mut self, reason: EndReason) -> Outcome<AccountId> {
        let refund = core::mem::take(&mut self.ledger.escrow);
        self.ledger.refunded = self.ledger.refunded.saturating_add(refund);
        Outcome::Ended { reason, refund }
    }

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

    /// What a top-up may add at most: the cost of the segments that have no reserve, less the escrow.
    pub fn top_up_limit(&self, spec: &JobSpec, params: &Params) -> Balance {
        let price = self
            .status
            .assignment()
            .map_or(spec.price_per_segment, |by| by.price_per_segment);
        let next = self
            .status
            .training()
            .map_or(self.progress.next_segment(), SegmentIndex::next);
        spec.cost_from(next, price, params)
            .saturating_sub(self.ledger.escrow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{submission::tests::valid, UNIT};

    const COST: Balance = UNIT + UNIT * 25 / 1_000;

    fn job(escrow: Balance) -> JobState<u64> {
        JobState::open(escrow, 1, 100)
    }

    fn assign(job: &mut JobState<u64>) {
        let to = Assignment {
            provider: 7,
            price_per_segment: UNIT,
            collateral: 10,
        };
        job.claim(to, 1, 20).unwrap();
    }

    fn accepted(escrow: Balance) -> JobState<u64> {
        let mut job = job(escrow);
        assign(&mut job);
        job.accept(&7, 2).unwrap();
        job
    }

    /// Runs `check` with terms at block `now` under a pipeline of two.
    fn at<R>(now: BlockNumber, check: impl FnOnce(&Terms<'_>) -> R) -> R {
        let mut params = Params::default();
        params.segments.pipeline_limit = 2;
        check(&Terms {
            spec: &valid().spec,
            params: &params,
            now,
        })
    }

    fn outcome(job: &mut JobState<u64>, now: BlockNumber) -> Option<Outcome<u64>> {
        at(now, |terms| job.step(terms)).map(|step| step.outcome)
    }

    fn full() -> Reserve {
        Reserve {
            price: UNIT,
            fee: UNIT * 25 / 1_000,
        }
    }

    #[test]
    fn acceptance_starts_the_first_segment_from_its_own_reserve() {
        let mut job = accepted(2 * COST);
        let started = Outcome::Started {
            segment: SegmentIndex(0),
            provider: 7,
            reserve: full(),
        };
        assert_eq!(outcome(&mut job, 2), Some(started));
        assert_eq!(job.ledger.escrow, COST);
        assert_eq!(outcome(&mut job, 2), None);
    }

    #[test]
    fn the_pipeline_fills_and_drains() {
        let mut job = accepted(3 * COST);
        outcome(&mut job, 2);
        job.commit(&7, SegmentIndex(0)).unwrap();
        assert!(matches!(
            outcome(&mut job, 3),
            Some(Outcome::Started { .. })
        ));
        job.commit(&7, SegmentIndex(1)).unwrap();
        assert_eq!(outcome(&mut job, 4), None, "two are pending");
        assert_eq!(job.finalise(SegmentIndex(1), full()), Err(Refused::NotNext));
        job.finalise(SegmentIndex(0), full()).unwrap();
        assert_eq!(
            job.finalise(SegmentIndex(0), full()),
            Err(Refused::NotCommitted)
        );
        let last = Reserve {
            price: UNIT / 2,
            fee: UNIT * 25 / 2_000,
        };
        let started = Outcome::Started {
            segment: SegmentIndex(2),
            provider: 7,
            reserve: last,
        };
        assert_eq!(outcome(&mut job, 5), Some(started));
        job.commit(&7, SegmentIndex(2)).unwrap();
        assert_eq!(outcome(&mut job, 6), None, "windows still run");
        job.finalise(SegmentIndex(1), full()).unwrap();
        assert_eq!(outcome(&mut job, 7), None);
        job.finalise(SegmentIndex(2), last).unwrap();
        let step = at(8, |terms| job.step(terms)).unwrap();
        assert_eq!(step.freed.map(|by| by.collateral), Some(10));
        let refund = 3 * COST - 2 * COST - last.total();
        assert_eq!(
            step.outcome,
            Outcome::Ended {
                reason: EndReason::Completed,
                refund
            }
        );
        assert_eq!(job.ledger.paid, 2 * UNIT + UNIT / 2);
    }

    #[test]
    fn an_empty_escrow_pauses_and_a_top_up_resumes() {
        let mut job = accepted(COST);
        outcome(&mut job, 2);
        job.commit(&7, SegmentIndex(0)).unwrap();
        assert_eq!(outcome(&mut job, 3), Some(Outcome::Paused { until: 103 }));
        assert_eq!(outcome(&mut job, 4), None);
        job.ledger.escrow += COST;
        assert!(matches!(
            outcome(&mut job, 5),
            Some(Outcome::Started { .. })
        ));
    }

    #[test]
    fn a_pause_that_lasts_too_long_frees_the_provider_after_the_windows() {
        let mut job = accepted(COST);
        outcome(&mut job, 2);
        job.commit(&7, SegmentIndex(0)).unwrap();
        outcome(&mut job, 3);
        assert_eq!(job.expire(104), Ok(None));
        assert_eq!(outcome(&mut job, 104), None, "a window still runs");
        job.finalise(SegmentIndex(0), full()).unwrap();
        let ended = Outcome::Ended {
            reason: EndReason::EscrowExhausted,
            refund: 0,
        };
        assert_eq!(outcome(&mut job, 105), Some(ended));
    }

    #[test]
    fn a_late_segment_returns_its_reserve_and_the_job_opens_again() {
        let mut job = accepted(2 * COST);
        outcome(&mut job, 2);
        job.commit(&7, SegmentIndex(0)).unwrap();
        outcome(&mut job, 3);
        job.miss_deadline(SegmentIndex(1), full()).unwrap();
        assert_eq!(job.ledger.escrow, COST);
        assert_eq!(outcome(&mut job, 4), None, "segment 0 keeps its window");
        job.finalise(SegmentIndex(0), full()).unwrap();
        let step = at(5, |terms| job.step(terms)).unwrap();
        assert!(step.freed.is_some());
        assert!(matches!(step.outcome, Outcome::Opened { .. }));
        assert_eq!(job.progress.next_segment(), SegmentIndex(1));
    }

    #[test]
    fn a_job_without_means_reopens_as_paused() {
        let mut job = job(COST);
        assign(&mut job);
        job.decline(&7, 3).unwrap();
        job.ledger.escrow = 1;
        assert!(matches!(outcome(&mut job, 4), Some(Outcome::Paused { .. })));
        job.ledger.escrow = COST;
        assert!(matches!(outcome(&mut job, 5), Some(Outcome::Opened { .. })));
    }

    #[test]
    fn the_last_decline_ends_the_job() {
        let mut job = job(COST);
        for other in 100..100 + u64::from(MAX_DECLINES) - 1 {
            job.declined.try_push(other).unwrap();
        }
        assign(&mut job);
        job.decline(&7, 3).unwrap();
        let ended = Outcome::Ended {
            reason: EndReason::Declined,
            refund: COST,
        };
        assert_eq!(outcome(&mut job, 4), Some(ended));
    }

    #[test]
    fn a_cancelled_open_job_refunds_at_once() {
        let mut job = job(COST);
        let end = Outcome::Ended {
            reason: EndReason::Cancelled,
            refund: COST,
        };
        assert_eq!(job.cancel(3), Ok(Some(end.into())));
        assert_eq!((job.ledger.escrow, job.ledger.refunded), (0, COST));
        assert_eq!(job.cancel(4), Err(Refused::Ending));
        assert_eq!(job.top_up(1, 4), Err(Refused::Ending));
        assert_eq!(outcome(&mut job, 4), None);
    }

    #[test]
    fn a_top_up_may_not_exceed_what_is_left_to_pay() {
        let params = Params::default();
        let spec = valid().spec;
        let whole = 2 * COST + UNIT / 2 + UNIT * 25 / 2_000;
        assert_eq!(job(COST).top_up_limit(&spec, &params), whole - COST);
        let mut job = accepted(COST);
        outcome(&mut job, 2);
        assert_eq!(job.top_up_limit(&spec, &params), whole - COST);
    }
}
