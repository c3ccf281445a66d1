//! What happens to a job: a provider's, the buyer's and the clock's doing. Time is an argument.

use super::{JobState, NextStep, Outcome, Progress};
use crate::{
    AfterSettling, Assignment, Balance, BlockNumber, EndReason, JobStatus, Refused, Reserve,
    SegmentIndex,
};

impl<AccountId: Clone + PartialEq> JobState<AccountId> {
    /// A provider takes the open job.
    ///
    /// # Errors
    /// [`Refused::Excluded`] if it declined this job before or was convicted over it; else as [`JobStatus::claim`].
    pub fn claim(
        &mut self,
        to: Assignment<AccountId>,
        now: BlockNumber,
        accept_by: BlockNumber,
    ) -> Result<(), Refused> {
        if self.excluded.contains(&to.provider) {
            return Err(Refused::Excluded);
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

    /// The assigned provider declines; once [`MAX_EXCLUDED`](crate::MAX_EXCLUDED) providers may not claim it again, the job ends.
    ///
    /// # Errors
    /// As [`JobStatus::decline`].
    pub fn decline(&mut self, provider: &AccountId, now: BlockNumber) -> Result<(), Refused> {
        let then = self.exclude(provider);
        self.status = self.status.clone().decline(provider, now, then)?;
        Ok(())
    }

    /// A provider may not claim the job again; says what becomes of the job then.
    pub(crate) fn exclude(&mut self, provider: &AccountId) -> AfterSettling {
        if !self.excluded.contains(provider) {
            // A full list ends the job, so that nobody is left out of it.
            let _ = self.excluded.try_push(provider.clone());
        }
        if self.excluded.is_full() {
            AfterSettling::End(EndReason::Declined)
        } else {
            AfterSettling::Reopen
        }
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

    /// The end: what is left of the escrow is due back.
    pub(super) fn ended(&mut self, reason: EndReason) -> Outcome<AccountId> {
        let refund = core::mem::take(&mut self.ledger.escrow);
        self.ledger.refunded = self.ledger.refunded.saturating_add(refund);
        Outcome::Ended { reason, refund }
    }
}
