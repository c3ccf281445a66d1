//! What the runtime API answers with: records joined with what can be computed from them.

use alloc::{string::String, vec::Vec};
use codec::{Decode, Encode};
use scale_info::TypeInfo;

use crate::{
    Balance, IntervalIndex, JobId, JobRecord, JobState, Params, ParamsVersion, Provider,
    SegmentIndex, SegmentStatus, StateRoot, StepRange,
};

/// Most items of a [`Page`].
pub const MAX_PAGE: u32 = 100;

/// A job with everything a client shows or acts on.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JobView<AccountId> {
    /// The job's number.
    pub id: JobId,
    /// What it fixes.
    pub record: JobRecord<AccountId>,
    /// Where it stands.
    pub state: JobState<AccountId>,
    /// The parameters it was submitted under.
    pub params: Params,
    /// Number of its segments.
    pub segments: u32,
    /// Set aside for segments that are started and not final.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub reserved: Balance,
    /// Where work goes on.
    pub resume: ResumePoint,
}

/// The segment in training, or to be started next, and the state it starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ResumePoint {
    /// The segment; the number of segments if all are committed.
    pub segment: SegmentIndex,
    /// The newest committed state: the final state of the segment before, or the job's start state.
    pub state: StateRoot,
}

/// A segment that has been started.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SegmentView<AccountId> {
    /// The job.
    pub job: JobId,
    /// Its number in the job.
    pub segment: SegmentIndex,
    /// Its steps.
    pub steps: StepRange,
    /// Number of its intervals: one more than the last [`IntervalIndex`].
    pub intervals: u32,
    /// Where it stands.
    pub status: SegmentStatus<AccountId>,
}

impl<AccountId> SegmentView<AccountId> {
    /// Its last interval.
    pub fn last_interval(&self) -> IntervalIndex {
        IntervalIndex(self.intervals.saturating_sub(1))
    }
}

/// A provider and its owner's account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProviderView<AccountId> {
    /// Who owns the stake and is paid.
    pub owner: AccountId,
    /// The provider.
    pub provider: Provider<AccountId>,
    /// Collateral on hold for its jobs.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub collateral: Balance,
}

/// Protocol parameters and the version under which jobs refer to them.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ParamsView {
    /// The version.
    pub version: ParamsVersion,
    /// The numbers.
    pub params: Params,
}

/// Why a submission would be refused: names the field and what it must be. For people; the chain's calls have typed
/// errors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Refusal {
    /// The field and what is wrong with it.
    pub reason: String,
}

/// A part of a list, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next part starts; none after the last.
    pub next: Option<u64>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            next: None,
        }
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use crate::{submission::tests::valid, JobSubmission, Url, UNIT};

    #[test]
    fn json_keeps_every_bit() {
        let mut submission = valid();
        submission.escrow = u128::MAX;
        let text = serde_json::to_string(&submission).unwrap();
        assert_eq!(
            serde_json::from_str::<JobSubmission>(&text).unwrap(),
            submission
        );
    }

    #[test]
    fn amounts_are_strings_and_hashes_hex() {
        let json = serde_json::to_value(valid()).unwrap();
        assert_eq!(json["escrow"], (2 * UNIT).to_string());
        assert_eq!(
            json["spec"]["start_state"],
            format!("0x{}", "03".repeat(32))
        );
        assert_eq!(json["spec"]["blobs"][0], "https://example.org/job");
        assert!(serde_json::from_str::<Url>("\"nowhere\"").is_err());
    }
}
