//! Parameters of the chains we run.

use assay_program::Header;

use super::{
    AssignmentParams, DeviceRate, DisputeParams, MoneyParams, Params, SegmentParams, SizeLimits,
    StakeParams,
};
use crate::{BlockNumber, PerMille, MILLI, UNIT};

/// Blocks of six seconds in an hour and a day.
const HOUR: BlockNumber = 600;
const DAY: BlockNumber = 14_400;

impl Default for Params {
    fn default() -> Self {
        Self::main()
    }
}

impl Params {
    /// The main chain: six-second blocks.
    pub const fn main() -> Self {
        Self {
            assignment: AssignmentParams {
                open_limit: 7 * DAY,
                accept_window: 2 * HOUR,
                max_jobs_per_provider: 64,
            },
            segments: SegmentParams {
                challenge_window: DAY,
                pipeline_limit: 8,
                deadline_factor: PerMille(4_000),
                deadline_slack: 100,
                max_pause: 7 * DAY,
                retention: 7 * DAY,
            },
            limits: LIMITS,
            money: MoneyParams {
                protocol_fee: PerMille(25),
                min_price_per_segment: 10 * MILLI,
                collateral: PerMille(2_000),
                min_collateral: UNIT,
                late_slash: PerMille(50),
                decline_slash: PerMille(5),
                deposit_per_job: UNIT,
                deposit_per_segment: 10 * MILLI,
            },
            stake: StakeParams {
                min_stake: 100 * UNIT,
                unbonding_delay: 28 * DAY,
            },
            disputes: DisputeParams {
                move_allowance: 100,
                defence_factor: PerMille(6_000),
                challenge_factor: PerMille(6_000),
                max_budget: 7 * DAY,
                running_games: 8,
                max_open_games: 4_096,
                bond: 5 * UNIT,
                // A game costs the defender at most the segment once more.
                bond_share: PerMille(2_000),
                move_price: 10 * MILLI,
                winner_share: PerMille(400),
                slash_defer: 7 * DAY,
                deposit: UNIT,
            },
        }
    }

    /// The development chain: one-second blocks and windows short enough to watch, for work that fits into them.
    pub const fn development() -> Self {
        let main = Self::main();
        Self {
            assignment: AssignmentParams {
                open_limit: 3_600,
                accept_window: 60,
                ..main.assignment
            },
            segments: SegmentParams {
                challenge_window: 15,
                pipeline_limit: 4,
                deadline_slack: 30,
                max_pause: 600,
                retention: 300,
                ..main.segments
            },
            limits: SizeLimits {
                max_seconds_per_segment: 15,
                max_seconds_per_interval: 1,
                ..main.limits
            },
            stake: StakeParams {
                unbonding_delay: 2_000,
                ..main.stake
            },
            disputes: DisputeParams {
                move_allowance: 10,
                max_budget: 600,
                slash_defer: 30,
                ..main.disputes
            },
            ..main
        }
    }
}

/// Bounds of the game's trees and of what one program may declare.
const LIMITS: SizeLimits = SizeLimits {
    max_segments: 4_096,
    max_intervals_per_segment: 4_096,
    min_steps_per_interval: 1,
    max_steps_per_interval: 4_096,
    max_nodes: Header::MAX_NODES,
    max_slots: Header::MAX_SLOTS,
    max_constants: Header::MAX_CONSTANTS,
    max_batch_size: 65_536,
    max_seconds_per_segment: 86_400,
    // A move's allowance for each of eight games, in blocks of six seconds.
    max_seconds_per_interval: 75,
    reference_cpu: DeviceRate {
        flops_per_second: 20_000_000_000,
        bytes_per_second: 5_000_000_000,
        nanos_per_node: 2_000,
    },
    reference_gpu: DeviceRate {
        flops_per_second: 5_000_000_000_000,
        bytes_per_second: 300_000_000_000,
        nanos_per_node: 10_000,
    },
};
