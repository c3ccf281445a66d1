//! What a buyer submits, and the checks the chain makes of it.

use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{
    quote, Balance, BlockNumber, DeviceClass, DeviceRate, NodeTreeRoot, Params, ProgramHeader,
    Requirements, Reserve, Schedule, SegmentIndex, StateRoot, StepCount, TensorRoot, Url,
    MAX_PRICE_PER_SEGMENT, MAX_TOTAL_STEPS,
};

/// The numerics version this protocol accepts in program headers.
pub const NUMERICS_VERSION: u16 = 1;

/// Dataset tensors of a job, at most.
pub const MAX_DATASETS: u32 = 16;

/// Locations of a job's blobs, at most.
pub const MAX_BLOB_LOCATIONS: u32 = 4;

/// The work of one step as the buyer's builder estimates it. A worker recomputes it before accepting.
///
/// The number of nodes, which costs time as well, stands in the header.
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
pub struct DeclaredWork {
    /// Floating-point operations of a step.
    pub flops_per_step: u64,
    /// Bytes moved and hashed in a step.
    pub bytes_per_step: u64,
    /// Bytes of memory that a step needs at most.
    pub memory_bytes: u64,
}

/// Everything a job fixes, for ever.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JobSpec {
    /// The program's header.
    pub header: ProgramHeader,
    /// Root of the tree over the program's encoded nodes.
    pub node_tree_root: NodeTreeRoot,
    /// The state before step 0.
    pub start_state: StateRoot,
    /// Dataset tensors, as many as the header's inputs and in their order.
    pub datasets: BoundedVec<TensorRoot, ConstU32<MAX_DATASETS>>,
    /// Samples in the dataset.
    pub dataset_rows: u64,
    /// Samples of a step's batch.
    pub batch_size: u32,
    /// Steps, segments and intervals.
    pub schedule: Schedule,
    /// The work of a step.
    pub work: DeclaredWork,
    /// Seconds a full segment takes at most on the slowest machine that meets the requirements.
    pub seconds_per_segment: u32,
    /// Price of a full segment; a shorter last one costs its share, rounded down.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub price_per_segment: Balance,
    /// What the job asks of its provider.
    pub requirements: Requirements,
    /// Where program, constants, data and start state are served.
    pub blobs: BoundedVec<Url, ConstU32<MAX_BLOB_LOCATIONS>>,
    /// Blocks the provider waits for a top-up before the job ends.
    pub max_pause: BlockNumber,
}

/// A job and the amount to lock for it now.
#[derive(
    Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JobSubmission {
    /// What the job fixes.
    pub spec: JobSpec,
    /// Amount to lock now; at least the first segment's price and fee, at most those of all.
    #[cfg_attr(feature = "serde", serde(with = "crate::json::amount"))]
    pub escrow: Balance,
}

