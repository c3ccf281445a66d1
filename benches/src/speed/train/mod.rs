//! Training runs of both sides: the same model, the same numbers to start from, the same batches, AdamW.

pub mod gpt;
pub mod mlp;
mod ours;
mod peer;

use anyhow::Result;
use std::time::Duration;

/// Settings of AdamW.
pub const RATE: f32 = 1e-3;
pub const BETA1: f32 = 0.9;
pub const BETA2: f32 = 0.999;
pub const EPSILON: f32 = 1e-8;
pub const WEIGHT_DECAY: f32 = 0.01;

/// A training run of one side.
pub trait Training {
    /// Takes steps and says how long they took.
    fn run(&mut self, steps: u32) -> Result<Duration>;

    /// The loss of the last step, for a comparison of meaning.
    fn loss(&self) -> f32;
}

/// Both sides of a case: ours and the peer's.
pub type Sides = (Box<dyn Training>, Box<dyn Training>);
