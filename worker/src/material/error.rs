//! Why a job's material cannot be had.

use assay_blobs::{FetchError, StoreError};
use assay_protocol::DeclineReason;

use crate::compute::ComputeError;

/// Why a job's material cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// The job itself is at fault, or beyond this worker: trying again is no use.
    #[error("{detail}")]
    Hopeless {
        /// What a decline would say.
        reason: DeclineReason,
        /// What is wrong, in words.
        detail: String,
    },
    /// Something cannot be fetched now.
    #[error("{error}")]
    Unavailable {
        /// What a decline would say.
        reason: DeclineReason,
        /// What the locations said.
        error: Box<FetchError>,
    },
    /// This machine failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The device failed.
    #[error(transparent)]
    Device(ComputeError),
}

impl MaterialError {
    pub(super) fn hopeless(reason: DeclineReason, detail: impl ToString) -> Self {
        Self::Hopeless {
            reason,
            detail: detail.to_string(),
        }
    }

    pub(super) fn invalid(cause: impl std::fmt::Display) -> Self {
        Self::hopeless(
            DeclineReason::ProgramInvalid,
            format!("the program is invalid: {cause}"),
        )
    }

    pub(super) fn fetch(error: FetchError, reason: DeclineReason) -> Self {
        match error {
            FetchError::Store(error) => Self::Store(error),
            error => Self::Unavailable {
                reason,
                error: Box::new(error),
            },
        }
    }
}
