//! Bounds of every parameter and the relations between them that hold on every chain; `pace` has the others.
//!
//! Upper bounds are constants of the crate, never parameters: stored records are typed by them, so no
//! parameter change can make a stored record undecodable.

use assay_program::Header;

use super::{
    AssignmentParams, DeviceRate, DisputeParams, MoneyParams, Params, SegmentParams, SizeLimits,
    StakeParams,
};
use crate::{Balance, BlockNumber, PerMille, UNIT};

/// Segments of a job, at most.
pub const MAX_SEGMENTS: u32 = 1 << 16;
/// Intervals of a segment, at most.
pub const MAX_INTERVALS_PER_SEGMENT: u32 = 1 << 20;
/// Steps of an interval, at most.
pub const MAX_STEPS_PER_INTERVAL: u32 = 1 << 12;
/// Steps of a job, at most.
pub const MAX_TOTAL_STEPS: u64 = 1 << 32;
/// Segments of a job that are started or committed and not final, at most.
pub const MAX_PIPELINE: u32 = 16;
/// Providers that may decline a job or be convicted over it before it ends.
pub const MAX_EXCLUDED: u32 = 32;
/// The highest price of a segment; keeps every product of prices far inside 128 bits.
pub const MAX_PRICE_PER_SEGMENT: Balance = 1 << 80;

/// Games of one provider whose clocks may run at the same time, at most: as many as a defender's time can serve.
const MAX_RUNNING_GAMES: u32 = 16;
/// Blocks for a move, at least: one in which to hear of it, one for the answer, and one more should that be lost.
const MIN_ALLOWANCE: BlockNumber = 3;
/// Thousandths of a segment's price in a bond, at least: twice what a game costs a defender, which is the segment once more.
const MIN_BOND_SHARE: u32 = 2_000;
/// Places for games on a segment, at least.
const MIN_OPEN_GAMES: u32 = 64;
/// Thousandths of a segment's price in its collateral, at most.
const MAX_COLLATERAL: u32 = 100_000;
// Or a fraud fills its segment's places with games of its own for less than it would lose: collateral and a whole price.
const _: () = assert!(MIN_OPEN_GAMES * MIN_BOND_SHARE >= MAX_COLLATERAL + 1_000);
/// Nodes of a program, at most.
const MAX_NODES: u32 = Header::MAX_NODES;
/// The longest window: a year of one-second blocks.
const MAX_WINDOW: BlockNumber = 31_536_000;
/// The largest deposit or minimum.
const MAX_MINIMUM: Balance = 1_000_000 * UNIT;

