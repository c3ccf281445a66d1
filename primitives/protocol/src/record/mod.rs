//! A job's immutable record and its running state.

mod step;
#[cfg(test)]
mod tests;
mod transitions;

pub use step::{NextStep, Outcome, Terms};

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    Balance, BlockNumber, JobSpec, JobStatus, Params, ParamsVersion, ProgramRoot, SegmentIndex,
    MAX_EXCLUDED,
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
    /// Providers that declined it or were convicted over it, and may not claim it again.
    pub excluded: BoundedVec<AccountId, ConstU32<MAX_EXCLUDED>>,
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
            excluded: BoundedVec::new(),
        }
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