/// Why a submission is refused; each variant names its field and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum SubmissionError {
    /// `header.version`.
    #[error("header.version: this chain knows numerics version 1 only")]
    NumericsVersion,
    /// `header.flags`.
    #[error("header.flags: must be zero in version 1")]
    Flags,
    /// `header.nodes`.
    #[error("header.nodes: must exceed header.slots and stay within the chain's limit")]
    Nodes,
    /// `header.slots`.
    #[error("header.slots: must be at least 1 and stay within the chain's limit")]
    Slots,
    /// `header.constants`.
    #[error("header.constants: more than the chain's limit")]
    Constants,
    /// `header.constants_root`.
    #[error("header.constants_root: must be zero if there are no constants")]
    ConstantsRoot,
    /// `header.inputs` and `datasets`.
    #[error("datasets: give as many roots as header.inputs says, at most 16")]
    Datasets,
    /// `dataset_rows`.
    #[error("dataset_rows: must be at least 1 and at most 4,294,967,296")]
    DatasetRows,
    /// `batch_size`.
    #[error("batch_size: must be at least 1, at most dataset_rows and within the chain's limit")]
    BatchSize,
    /// `schedule.total_steps`.
    #[error("schedule.total_steps: must be 1 to 4,294,967,296")]
    TotalSteps,
    /// `schedule.steps_per_segment`.
    #[error("schedule.steps_per_segment: must be 1 to schedule.total_steps")]
    StepsPerSegment,
    /// `schedule.steps_per_interval` out of the chain's bounds.
    #[error("schedule.steps_per_interval: outside the chain's bounds")]
    StepsPerInterval,
    /// `schedule.steps_per_interval` larger than a segment.
    #[error("schedule.steps_per_interval: must not exceed schedule.steps_per_segment")]
    IntervalLongerThanSegment,
    /// An interval takes too long for the moves of a dispute.
    #[error("schedule.steps_per_interval: by seconds_per_segment an interval takes longer than the chain's limit; make intervals shorter")]
    IntervalTooLong,
    /// Too many segments.
    #[error("schedule.steps_per_segment: too small, the job would have too many segments")]
    TooManySegments,
    /// Too many intervals in a segment.
    #[error("schedule.steps_per_interval: too small, a segment would have too many intervals")]
    TooManyIntervals,
    /// `work.flops_per_step` or `work.bytes_per_step`.
    #[error("work: flops_per_step and bytes_per_step must be above zero")]
    Work,
    /// `work.memory_bytes`.
    #[error("work.memory_bytes: must be above zero")]
    WorkMemory,
    /// `requirements.memory_bytes`.
    #[error("requirements.memory_bytes: must be at least work.memory_bytes")]
    RequiredMemory,
    /// `seconds_per_segment` below the work's estimate.
    #[error("seconds_per_segment: less than the declared work takes on the reference machine")]
    SecondsTooFew,
    /// `seconds_per_segment` above the chain's limit.
    #[error("seconds_per_segment: more than the chain's limit; make segments shorter")]
    SecondsTooMany,
    /// `price_per_segment` below the chain's minimum.
    #[error("price_per_segment: below the chain's minimum")]
    PriceTooLow,
    /// `price_per_segment` above any possible amount.
    #[error("price_per_segment: more than 2^80")]
    PriceTooHigh,
    /// `blobs` is empty.
    #[error("blobs: name at least one location")]
    NoBlobs,
    /// `blobs` holds a malformed location.
    #[error("blobs: a location must be printable ASCII of the form scheme://rest")]
    BlobLocation,
    /// `max_pause`.
    #[error("max_pause: more than the chain's limit")]
    MaxPause,
    /// `escrow` below the first segment's cost.
    #[error("escrow: must cover the first segment's price and fee")]
    EscrowTooSmall,
    /// `escrow` above the whole job's cost.
    #[error("escrow: more than all segments' prices and fees")]
    EscrowTooLarge,
}

/// `Err(error)` unless `holds`.
fn ensure(holds: bool, error: SubmissionError) -> Result<(), SubmissionError> {
    holds.then_some(()).ok_or(error)
}

impl JobSubmission {
    /// Checks everything the chain can judge of a submission without its blobs.
    ///
    /// # Errors
    /// [`SubmissionError`] names the first field that is wrong.
    pub fn check(&self, params: &Params) -> Result<(), SubmissionError> {
        self.spec.check(params)?;
        let quote = quote::money(&self.spec, params);
        ensure(
            self.escrow >= quote.first_segment_cost,
            SubmissionError::EscrowTooSmall,
        )?;
        ensure(
            self.escrow <= quote.full_escrow,
            SubmissionError::EscrowTooLarge,
        )
    }
}

impl JobSpec {
    /// The price of a segment: the full one's, or its share by steps, rounded down.
    pub fn price_of(&self, segment: SegmentIndex, price_per_segment: Balance) -> Balance {
        let steps = Balance::from(self.schedule.steps_of(segment).count.0);
        let full = Balance::from(self.schedule.steps_per_segment.max(1));
        let share = price_per_segment
            .min(MAX_PRICE_PER_SEGMENT)
            .saturating_mul(steps);
        share.checked_div(full).unwrap_or(0)
    }