/// Why a set of parameters is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// `assignment.open_limit`.
    #[error("assignment.open_limit must be 1 to 31,536,000 blocks")]
    OpenLimit,
    /// `assignment.accept_window`.
    #[error("assignment.accept_window must be 1 to 31,536,000 blocks")]
    AcceptWindow,
    /// `assignment.max_jobs_per_provider`.
    #[error("assignment.max_jobs_per_provider must be 1 to 4,096")]
    MaxJobsPerProvider,
    /// `segments.challenge_window`.
    #[error("segments.challenge_window must be 1 to 31,536,000 blocks")]
    ChallengeWindow,
    /// `segments.pipeline_limit`.
    #[error("segments.pipeline_limit must be 1 to 16")]
    PipelineLimit,
    /// `segments.deadline_factor`.
    #[error("segments.deadline_factor must be 1,000 to 100,000 thousandths")]
    DeadlineFactor,
    /// `segments.deadline_slack`.
    #[error("segments.deadline_slack must be 1 to 31,536,000 blocks")]
    DeadlineSlack,
    /// `segments.max_pause`.
    #[error("segments.max_pause must be 1 to 31,536,000 blocks")]
    MaxPause,
    /// `segments.retention`.
    #[error("segments.retention must be at least challenge_window and at most 31,536,000 blocks")]
    Retention,
    /// `limits.max_segments`.
    #[error("limits.max_segments must be 1 to 65,536")]
    MaxSegments,
    /// `limits.max_intervals_per_segment`.
    #[error("limits.max_intervals_per_segment must be 1 to 1,048,576")]
    MaxIntervals,
    /// `limits.min_steps_per_interval` and `limits.max_steps_per_interval`.
    #[error("limits: 1 <= min_steps_per_interval <= max_steps_per_interval <= 4,096")]
    StepsPerInterval,
    /// `limits.max_nodes`.
    #[error("limits.max_nodes must be 2 to 16,384")]
    MaxNodes,
    /// `limits.max_slots` or `limits.max_constants`.
    #[error(
        "limits.max_slots must be 1 to 4,096 and at most max_nodes, max_constants at most 1,024"
    )]
    MaxSlots,
    /// `limits.max_batch_size`.
    #[error("limits.max_batch_size must be at least 1")]
    MaxBatchSize,
    /// `limits.max_seconds_per_segment` or `limits.max_seconds_per_interval`.
    #[error("limits.max_seconds_per_segment must be 1 to 2,592,000, and max_seconds_per_interval 1 to that")]
    MaxSeconds,
    /// `limits.reference_cpu` or `limits.reference_gpu`.
    #[error("limits.reference_cpu and reference_gpu must have rates above zero")]
    ReferenceRate,
    /// `money.protocol_fee`.
    #[error("money.protocol_fee must be at most 500 thousandths")]
    ProtocolFee,
    /// `money.min_price_per_segment`.
    #[error("money.min_price_per_segment must be above zero and at most a million tokens")]
    MinPrice,
    /// `money.collateral`.
    #[error("money.collateral must be 1,000 to 100,000 thousandths")]
    Collateral,
    /// `money.min_collateral`.
    #[error("money.min_collateral must be above zero and at most a million tokens")]
    MinCollateral,
    /// `money.late_slash`.
    #[error("money.late_slash must be 1 to 500 thousandths")]
    LateSlash,
    /// `money.decline_slash`.
    #[error("money.decline_slash must not exceed money.late_slash, or silence is cheaper")]
    DeclineSlash,
    /// `money.deposit_per_job` or `money.deposit_per_segment`.
    #[error("money.deposit_per_job and deposit_per_segment must be above zero and at most a million tokens")]
    Deposit,
    /// `stake.min_stake`.
    #[error("stake.min_stake must be above zero and at most a million tokens")]
    MinStake,
    /// `stake.unbonding_delay`.
    #[error("stake.unbonding_delay must exceed challenge_window + retention + 2 x max_budget and be at most 31,536,000 blocks")]
    UnbondingDelay,
    /// `disputes.move_allowance`.
    #[error("disputes.move_allowance must be at least 3 blocks and less than challenge_window")]
    MoveAllowance,
    /// `disputes.defence_factor` or `disputes.challenge_factor`.
    #[error("disputes.defence_factor and challenge_factor must be 1,000 to 100,000 thousandths")]
    BudgetFactor,
    /// `disputes.max_budget`.
    #[error("disputes.max_budget must be 1 to 31,536,000 blocks")]
    MaxBudget,
    /// `disputes.running_games`.
    #[error("disputes.running_games must be 1 to 16")]
    RunningGames,
    /// `disputes.max_open_games`.
    #[error("disputes.max_open_games must be 64 to 1,048,576")]
    MaxOpenGames,
    /// `disputes.bond`, `disputes.move_price` or `disputes.deposit`.
    #[error(
        "disputes.bond, move_price and deposit must be above zero and at most a million tokens"
    )]
    Bond,
    /// `disputes.bond_share`.
    #[error("disputes.bond_share must be 2,000 to 10,000 thousandths, or a challenge costs less than what it makes its defender spend")]
    BondShare,
    /// `disputes.winner_share`.
    #[error("disputes.winner_share must be 1 to 499 thousandths, or playing against oneself pays")]
    WinnerShare,
    /// What a fraud of one segment costs who convicts itself of it, beside the most that it gains.
    #[error("money.collateral without disputes.winner_share of it must be at least a whole price, or lying pays")]
    LyingPays,
    /// `disputes.slash_defer`.
    #[error(
        "disputes.slash_defer must be at least challenge_window and at most 31,536,000 blocks"
    )]
    SlashDefer,
    /// The window beside the longest segment.
    #[error("segments.challenge_window must last at least limits.max_seconds_per_segment, or nobody has the time to check such a segment")]
    WindowTooShort,
    /// The allowance beside the longest interval.
    #[error("disputes.move_allowance must last at least disputes.running_games x limits.max_seconds_per_interval, or games about earlier steps cost a provider more time than they give it")]
    AllowanceTooShort,
    /// The largest budget beside the longest segment.
    #[error("disputes.max_budget must last at least limits.max_seconds_per_segment times the larger of defence_factor and challenge_factor, or it cuts the time of honest work")]
    BudgetTooShort,
}

