//! The worker without a chain.

mod decisions;
mod devices;
mod disputes;
mod retention;
mod training;
mod verification;