    /// Prices and fees of `first` and every later segment.
    pub fn cost_from(
        &self,
        first: SegmentIndex,
        price_per_segment: Balance,
        params: &Params,
    ) -> Balance {
        let last = self.schedule.last_segment();
        let Some(full_ones) = last.0.checked_sub(first.0) else {
            return 0;
        };
        let cost = |segment| Reserve::of(self, segment, price_per_segment, params).total();
        cost(SegmentIndex(0))
            .saturating_mul(Balance::from(full_ones))
            .saturating_add(cost(last))
    }

    /// Checks all but the amount to lock.
    ///
    /// # Errors
    /// [`SubmissionError`] names the first field that is wrong.
    pub fn check(&self, params: &Params) -> Result<(), SubmissionError> {
        self.check_header(params)?;
        self.check_data(params)?;
        self.check_schedule(params)?;
        self.check_work(params)?;
        self.check_terms(params)
    }

    fn check_header(&self, params: &Params) -> Result<(), SubmissionError> {
        let ProgramHeader {
            version,
            flags,
            nodes,
            slots,
            inputs,
            constants,
            constants_root,
            ..
        } = self.header;
        let limits = &params.limits;
        ensure(
            version == NUMERICS_VERSION,
            SubmissionError::NumericsVersion,
        )?;
        ensure(flags == 0, SubmissionError::Flags)?;
        ensure(
            (1..=limits.max_slots).contains(&slots),
            SubmissionError::Slots,
        )?;
        ensure(
            nodes > slots && nodes <= limits.max_nodes,
            SubmissionError::Nodes,
        )?;
        ensure(
            constants <= limits.max_constants,
            SubmissionError::Constants,
        )?;
        ensure(
            constants > 0 || constants_root.0 == [0; 32],
            SubmissionError::ConstantsRoot,
        )?;
        let datasets = u32::try_from(self.datasets.len()).unwrap_or(u32::MAX);
        ensure(inputs == datasets, SubmissionError::Datasets)
    }

    fn check_data(&self, params: &Params) -> Result<(), SubmissionError> {
        let batch = u64::from(self.batch_size);
        ensure(
            (1..=1 << 32).contains(&self.dataset_rows),
            SubmissionError::DatasetRows,
        )?;
        ensure(
            (1..=self.dataset_rows).contains(&batch)
                && self.batch_size <= params.limits.max_batch_size,
            SubmissionError::BatchSize,
        )
    }

    fn check_schedule(&self, params: &Params) -> Result<(), SubmissionError> {
        let Schedule {
            total_steps: StepCount(total),
            steps_per_segment,
            steps_per_interval,
        } = self.schedule;
        let limits = &params.limits;
        ensure(
            (1..=MAX_TOTAL_STEPS).contains(&total),
            SubmissionError::TotalSteps,
        )?;
        ensure(
            (1..=total).contains(&u64::from(steps_per_segment)),
            SubmissionError::StepsPerSegment,
        )?;
        ensure(
            steps_per_interval <= steps_per_segment,
            SubmissionError::IntervalLongerThanSegment,
        )?;
        ensure(
            (limits.min_steps_per_interval.max(1)..=limits.max_steps_per_interval)
                .contains(&steps_per_interval),
            SubmissionError::StepsPerInterval,
        )?;
        ensure(
            self.schedule.segments() <= limits.max_segments,
            SubmissionError::TooManySegments,
        )?;
        ensure(
            self.schedule.intervals_of(SegmentIndex(0)) <= limits.max_intervals_per_segment,
            SubmissionError::TooManyIntervals,
        )
    }

    fn check_work(&self, params: &Params) -> Result<(), SubmissionError> {
        let DeclaredWork {
            flops_per_step,
            bytes_per_step,
            memory_bytes,
        } = self.work;
        ensure(
            flops_per_step > 0 && bytes_per_step > 0,
            SubmissionError::Work,
        )?;
        ensure(memory_bytes > 0, SubmissionError::WorkMemory)?;
        ensure(
            self.requirements.memory_bytes >= memory_bytes,
            SubmissionError::RequiredMemory,
        )?;
        ensure(
            self.seconds_per_segment <= params.limits.max_seconds_per_segment,
            SubmissionError::SecondsTooMany,
        )?;
        ensure(
            u64::from(self.seconds_per_segment) >= self.least_seconds(params),
            SubmissionError::SecondsTooFew,
        )?;
        let most = u128::from(params.limits.max_seconds_per_interval).saturating_mul(1_000);
        ensure(
            self.declared_millis(self.schedule.steps_per_interval.into()) <= most,
            SubmissionError::IntervalTooLong,
        )
    }