impl Params {
    /// Checks every bound, and every relation that does not depend on how long a block takes. What was in force once holds
    /// it, whatever [`Params::validate`] asks for since.
    ///
    /// # Errors
    /// [`ParamsError`] names the first field that is out of its bounds.
    pub fn check_bounds(&self) -> Result<(), ParamsError> {
        self.assignment.validate()?;
        self.segments.validate()?;
        self.limits.validate()?;
        self.money.validate()?;
        self.disputes.validate(&self.segments, &self.money)?;
        self.stake.validate(&self.segments, &self.disputes)
    }
}

/// `Err(error)` unless `holds`.
pub(super) fn ensure(holds: bool, error: ParamsError) -> Result<(), ParamsError> {
    holds.then_some(()).ok_or(error)
}

fn is_window(blocks: BlockNumber) -> bool {
    (1..=MAX_WINDOW).contains(&blocks)
}

fn is_minimum(amount: Balance) -> bool {
    (1..=MAX_MINIMUM).contains(&amount)
}

fn is_share(share: PerMille, least: u32, most: u32) -> bool {
    (least..=most).contains(&share.0)
}

impl AssignmentParams {
    fn validate(&self) -> Result<(), ParamsError> {
        ensure(is_window(self.open_limit), ParamsError::OpenLimit)?;
        ensure(is_window(self.accept_window), ParamsError::AcceptWindow)?;
        ensure(
            (1..=4_096).contains(&self.max_jobs_per_provider),
            ParamsError::MaxJobsPerProvider,
        )
    }
}

impl SegmentParams {
    fn validate(&self) -> Result<(), ParamsError> {
        ensure(
            is_window(self.challenge_window),
            ParamsError::ChallengeWindow,
        )?;
        ensure(
            (1..=MAX_PIPELINE).contains(&self.pipeline_limit),
            ParamsError::PipelineLimit,
        )?;
        ensure(
            is_share(self.deadline_factor, 1_000, 100_000),
            ParamsError::DeadlineFactor,
        )?;
        ensure(is_window(self.deadline_slack), ParamsError::DeadlineSlack)?;
        ensure(is_window(self.max_pause), ParamsError::MaxPause)?;
        ensure(
            is_window(self.retention) && self.retention >= self.challenge_window,
            ParamsError::Retention,
        )
    }
}

impl SizeLimits {
    fn validate(&self) -> Result<(), ParamsError> {
        ensure(
            (1..=MAX_SEGMENTS).contains(&self.max_segments),
            ParamsError::MaxSegments,
        )?;
        ensure(
            (1..=MAX_INTERVALS_PER_SEGMENT).contains(&self.max_intervals_per_segment),
            ParamsError::MaxIntervals,
        )?;
        ensure(
            (1..=self.max_steps_per_interval).contains(&self.min_steps_per_interval)
                && self.max_steps_per_interval <= MAX_STEPS_PER_INTERVAL,
            ParamsError::StepsPerInterval,
        )?;
        ensure(
            (2..=MAX_NODES).contains(&self.max_nodes),
            ParamsError::MaxNodes,
        )?;
        ensure(
            (1..=Header::MAX_SLOTS.min(self.max_nodes)).contains(&self.max_slots)
                && self.max_constants <= Header::MAX_CONSTANTS,
            ParamsError::MaxSlots,
        )?;
        ensure(self.max_batch_size >= 1, ParamsError::MaxBatchSize)?;
        ensure(
            (1..=2_592_000).contains(&self.max_seconds_per_segment)
                && (1..=self.max_seconds_per_segment).contains(&self.max_seconds_per_interval),
            ParamsError::MaxSeconds,
        )?;
        ensure(
            self.reference_cpu.is_positive() && self.reference_gpu.is_positive(),
            ParamsError::ReferenceRate,
        )
    }
}

impl DeviceRate {
    fn is_positive(&self) -> bool {
        self.flops_per_second > 0 && self.bytes_per_second > 0
    }
}

