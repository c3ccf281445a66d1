//! Why a job ended and why a provider declined.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Why a job ended.
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
pub enum EndReason {
    /// Every segment is final.
    Completed,
    /// The buyer cancelled.
    Cancelled,
    /// The escrow ran out and was not topped up within the job's longest pause.
    EscrowExhausted,
    /// No provider took the open job in time.
    NoProvider,
    /// As many providers as a job remembers declined it or were convicted over it.
    Declined,
}

/// Why a provider declined a job it was assigned to.
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
pub enum DeclineReason {
    /// The program does not pass validation.
    ProgramInvalid,
    /// The program's blob is not at any of the job's locations, or has another root.
    ProgramUnavailable,
    /// A dataset is not at any of the job's locations, or has another root.
    DataUnavailable,
    /// The start state is not at any of the job's locations, or has another root.
    StateUnavailable,
    /// The work declared is less than the program's estimate.
    WorkUnderstated,
    /// The memory declared is less than the program's estimate.
    MemoryUnderstated,
    /// This build of the worker does not know the program's numerics version or an operator.
    Unsupported,
    /// The provider has no room for the job after all.
    NoCapacity,
}

/// Whose fault a declined job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The buyer's submission is at fault: declining costs nothing.
    Buyer,
    /// The provider should not have claimed: declining costs a small slash.
    Provider,
}

impl DeclineReason {
    /// Whose fault this reason names.
    pub fn fault(self) -> Fault {
        match self {
            Self::ProgramInvalid
            | Self::ProgramUnavailable
            | Self::DataUnavailable
            | Self::StateUnavailable
            | Self::WorkUnderstated
            | Self::MemoryUnderstated => Fault::Buyer,
            Self::Unsupported | Self::NoCapacity => Fault::Provider,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_providers_own_reasons_cost() {
        assert_eq!(DeclineReason::ProgramInvalid.fault(), Fault::Buyer);
        assert_eq!(DeclineReason::NoCapacity.fault(), Fault::Provider);
    }
}
