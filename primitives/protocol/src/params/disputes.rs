//! The dispute game's numbers: clocks, bonds and shares.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Params;
use crate::{Balance, BlockNumber, BlockTime, IntervalIndex, JobSpec, PerMille, SegmentIndex};

/// Moves of a game, at most: a reveal and a name for each six levels of the five trees, and the defender's first and last.
pub const MAX_MOVES: u32 = 34;

/// Clocks, bonds and shares of disputes.
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
pub struct DisputeParams {
    /// Blocks that each move may take without cost to its side's budget.
    pub move_allowance: BlockNumber,
    /// The declared seconds of a segment times this is the defender's budget for all games on it.
    pub defence_factor: PerMille,
    /// The declared seconds from a segment's start to the challenged interval's end times this is a challenger's budget.
    pub challenge_factor: PerMille,
    /// The largest budget of either side in blocks; larger ones are cut.
    pub max_budget: BlockNumber,
    /// Games of one provider whose clocks run at the same time; the others wait with their clocks stopped.
    pub running_games: u32,
    /// Games without a verdict on one segment. Not on one provider, whom a flood of cheap games on another segment would
    /// shield.
    pub max_open_games: u32,
    /// The part of a challenger's bond that does not depend on the segment.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub bond: Balance,
    /// The part of a challenger's bond that grows with the segment's price.
    pub bond_share: PerMille,
    /// Price of a move, put up by the challenger for both sides and paid by the loser.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub move_price: Balance,
    /// Share of what the loser forfeits that goes to the winner, refunds of moves included.
    pub winner_share: PerMille,
    /// Blocks for which a slash is held before it is paid out.
    pub slash_defer: BlockNumber,
    /// Deposit for what a game stores, returned by clean-up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub deposit: Balance,
}

impl Params {
    /// The defender's budget for all games on a segment: one traced re-execution of it.
    pub fn defence_blocks(
        &self,
        spec: &JobSpec,
        segment: SegmentIndex,
        time: BlockTime,
    ) -> BlockNumber {
        let steps = spec.schedule.steps_of(segment).count.0;
        self.budget(spec, steps, self.disputes.defence_factor, time)
    }

    /// A challenger's budget: rebuilding the state at an interval's start from the segment's, and one traced
    /// re-execution of the interval; without an interval, of the whole segment.
    pub fn challenge_blocks(
        &self,
        spec: &JobSpec,
        segment: SegmentIndex,
        interval: Option<IntervalIndex>,
        time: BlockTime,
    ) -> BlockNumber {
        let whole = spec.schedule.steps_of(segment);
        let end = interval.map_or(whole.end(), |interval| {
            spec.schedule.steps_of_interval(segment, interval).end()
        });
        let steps = end.0.saturating_sub(whole.first.0);
        self.budget(spec, steps, self.disputes.challenge_factor, time)
    }

    /// What a challenger of a segment of that price puts up and may lose; the deposit comes on top.
    pub fn bond(&self, price: Balance) -> Balance {
        let moves = Balance::from(MAX_MOVES);
        self.disputes
            .bond_share
            .ceil_of(price)
            .saturating_add(self.disputes.move_price.saturating_mul(moves))
            .saturating_add(self.disputes.bond)
    }

    fn budget(&self, spec: &JobSpec, steps: u64, factor: PerMille, time: BlockTime) -> BlockNumber {
        let declared = factor.ceil_of(spec.declared_millis(steps));
        let millis = u64::try_from(declared).unwrap_or(u64::MAX);
        time.blocks_for(millis).min(self.disputes.max_budget)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{submission::tests::valid, UNIT};

    const TIME: BlockTime = BlockTime { millis: 6_000 };

    fn params() -> Params {
        let mut params = Params::main();
        params.disputes = DisputeParams {
            defence_factor: PerMille(3_000),
            challenge_factor: PerMille(6_000),
            bond: 7,
            bond_share: PerMille(50),
            move_price: 10,
            ..params.disputes
        };
        params
    }

    /// Segments of 100 steps in intervals of 40, and a last one of 50: 60 seconds each.
    fn spec() -> JobSpec {
        let mut spec = valid().spec;
        spec.schedule.total_steps.0 = 250;
        spec.schedule.steps_per_segment = 100;
        spec.schedule.steps_per_interval = 40;
        spec.seconds_per_segment = 60;
        spec
    }

    #[test]
    fn the_defenders_budget_is_the_segment_again() {
        let blocks = |segment| params().defence_blocks(&spec(), SegmentIndex(segment), TIME);
        assert_eq!(blocks(0), 30, "60 s times three in blocks of 6 s");
        assert_eq!(blocks(2), 15, "half a segment");
        assert_eq!(blocks(3), 0, "there is none");
    }

    #[test]
    fn a_challengers_budget_rebuilds_the_start() {
        let blocks = |interval: Option<u32>| {
            let interval = interval.map(IntervalIndex);
            params().challenge_blocks(&spec(), SegmentIndex(1), interval, TIME)
        };
        assert_eq!(blocks(Some(0)), 24, "24 s times six");
        assert_eq!(blocks(Some(1)), 48);
        assert_eq!(blocks(Some(2)), 60, "the last interval is shorter");
        assert_eq!(blocks(None), 60, "the whole segment");
    }

    #[test]
    fn budgets_are_cut_and_total() {
        let mut params = params();
        params.disputes.max_budget = 20;
        let mut spec = spec();
        assert_eq!(params.defence_blocks(&spec, SegmentIndex(0), TIME), 20);
        spec.seconds_per_segment = u32::MAX;
        spec.schedule.steps_per_segment = 0;
        spec.schedule.total_steps.0 = u64::MAX;
        let time = BlockTime { millis: 0 };
        assert_eq!(params.defence_blocks(&spec, SegmentIndex(0), time), 20);
    }

    #[test]
    fn the_bond_covers_both_sides_moves() {
        assert_eq!(params().bond(UNIT), 7 + UNIT / 20 + 34 * 10);
        assert_eq!(params().bond(0), 7 + 340);
        assert!(params().bond(Balance::MAX) > Balance::MAX / 21);
    }
}