impl MoneyParams {
    fn validate(&self) -> Result<(), ParamsError> {
        ensure(
            is_share(self.protocol_fee, 0, 500),
            ParamsError::ProtocolFee,
        )?;
        ensure(
            is_minimum(self.min_price_per_segment),
            ParamsError::MinPrice,
        )?;
        ensure(
            is_share(self.collateral, 1_000, MAX_COLLATERAL),
            ParamsError::Collateral,
        )?;
        ensure(is_minimum(self.min_collateral), ParamsError::MinCollateral)?;
        ensure(is_share(self.late_slash, 1, 500), ParamsError::LateSlash)?;
        ensure(
            self.decline_slash <= self.late_slash,
            ParamsError::DeclineSlash,
        )?;
        ensure(
            is_minimum(self.deposit_per_job) && is_minimum(self.deposit_per_segment),
            ParamsError::Deposit,
        )
    }
}

impl StakeParams {
    fn validate(
        &self,
        segments: &SegmentParams,
        disputes: &DisputeParams,
    ) -> Result<(), ParamsError> {
        let exposed = segments
            .challenge_window
            .saturating_add(segments.retention)
            .saturating_add(disputes.max_budget.saturating_mul(2));
        ensure(is_minimum(self.min_stake), ParamsError::MinStake)?;
        ensure(
            self.unbonding_delay > exposed && is_window(self.unbonding_delay),
            ParamsError::UnbondingDelay,
        )
    }
}

