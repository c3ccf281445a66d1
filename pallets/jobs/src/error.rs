//! The pure checks' errors as the pallet's own, which wallets can show.

use assay_protocol::{CommitmentError, Refused, SubmissionError};

use crate::{Config, Error};

impl<T: Config> From<Refused> for Error<T> {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotOpen => Self::NotOpen,
            Refused::NotAssigned => Self::NotAssigned,
            Refused::NotYours => Self::NotYours,
            Refused::NotTraining => Self::NotTraining,
            Refused::NotCommitted => Self::NotCommitted,
            Refused::NotNext => Self::NotNext,
            Refused::NotPaused => Self::NotPaused,
            Refused::Early => Self::TooEarly,
            Refused::Late => Self::TooLate,
            Refused::Excluded => Self::Excluded,
            Refused::Ending => Self::Ending,
            Refused::NotEnded => Self::NotEnded,
        }
    }
}

impl<T: Config> From<CommitmentError> for Error<T> {
    fn from(error: CommitmentError) -> Self {
        match error {
            CommitmentError::PathLength => Self::PathLength,
            CommitmentError::Padding => Self::PathPadding,
            CommitmentError::TraceMismatch => Self::TraceMismatch,
        }
    }
}

impl<T: Config> From<SubmissionError> for Error<T> {
    fn from(error: SubmissionError) -> Self {
        match error {
            SubmissionError::NumericsVersion => Self::NumericsVersion,
            SubmissionError::Flags => Self::Flags,
            SubmissionError::Nodes => Self::Nodes,
            SubmissionError::Slots => Self::Slots,
            SubmissionError::Constants => Self::Constants,
            SubmissionError::ConstantsRoot => Self::ConstantsRoot,
            SubmissionError::Datasets => Self::Datasets,
            SubmissionError::DatasetRows => Self::DatasetRows,
            SubmissionError::BatchSize => Self::BatchSize,
            SubmissionError::TotalSteps => Self::TotalSteps,
            SubmissionError::StepsPerSegment => Self::StepsPerSegment,
            SubmissionError::StepsPerInterval => Self::StepsPerInterval,
            SubmissionError::IntervalLongerThanSegment => Self::IntervalLongerThanSegment,
            SubmissionError::IntervalTooLong => Self::IntervalTooLong,
            SubmissionError::TooManySegments => Self::TooManySegments,
            SubmissionError::TooManyIntervals => Self::TooManyIntervals,
            SubmissionError::Work => Self::Work,
            SubmissionError::WorkMemory => Self::WorkMemory,
            SubmissionError::RequiredMemory => Self::RequiredMemory,
            SubmissionError::SecondsTooFew => Self::SecondsTooFew,
            SubmissionError::SecondsTooMany => Self::SecondsTooMany,
            SubmissionError::PriceTooLow => Self::PriceTooLow,
            SubmissionError::PriceTooHigh => Self::PriceTooHigh,
            SubmissionError::NoBlobs => Self::NoBlobs,
            SubmissionError::BlobLocation => Self::BlobLocation,
            SubmissionError::MaxPause => Self::MaxPause,
            SubmissionError::EscrowTooSmall => Self::EscrowTooSmall,
            SubmissionError::EscrowTooLarge => Self::EscrowTooLarge,
        }
    }
}