    /// The share of a full segment's declared time that so many steps take, in milliseconds, rounded up.
    pub fn declared_millis(&self, steps: u64) -> u128 {
        let per_segment = u128::from(self.schedule.steps_per_segment.max(1));
        u128::from(self.seconds_per_segment)
            .saturating_mul(1_000)
            .saturating_mul(steps.into())
            .div_ceil(per_segment)
    }

    /// Seconds a full segment takes on the reference machine of the device class asked for; at least 1.
    pub fn least_seconds(&self, params: &Params) -> u64 {
        let nanos = self
            .reference(params)
            .step_nanos(
                self.work.flops_per_step,
                self.work.bytes_per_step,
                self.header.nodes,
            )
            .saturating_mul(u128::from(self.schedule.steps_per_segment));
        u64::try_from(nanos.div_ceil(1_000_000_000))
            .unwrap_or(u64::MAX)
            .max(1)
    }

    fn reference<'a>(&self, params: &'a Params) -> &'a DeviceRate {
        match self.requirements.device {
            DeviceClass::Cpu => &params.limits.reference_cpu,
            DeviceClass::Gpu => &params.limits.reference_gpu,
        }
    }

    fn check_terms(&self, params: &Params) -> Result<(), SubmissionError> {
        ensure(
            self.price_per_segment >= params.money.min_price_per_segment,
            SubmissionError::PriceTooLow,
        )?;
        ensure(
            self.price_per_segment <= MAX_PRICE_PER_SEGMENT,
            SubmissionError::PriceTooHigh,
        )?;
        ensure(!self.blobs.is_empty(), SubmissionError::NoBlobs)?;
        ensure(
            self.blobs.iter().all(|url| url.check().is_ok()),
            SubmissionError::BlobLocation,
        )?;
        ensure(
            self.max_pause <= params.segments.max_pause,
            SubmissionError::MaxPause,
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{ConstantsRoot, UNIT};

    /// A submission that passes under the main chain's parameters: 25 steps in three segments.
    pub(crate) fn valid() -> JobSubmission {
        JobSubmission {
            spec: JobSpec {
                header: ProgramHeader {
                    version: NUMERICS_VERSION,
                    flags: 0,
                    seed: [7; 32],
                    nodes: 20,
                    slots: 4,
                    inputs: 2,
                    constants: 1,
                    constants_root: ConstantsRoot([1; 32]),
                },
                node_tree_root: NodeTreeRoot([2; 32]),
                start_state: StateRoot([3; 32]),
                datasets: BoundedVec::truncate_from(vec![TensorRoot([4; 32]), TensorRoot([5; 32])]),
                dataset_rows: 1_000,
                batch_size: 32,
                schedule: Schedule {
                    total_steps: StepCount(25),
                    steps_per_segment: 10,
                    steps_per_interval: 4,
                },
                work: DeclaredWork {
                    flops_per_step: 1_000_000,
                    bytes_per_step: 1_000_000,
                    memory_bytes: 1 << 20,
                },
                seconds_per_segment: 10,
                price_per_segment: UNIT,
                requirements: Requirements {
                    memory_bytes: 1 << 20,
                    ..Requirements::default()
                },
                blobs: BoundedVec::truncate_from(vec![
                    Url::parse("https://example.org/job").unwrap()
                ]),
                max_pause: 100,
            },
            escrow: 2 * UNIT,
        }
    }

    #[test]
    fn a_valid_submission_passes() {
        assert_eq!(valid().check(&Params::default()), Ok(()));
        let mut short = valid();
        short.spec.seconds_per_segment = 2;
        assert_eq!(short.check(&Params::development()), Ok(()));
    }

    /// A change to one field.
    type Edit = fn(&mut JobSubmission);

    fn cases() -> Vec<(Edit, SubmissionError)> {
        use SubmissionError as E;
        vec![
            (|s| s.spec.header.version = 2, E::NumericsVersion),
            (|s| s.spec.header.flags = 1, E::Flags),
            (|s| s.spec.header.nodes = 4, E::Nodes),
            (|s| s.spec.header.nodes = u32::MAX, E::Nodes),
            (|s| s.spec.header.slots = 0, E::Slots),
            (|s| s.spec.header.slots = u32::MAX, E::Slots),
            (|s| s.spec.header.constants = u32::MAX, E::Constants),
            (|s| s.spec.header.constants = 0, E::ConstantsRoot),
            (|s| s.spec.header.inputs = 3, E::Datasets),
            (|s| s.spec.dataset_rows = 0, E::DatasetRows),
            (|s| s.spec.dataset_rows = u64::MAX, E::DatasetRows),
            (|s| s.spec.batch_size = 0, E::BatchSize),
            (|s| s.spec.batch_size = 1_001, E::BatchSize),
            (
                |s| s.spec.schedule.total_steps = StepCount(0),
                E::TotalSteps,
            ),
            (
                |s| s.spec.schedule.total_steps = StepCount(u64::MAX),
                E::TotalSteps,
            ),
            (
                |s| s.spec.schedule.steps_per_segment = 0,
                E::StepsPerSegment,
            ),
            (
                |s| s.spec.schedule.steps_per_segment = 26,
                E::StepsPerSegment,
            ),
            (
                |s| s.spec.schedule.steps_per_interval = 0,
                E::StepsPerInterval,
            ),
            (
                |s| s.spec.schedule.steps_per_interval = 11,
                E::IntervalLongerThanSegment,
            ),
            (
                |s| s.spec.schedule.total_steps = StepCount(1 << 32),
                E::TooManySegments,
            ),
            // Four of ten steps take 75.2 seconds.
            (|s| s.spec.seconds_per_segment = 188, E::IntervalTooLong),
            (|s| s.spec.work.flops_per_step = 0, E::Work),
            (|s| s.spec.work.bytes_per_step = 0, E::Work),
            (|s| s.spec.work.memory_bytes = 0, E::WorkMemory),
            (|s| s.spec.work.memory_bytes = u64::MAX, E::RequiredMemory),
            (|s| s.spec.work.flops_per_step = u64::MAX, E::SecondsTooFew),
            (|s| s.spec.seconds_per_segment = 0, E::SecondsTooFew),
            (|s| s.spec.seconds_per_segment = u32::MAX, E::SecondsTooMany),
            (|s| s.spec.price_per_segment = 0, E::PriceTooLow),
            (|s| s.spec.price_per_segment = u128::MAX, E::PriceTooHigh),
            (|s| s.spec.blobs = BoundedVec::new(), E::NoBlobs),
            (
                |s| s.spec.blobs = BoundedVec::truncate_from(vec![Url::default()]),
                E::BlobLocation,
            ),
            (|s| s.spec.max_pause = u32::MAX, E::MaxPause),
            (|s| s.escrow = UNIT, E::EscrowTooSmall),
            (|s| s.escrow = u128::MAX, E::EscrowTooLarge),
        ]
    }

    #[test]
    fn each_field_is_judged() {
        for (edit, error) in cases() {
            let mut submission = valid();
            edit(&mut submission);
            assert_eq!(submission.check(&Params::default()), Err(error));
        }
    }

    #[test]
    fn too_many_intervals_are_refused() {
        let mut submission = valid();
        submission.spec.schedule = Schedule {
            total_steps: StepCount(10_000),
            steps_per_segment: 10_000,
            steps_per_interval: 2,
        };
        assert_eq!(
            submission.check(&Params::default()),
            Err(SubmissionError::TooManyIntervals)
        );
    }

    #[test]
    fn a_short_segment_costs_its_share_rounded_down() {
        let spec = valid().spec;
        assert_eq!(spec.price_of(SegmentIndex(0), 1_001), 1_001);
        assert_eq!(spec.price_of(SegmentIndex(2), 1_001), 500);
        assert_eq!(spec.price_of(SegmentIndex(3), 1_001), 0);
    }
}
