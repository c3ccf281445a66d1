//! Opening disputes.

use assay_client::{calls, At, ChainError};
use assay_commitment::TraceRoot;

use super::{Look, Verifier};
use crate::{
    dispute::{roots_of, Commitment},
    outbox::SendError,
    verify::{bond::Bond, check::Target, published},
    worker::WorkerError,
    Intent,
};

impl Verifier {
    /// Opens a dispute, unless that failed lately.
    pub(super) async fn challenge(
        &mut self,
        commitment: &Commitment,
        look: &Look,
    ) -> Result<(), WorkerError> {
        let (target, block) = (Target::from(commitment), look.heads.best.number);
        let intent = Intent::Challenge(target.segment);
        let tired = self.outbox.resting(target.job, block).contains(&intent);
        if tired || self.rests(&target, block) {
            return Ok(());
        }
        let (chain, us) = (&self.setting.seat.chain, self.setting.seat.key.account());
        let free = chain.account(&us, At::Best).await?.free;
        if let Err(error) = Bond::of(commitment).check(us, free) {
            tracing::error!(job = %target.job, segment = %target.segment, %error, "no challenge");
            self.rest(target, block);
            return Ok(());
        }
        self.open(commitment, intent).await
    }

    async fn open(&self, commitment: &Commitment, intent: Intent) -> Result<(), WorkerError> {
        let (seat, segment) = (&self.setting.seat, &commitment.segment);
        let Target { job, .. } = Target::from(commitment);
        let own = seat.shop.journal.intervals(job, segment.segment)?;
        let http = &seat.fetcher.http;
        let published = published::roots(&seat.chain, http, job, segment).await?;
        let committed = TraceRoot(commitment.trace.0);
        let entry = assay_prover::entry(&roots_of(&own), committed, published.as_deref());
        let Some(entry) = entry else { return Ok(()) };
        tracing::warn!(%job, segment = %segment.segment, ?entry, "challenging");
        let call = calls::open_dispute(job, segment.segment, entry);
        match self.outbox.send(job, intent, &call).await {
            Ok(()) => Ok(()),
            Err(SendError::Journal(error)) => Err(error.into()),
            Err(SendError::Chain(
                error @ (ChainError::CannotPay { .. } | ChainError::Rejected { .. }),
            )) => {
                tracing::error!(%job, %error, "no challenge");
                Ok(())
            }
            Err(SendError::Chain(error)) => Err(error.into()),
        }
    }
}
