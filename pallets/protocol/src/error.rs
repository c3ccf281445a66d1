//! The pure check's errors as the pallet's own, which wallets can show.

use assay_protocol::ParamsError;

use crate::{Config, Error};

impl<T: Config> From<ParamsError> for Error<T> {
    fn from(error: ParamsError) -> Self {
        match error {
            ParamsError::OpenLimit => Self::OpenLimit,
            ParamsError::AcceptWindow => Self::AcceptWindow,
            ParamsError::MaxJobsPerProvider => Self::MaxJobsPerProvider,
            ParamsError::ChallengeWindow => Self::ChallengeWindow,
            ParamsError::PipelineLimit => Self::PipelineLimit,
            ParamsError::DeadlineFactor => Self::DeadlineFactor,
            ParamsError::DeadlineSlack => Self::DeadlineSlack,
            ParamsError::MaxPause => Self::MaxPause,
            ParamsError::Retention => Self::Retention,
            ParamsError::MaxSegments => Self::MaxSegments,
            ParamsError::MaxIntervals => Self::MaxIntervals,
            ParamsError::StepsPerInterval => Self::StepsPerInterval,
            ParamsError::MaxNodes => Self::MaxNodes,
            ParamsError::MaxSlots => Self::MaxSlots,
            ParamsError::MaxBatchSize => Self::MaxBatchSize,
            ParamsError::MaxSeconds => Self::MaxSeconds,
            ParamsError::ReferenceRate => Self::ReferenceRate,
            ParamsError::ProtocolFee => Self::ProtocolFee,
            ParamsError::MinPrice => Self::MinPrice,
            ParamsError::Collateral => Self::Collateral,
            ParamsError::MinCollateral => Self::MinCollateral,
            ParamsError::LateSlash => Self::LateSlash,
            ParamsError::DeclineSlash => Self::DeclineSlash,
            ParamsError::Deposit => Self::Deposit,
            ParamsError::MinStake => Self::MinStake,
            ParamsError::UnbondingDelay => Self::UnbondingDelay,
            ParamsError::MoveAllowance => Self::MoveAllowance,
            ParamsError::BudgetFactor => Self::BudgetFactor,
            ParamsError::MaxBudget => Self::MaxBudget,
            ParamsError::RunningGames => Self::RunningGames,
            ParamsError::MaxOpenGames => Self::MaxOpenGames,
            ParamsError::Bond => Self::Bond,
            ParamsError::BondShare => Self::BondShare,
            ParamsError::WinnerShare => Self::WinnerShare,
            ParamsError::LyingPays => Self::LyingPays,
            ParamsError::SlashDefer => Self::SlashDefer,
            ParamsError::WindowTooShort => Self::WindowTooShort,
            ParamsError::AllowanceTooShort => Self::AllowanceTooShort,
            ParamsError::BudgetTooShort => Self::BudgetTooShort,
        }
    }
}
