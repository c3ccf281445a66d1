//! The worker without a chain.

#[path = "../common/small_job.rs"]
mod small_job;

mod decisions;
mod devices;
mod disputes;
mod retention;
mod training;
mod verification;