impl DisputeParams {
    fn validate(&self, segments: &SegmentParams, money: &MoneyParams) -> Result<(), ParamsError> {
        let window = segments.challenge_window;
        ensure(
            (MIN_ALLOWANCE..window).contains(&self.move_allowance),
            ParamsError::MoveAllowance,
        )?;
        ensure(
            is_share(self.defence_factor, 1_000, 100_000)
                && is_share(self.challenge_factor, 1_000, 100_000),
            ParamsError::BudgetFactor,
        )?;
        ensure(is_window(self.max_budget), ParamsError::MaxBudget)?;
        ensure(
            (1..=MAX_RUNNING_GAMES).contains(&self.running_games),
            ParamsError::RunningGames,
        )?;
        ensure(
            (MIN_OPEN_GAMES..=1 << 20).contains(&self.max_open_games),
            ParamsError::MaxOpenGames,
        )?;
        ensure(
            is_minimum(self.bond) && is_minimum(self.move_price) && is_minimum(self.deposit),
            ParamsError::Bond,
        )?;
        ensure(
            is_share(self.bond_share, MIN_BOND_SHARE, 10_000),
            ParamsError::BondShare,
        )?;
        ensure(
            is_share(self.winner_share, 1, 499),
            ParamsError::WinnerShare,
        )?;
        // Convicted by an accomplice, a liar gets the winner's share back; what it saves and is paid is at most the price.
        let kept = 1_000_u64.saturating_sub(self.winner_share.0.into());
        let lost = u64::from(money.collateral.0).saturating_mul(kept);
        ensure(lost >= 1_000 * 1_000, ParamsError::LyingPays)?;
        // Whoever may still be convicted in the same job then shares the slash that is held.
        ensure(
            is_window(self.slash_defer) && self.slash_defer >= window,
            ParamsError::SlashDefer,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change to one field.
    type Edit = fn(&mut Params);

    #[test]
    fn each_field_is_bounded() {
        let cases: [(Edit, ParamsError); 49] = [
            (|p| p.assignment.open_limit = 0, ParamsError::OpenLimit),
            (
                |p| p.assignment.accept_window = MAX_WINDOW + 1,
                ParamsError::AcceptWindow,
            ),
            (
                |p| p.assignment.max_jobs_per_provider = 0,
                ParamsError::MaxJobsPerProvider,
            ),
            (
                |p| p.segments.challenge_window = 0,
                ParamsError::ChallengeWindow,
            ),
            (
                |p| p.segments.pipeline_limit = MAX_PIPELINE + 1,
                ParamsError::PipelineLimit,
            ),
            (
                |p| p.segments.deadline_factor = PerMille(999),
                ParamsError::DeadlineFactor,
            ),
            (
                |p| p.segments.deadline_slack = 0,
                ParamsError::DeadlineSlack,
            ),
            (|p| p.segments.max_pause = 0, ParamsError::MaxPause),
            (|p| p.segments.retention = 0, ParamsError::Retention),
            (
                |p| p.segments.retention = p.segments.challenge_window - 1,
                ParamsError::Retention,
            ),
            (
                |p| p.limits.max_segments = MAX_SEGMENTS + 1,
                ParamsError::MaxSegments,
            ),
            (
                |p| p.limits.max_intervals_per_segment = 0,
                ParamsError::MaxIntervals,
            ),
            (
                |p| p.limits.min_steps_per_interval = 0,
                ParamsError::StepsPerInterval,
            ),
            (
                |p| p.limits.min_steps_per_interval = 4_097,
                ParamsError::StepsPerInterval,
            ),
            (
                |p| p.limits.max_steps_per_interval = 4_097,
                ParamsError::StepsPerInterval,
            ),
            (|p| p.limits.max_nodes = 1, ParamsError::MaxNodes),
            (
                |p| p.limits.max_slots = p.limits.max_nodes + 1,
                ParamsError::MaxSlots,
            ),
            (
                |p| p.limits.max_constants = p.limits.max_nodes + 1,
                ParamsError::MaxSlots,
            ),
            (|p| p.limits.max_batch_size = 0, ParamsError::MaxBatchSize),
            (
                |p| p.limits.max_seconds_per_segment = 0,
                ParamsError::MaxSeconds,
            ),
            (
                |p| p.limits.max_seconds_per_interval = 0,
                ParamsError::MaxSeconds,
            ),
            (
                |p| p.limits.max_seconds_per_interval = p.limits.max_seconds_per_segment + 1,
                ParamsError::MaxSeconds,
            ),
            (
                |p| p.limits.reference_gpu.bytes_per_second = 0,
                ParamsError::ReferenceRate,
            ),
            (
                |p| p.money.protocol_fee = PerMille(501),
                ParamsError::ProtocolFee,
            ),
            (|p| p.money.min_price_per_segment = 0, ParamsError::MinPrice),
            (
                |p| p.money.collateral = PerMille(999),
                ParamsError::Collateral,
            ),
            (|p| p.money.min_collateral = 0, ParamsError::MinCollateral),
            (|p| p.money.late_slash = PerMille(0), ParamsError::LateSlash),
            (
                |p| p.money.decline_slash = PerMille(51),
                ParamsError::DeclineSlash,
            ),
            (
                |p| p.money.deposit_per_segment = MAX_MINIMUM + 1,
                ParamsError::Deposit,
            ),
            (|p| p.stake.min_stake = 0, ParamsError::MinStake),
            (
                |p| p.segments.retention = p.stake.unbonding_delay,
                ParamsError::UnbondingDelay,
            ),
            (
                |p| p.disputes.max_budget = p.stake.unbonding_delay / 2,
                ParamsError::UnbondingDelay,
            ),
            (
                |p| p.disputes.move_allowance = 2,
                ParamsError::MoveAllowance,
            ),
            (
                |p| p.disputes.move_allowance = p.segments.challenge_window,
                ParamsError::MoveAllowance,
            ),
            (
                |p| p.disputes.defence_factor = PerMille(999),
                ParamsError::BudgetFactor,
            ),
            (
                |p| p.disputes.challenge_factor = PerMille(100_001),
                ParamsError::BudgetFactor,
            ),
            (|p| p.disputes.max_budget = 0, ParamsError::MaxBudget),
            (|p| p.disputes.running_games = 0, ParamsError::RunningGames),
            (|p| p.disputes.running_games = 17, ParamsError::RunningGames),
            (
                |p| p.disputes.max_open_games = 63,
                ParamsError::MaxOpenGames,
            ),
            (|p| p.disputes.bond = 0, ParamsError::Bond),
            (|p| p.disputes.move_price = 0, ParamsError::Bond),
            (|p| p.disputes.deposit = MAX_MINIMUM + 1, ParamsError::Bond),
            (
                |p| p.disputes.bond_share = PerMille(1_999),
                ParamsError::BondShare,
            ),
            (
                |p| p.disputes.winner_share = PerMille(500),
                ParamsError::WinnerShare,
            ),
            (
                |p| p.disputes.winner_share = PerMille(0),
                ParamsError::WinnerShare,
            ),
            (
                |p| p.money.collateral = PerMille(1_666),
                ParamsError::LyingPays,
            ),
            (
                |p| p.disputes.slash_defer = p.segments.challenge_window - 1,
                ParamsError::SlashDefer,
            ),
        ];
        for (edit, error) in cases {
            let mut params = Params::default();
            edit(&mut params);
            assert_eq!(params.check_bounds(), Err(error));
        }
    }
}
