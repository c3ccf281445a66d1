//! Every protocol number, in one value that is set whole.

mod bounds;
mod disputes;
mod pace;
mod presets;

pub use bounds::{
    ParamsError, MAX_EXCLUDED, MAX_INTERVALS_PER_SEGMENT, MAX_PIPELINE, MAX_PRICE_PER_SEGMENT,
    MAX_SEGMENTS, MAX_STEPS_PER_INTERVAL, MAX_TOTAL_STEPS,
};
pub use disputes::{DisputeParams, MAX_MOVES};

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Balance, BlockNumber, BlockTime, PerMille};

/// The protocol's parameters.
///
/// [`Params::validate`] checks the bounds of each field and the relations between them. `Default` is
/// the main chain's preset.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Params {
    /// How a job finds its provider.
    pub assignment: AssignmentParams,
    /// Windows and deadlines of segments.
    pub segments: SegmentParams,
    /// How large a job may be.
    pub limits: SizeLimits,
    /// Fees, collateral, slashes and deposits.
    pub money: MoneyParams,
    /// Providers' stake.
    pub stake: StakeParams,
    /// The dispute game.
    pub disputes: DisputeParams,
}

/// How a job finds its provider.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AssignmentParams {
    /// Blocks that an open job waits for a provider before it ends.
    pub open_limit: BlockNumber,
    /// Blocks within which the assigned provider accepts or declines.
    pub accept_window: BlockNumber,
    /// Jobs that one provider may hold at a time.
    pub max_jobs_per_provider: u32,
}

/// Windows and deadlines of segments.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SegmentParams {
    /// Blocks from a commitment until its segment may finalise.
    pub challenge_window: BlockNumber,
    /// Segments of one job that may be started or committed without being final.
    pub pipeline_limit: u32,
    /// The declared seconds of a segment times this is its time limit; at least the whole.
    pub deadline_factor: PerMille,
    /// Blocks added to every segment's time limit, for transactions and blobs.
    pub deadline_slack: BlockNumber,
    /// The most blocks a job may let its provider wait for a top-up.
    pub max_pause: BlockNumber,
    /// Blocks after a job's end until its records may be cleaned up.
    pub retention: BlockNumber,
}

/// How large a job may be.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SizeLimits {
    /// Segments of a job.
    pub max_segments: u32,
    /// Intervals of a segment.
    pub max_intervals_per_segment: u32,
    /// The fewest steps of a full interval.
    pub min_steps_per_interval: u32,
    /// The most steps of an interval.
    pub max_steps_per_interval: u32,
    /// Nodes of a program.
    pub max_nodes: u32,
    /// State slots of a program.
    pub max_slots: u32,
    /// Constants of a program.
    pub max_constants: u32,
    /// Samples of a batch.
    pub max_batch_size: u32,
    /// The most seconds a segment may be declared to take.
    pub max_seconds_per_segment: u32,
    /// The most seconds an interval may be declared to take, by its share of the segment's steps. For each game that leads
    /// back to an earlier step a provider executes the interval again; as long as it can do that for all games whose
    /// clocks run at once within one move's allowance, a series of games costs it no budget.
    pub max_seconds_per_interval: u32,
    /// The slowest machine a CPU job's declared seconds must allow for.
    pub reference_cpu: DeviceRate,
    /// The slowest machine a GPU job's declared seconds must allow for.
    pub reference_gpu: DeviceRate,
}

/// What a machine does, from which the least declarable time of a segment follows.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DeviceRate {
    /// Floating-point operations per second.
    pub flops_per_second: u64,
    /// Bytes moved or hashed per second.
    pub bytes_per_second: u64,
    /// Nanoseconds spent on each node of each step, whatever its size.
    pub nanos_per_node: u32,
}

/// Fees, collateral, slashes and deposits.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MoneyParams {
    /// Protocol fee on top of a segment's price.
    pub protocol_fee: PerMille,
    /// The least price of a full segment.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub min_price_per_segment: Balance,
    /// Collateral for each segment that may be unfinalised, as a share of its price.
    pub collateral: PerMille,
    /// The least collateral of a job, whatever its price.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub min_collateral: Balance,
    /// Share of the collateral lost when a deadline passes.
    pub late_slash: PerMille,
    /// Share of the collateral lost when a provider declines for a reason of its own.
    pub decline_slash: PerMille,
    /// Deposit for a job, returned by clean-up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub deposit_per_job: Balance,
    /// Deposit for each segment of a job, returned by clean-up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub deposit_per_segment: Balance,
}

/// Providers' stake.
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct StakeParams {
    /// The least stake of a provider.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub min_stake: Balance,
    /// Blocks from `unregister` until the stake may be withdrawn.
    pub unbonding_delay: BlockNumber,
}

impl Params {
    /// Blocks from a segment's start to its deadline.
    pub fn deadline_blocks(&self, declared_seconds: u32, time: BlockTime) -> BlockNumber {
        let millis = self
            .segments
            .deadline_factor
            .ceil_of(Balance::from(declared_seconds).saturating_mul(1_000));
        time.blocks_for(u64::try_from(millis).unwrap_or(u64::MAX))
            .saturating_add(self.segments.deadline_slack)
    }

    /// The collateral a provider holds for a job of `segments` segments at a price per full segment.
    pub fn collateral(&self, price_per_segment: Balance, segments: u32) -> Balance {
        let unfinalised = Balance::from(segments.min(self.segments.pipeline_limit));
        self.money
            .collateral
            .ceil_of(price_per_segment)
            .saturating_mul(unfinalised)
            .max(self.money.min_collateral)
    }

    /// The storage deposit of a job of `segments` segments.
    pub fn deposit(&self, segments: u32) -> Balance {
        self.money
            .deposit_per_segment
            .saturating_mul(Balance::from(segments))
            .saturating_add(self.money.deposit_per_job)
    }
}

impl DeviceRate {
    /// Nanoseconds that a step takes on this machine at most.
    pub fn step_nanos(&self, flops: u64, bytes: u64, nodes: u32) -> u128 {
        let nanos = |amount: u64, rate: u64| {
            u128::from(amount)
                .saturating_mul(1_000_000_000)
                .div_ceil(u128::from(rate.max(1)))
        };
        nanos(flops, self.flops_per_second)
            .saturating_add(nanos(bytes, self.bytes_per_second))
            .saturating_add(u128::from(nodes).saturating_mul(u128::from(self.nanos_per_node)))
    }
}
