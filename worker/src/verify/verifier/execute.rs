//! Executing segments again, one at a time.

use assay_protocol::BlockNumber;

use super::{Look, Verifier};
use crate::{
    dispute::{Commitment, Seat},
    verify::check::{Check, Target},
    worker::WorkerError,
};

impl Verifier {
    /// Goes on with the check under way, or begins the next one.
    pub(super) async fn go_on(
        &mut self,
        checks: &[&Commitment],
        look: &Look,
    ) -> Result<(), WorkerError> {
        let block = look.heads.best.number;
        if let Some(check) = self.check.take() {
            let target = check.target;
            let wanted = checks
                .iter()
                .find(|wanted| Target::from(**wanted) == target);
            let Some(commitment) = wanted else {
                check.stop().await;
                self.tell_missed(target);
                self.wake.notify_one();
                return Ok(());
            };
            let shop = &self.setting.seat.shop;
            match check.advance(shop, commitment, &self.wake).await {
                Ok(check) => self.check = check,
                Err(error) => self.failed(target, error, block),
            }
            return Ok(());
        }
        for commitment in checks {
            if !self.rests(&Target::from(*commitment), block) {
                return self.begin(commitment, block).await;
            }
        }
        Ok(())
    }

    /// Says so if a check ended without a finding: its window is over, or the segment is void.
    fn tell_missed(&self, target: Target) {
        let Target { job, segment, .. } = target;
        if !self.findings.contains_key(&target) {
            tracing::warn!(%job, %segment, "not checked in time: nobody may challenge the commitment any more");
        }
    }

    async fn begin(
        &mut self,
        commitment: &Commitment,
        block: BlockNumber,
    ) -> Result<(), WorkerError> {
        let target = Target::from(commitment);
        let materials = self.player.materials([target.job].into());
        let material = match materials.get(&commitment.job, block).await {
            Ok(Some(material)) => material,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.failed(target, error, block);
                return Ok(());
            }
        };
        let Seat { chain, fetcher, .. } = &self.setting.seat;
        match Check::begin(chain, fetcher, commitment, material, &self.wake).await {
            Ok(check) => {
                tracing::info!(job = %target.job, segment = %target.segment, "executing the segment again");
                self.check = Some(check);
            }
            Err(error) => self.failed(target, error, block),
        }
        Ok(())
    }
}
