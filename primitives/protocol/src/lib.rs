//! Protocol parameters, identifiers and records shared by chain, worker and command line.
//!
//! Everything here is data and pure functions over it: no clock, no randomness, no I/O, no panic.
//! The pallets store these types, the runtime API returns them, worker and command line decode them.
//!
//! Terms:
//! - a **job** trains for `total_steps` steps, cut into **segments** (the unit of payment), each cut
//!   into **intervals** (the steps between two committed state roots);
//! - [`Params`] holds every protocol number; a job keeps the version it was submitted under;
//! - windows and deadlines are plain counts of blocks of **chain time**;
//! - amounts are in the chain's smallest unit, [`UNIT`] of them make one token.
//!
//! ```
//! use assay_protocol::{BlockTime, Params, Schedule, SegmentIndex, StepCount};
//!
//! let six_seconds = BlockTime { millis: 6_000 };
//! Params::default().validate(six_seconds).expect("the main chain's numbers are consistent");
//! let schedule = Schedule { total_steps: StepCount(250), steps_per_segment: 100, steps_per_interval: 40 };
//! assert_eq!(schedule.segments(), 3);
//! assert_eq!(schedule.intervals_of(SegmentIndex(0)), 3);
//! assert_eq!(schedule.intervals_of(SegmentIndex(2)), 2);
//! ```

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::float_arithmetic
    )
)]

extern crate alloc;

mod commitment;
mod conviction;
mod hashes;
mod header;
mod ids;
#[cfg(feature = "serde")]
pub mod json;
mod money;
mod params;
mod provider;
mod quote;
mod reasons;
mod record;
mod schedule;
mod segment;
mod status;
mod submission;
mod url;
mod views;

pub use commitment::{CommitmentError, SegmentCommitment, MAX_PATH};
pub use conviction::Conviction;
pub use hashes::{
    ConstantsRoot, NodeTreeRoot, ProgramRoot, StateRoot, TensorRoot, TraceRoot, TreeNode,
};
pub use header::{ProgramHeader, HEADER_BYTES};
pub use ids::{
    BlockNumber, BlockTime, IntervalIndex, JobId, ParamsVersion, SegmentIndex, StepCount, StepIndex,
};
pub use money::{Balance, PerMille, MILLI, UNIT};
pub use params::{
    AssignmentParams, DeviceRate, DisputeParams, MoneyParams, Params, ParamsError, SegmentParams,
    SizeLimits, StakeParams, MAX_EXCLUDED, MAX_INTERVALS_PER_SEGMENT, MAX_MOVES, MAX_PIPELINE,
    MAX_PRICE_PER_SEGMENT, MAX_SEGMENTS, MAX_STEPS_PER_INTERVAL, MAX_TOTAL_STEPS,
};
pub use provider::{
    Capabilities, DeviceClass, Ineligible, Provider, ProviderCounters, ProviderStatus, Requirements,
};
pub use quote::{quote, Quote};
pub use reasons::{DeclineReason, EndReason, Fault};
pub use record::{JobRecord, JobState, Ledger, NextStep, Outcome, Progress, Terms};
pub use schedule::{Schedule, StepRange};
pub use segment::{Reserve, SegmentStatus};
pub use status::{AfterSettling, Assignment, JobStatus, Refused};
pub use submission::{
    DeclaredWork, JobSpec, JobSubmission, SubmissionError, MAX_BLOB_LOCATIONS, MAX_DATASETS,
    NUMERICS_VERSION,
};
pub use url::{Url, UrlError, MAX_URL};
pub use views::{
    JobView, Page, ParamsView, ProviderView, Refusal, ResumePoint, SegmentView, MAX_PAGE,
};
