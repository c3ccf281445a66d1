//! What a job costs and how long it may take.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    Balance, BlockTime, JobSpec, JobSubmission, Params, Reserve, SegmentIndex, SubmissionError,
};

/// The price of a job, before it is submitted.
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
pub struct Quote {
    /// Number of segments.
    pub segments: u32,
    /// Number of intervals of all segments.
    pub intervals: u64,
    /// Prices of all segments: what the provider earns.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub price_total: Balance,
    /// Protocol fees of all segments.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub protocol_fee_total: Balance,
    /// Price and fee of the first segment: the least amount to lock.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub first_segment_cost: Balance,
    /// Prices and fees of all segments: the amount that never needs a top-up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub full_escrow: Balance,
    /// Storage deposit, returned by clean-up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub deposit: Balance,
    /// Collateral that the provider puts up.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub collateral: Balance,
    /// Blocks from a segment's start to its deadline.
    pub segment_deadline: u32,
    /// Blocks from the claim to the last payment at most, if no provider fails and escrow suffices.
    pub longest_duration: u64,
    /// The same in seconds.
    pub longest_duration_seconds: u64,
}

/// Quotes a submission; `submission.escrow` does not matter.
///
/// # Errors
/// [`SubmissionError`] names the field for which the chain would refuse it.
pub fn quote(
    submission: &JobSubmission,
    params: &Params,
    time: BlockTime,
) -> Result<Quote, SubmissionError> {
    submission.spec.check(params)?;
    let money = money(&submission.spec, params);
    let segment_deadline = params.deadline_blocks(submission.spec.seconds_per_segment, time);
    let longest_duration = u64::from(money.segments)
        .saturating_mul(u64::from(segment_deadline))
        .saturating_add(u64::from(params.assignment.accept_window))
        .saturating_add(waiting_for_windows(money.segments, params));
    Ok(Quote {
        segment_deadline,
        longest_duration,
        longest_duration_seconds: time.seconds_of(longest_duration),
        ..money
    })
}

/// Blocks spent in challenge windows with nothing to train: one each time the pipeline fills, at most.
fn waiting_for_windows(segments: u32, params: &Params) -> u64 {
    let pipeline = params.segments.pipeline_limit.max(1);
    u64::from(segments.div_ceil(pipeline))
        .saturating_mul(u64::from(params.segments.challenge_window))
}

/// The amounts of a quote; expects a spec that has been checked, and saturates otherwise.
pub(crate) fn money(spec: &JobSpec, params: &Params) -> Quote {
    let segments = spec.schedule.segments();
    let last = spec.schedule.last_segment();
    let full_ones = segments.saturating_sub(1);
    let price = spec.price_per_segment;
    let first_cost = Reserve::of(spec, SegmentIndex(0), price, params);
    let last_cost = Reserve::of(spec, last, price, params);
    let total = |first: Balance, last: Balance| {
        first
            .saturating_mul(Balance::from(full_ones))
            .saturating_add(last)
    };
    let intervals = u64::from(spec.schedule.intervals_of(SegmentIndex(0)))
        .saturating_mul(u64::from(full_ones))
        .saturating_add(u64::from(spec.schedule.intervals_of(last)));
    let price_total = total(first_cost.price, last_cost.price);
    let protocol_fee_total = total(first_cost.fee, last_cost.fee);
    Quote {
        segments,
        intervals,
        price_total,
        protocol_fee_total,
        first_segment_cost: first_cost.total(),
        full_escrow: price_total.saturating_add(protocol_fee_total),
        deposit: params.deposit(segments),
        collateral: params.collateral(price, segments),
        ..Quote::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{submission::tests::valid, MAX_PRICE_PER_SEGMENT, UNIT};
    use proptest::prelude::*;

    const TIME: BlockTime = BlockTime { millis: 6_000 };

    #[test]
    fn the_amounts_add_up() {
        let params = Params::default();
        let quote = quote(&valid(), &params, TIME).unwrap();
        assert_eq!((quote.segments, quote.intervals), (3, 3 + 3 + 2));
        assert_eq!(quote.price_total, 2 * UNIT + UNIT / 2);
        assert_eq!(quote.protocol_fee_total, quote.price_total * 25 / 1_000);
        assert_eq!(
            quote.full_escrow,
            quote.price_total + quote.protocol_fee_total
        );
        assert_eq!(quote.first_segment_cost, UNIT + UNIT * 25 / 1_000);
        assert_eq!(quote.deposit, UNIT + 3 * UNIT / 100);
        assert_eq!(quote.collateral, 6 * UNIT);
        assert_eq!(
            quote.segment_deadline,
            7 + 100,
            "40 s in blocks of 6 s, and the slack"
        );
        assert_eq!(quote.longest_duration, 3 * 107 + 1_200 + 14_400);
    }

    #[test]
    fn a_refused_submission_has_no_quote() {
        let mut submission = valid();
        submission.spec.batch_size = 0;
        let refused = quote(&submission, &Params::default(), TIME);
        assert_eq!(refused, Err(SubmissionError::BatchSize));
    }

    proptest! {
        #[test]
        fn totals_equal_the_sum_over_segments(
            total in 1u64..400, per_segment in 1u32..40, price in 1u128..MAX_PRICE_PER_SEGMENT,
        ) {
            let params = Params::default();
            let mut spec = valid().spec;
            spec.price_per_segment = price;
            spec.schedule.total_steps = crate::StepCount(total.max(u64::from(per_segment)));
            spec.schedule.steps_per_segment = per_segment;
            let quote = money(&spec, &params);
            let sum: Balance = (0..quote.segments)
                .map(|s| Reserve::of(&spec, SegmentIndex(s), price, &params).total())
                .sum();
            prop_assert_eq!(quote.full_escrow, sum);
        }
    }
}
