//! Training runs of both sides: the same model, the same numbers to start from, the same batches, AdamW.

pub mod gpt;
pub mod mlp;
mod ours;
mod peer;

use anyhow::Result;
use assay_program::builder::Transformer;
use gpt::Gpt;
use mlp::Mlp;
pub use ours::Ours;
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

/// What is trained.
pub enum Model {
    /// A perceptron.
    Mlp(Mlp),
    /// A transformer.
    Gpt(Gpt),
}

/// The models that training is measured with, by name.
pub const MODELS: [(&str, Model); 3] = [
    (
        "digits-mlp-64-128-10-batch-32",
        Model::Mlp(Mlp {
            widths: &[64, 128, 10],
            batch: 32,
        }),
    ),
    (
        "mlp-3x512-batch-128",
        Model::Mlp(Mlp {
            widths: &[512, 512, 512, 512],
            batch: 128,
        }),
    ),
    (
        "gpt-4x256-4-heads-8x64-bytes",
        Model::Gpt(Gpt {
            model: Transformer {
                layers: 4,
                width: 256,
                heads: 4,
                context: 64,
                vocabulary: 256,
            },
            batch: 8,
        }),
    ),
];

impl Model {
    /// Both sides, from the same numbers.
    pub fn sides(&self) -> Result<Sides> {
        match self {
            Self::Mlp(mlp) => mlp.sides(),
            Self::Gpt(gpt) => gpt.sides(),
        }
    }

    /// Our side alone.
    pub fn alone(&self) -> Result<Ours> {
        match self {
            Self::Mlp(mlp) => mlp.alone(),
            Self::Gpt(gpt) => gpt.alone(),
        }
    }
}
