//! What a worker may want from the chain.

use assay_client::{calls, Call};
use assay_protocol::{DeclineReason, JobId, SegmentCommitment, SegmentIndex};
use codec::{Decode, Encode};

/// A transaction that a worker means to make for a job. One with the same intent is never in flight twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Intent {
    /// Take the open job.
    Claim,
    /// Accept the claimed job.
    Accept,
    /// Decline the claimed job.
    Decline(DeclineReasonCode),
    /// Commit a trained segment.
    Commit(SegmentIndex),
    /// Have a committed segment paid.
    Finalise(SegmentIndex),
    /// Challenge a committed segment.
    Challenge(SegmentIndex),
}

/// A decline reason in a form that can be ordered and kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct DeclineReasonCode(u8);

impl From<DeclineReason> for DeclineReasonCode {
    fn from(reason: DeclineReason) -> Self {
        Self(reason.encode().first().copied().unwrap_or_default())
    }
}

impl Intent {
    /// An intent to decline.
    pub fn decline(reason: DeclineReason) -> Self {
        Self::Decline(reason.into())
    }

    /// The call that carries it out; `None` for a commitment and a challenge, which need roots.
    pub fn call(self, job: JobId) -> Option<Call> {
        match self {
            Self::Claim => Some(calls::claim(job)),
            Self::Accept => Some(calls::accept(job)),
            Self::Decline(code) => Some(calls::decline(
                job,
                DeclineReason::decode(&mut &[code.0][..]).ok()?,
            )),
            Self::Finalise(segment) => Some(calls::finalise_segment(job, segment)),
            Self::Commit(_) | Self::Challenge(_) => None,
        }
    }

    /// The call that commits a segment's roots.
    pub fn commit(job: JobId, segment: SegmentIndex, commitment: SegmentCommitment) -> Call {
        calls::commit_segment(job, segment, commitment)
    }

    /// Its name in logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Accept => "accept",
            Self::Decline(_) => "decline",
            Self::Commit(_) => "commit",
            Self::Finalise(_) => "finalise",
            Self::Challenge(_) => "challenge",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_survives_being_kept() {
        let reasons = [
            DeclineReason::ProgramInvalid,
            DeclineReason::DataUnavailable,
            DeclineReason::NoCapacity,
        ];
        for reason in reasons {
            let kept = Intent::decode(&mut &Intent::decline(reason).encode()[..]).unwrap();
            assert_eq!(kept.call(JobId(1)), Some(calls::decline(JobId(1), reason)));
        }
    }
}
