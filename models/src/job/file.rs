//! The tables of a job file.

use super::{Amount, JobError};
use assay_program::builder;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A training job as its buyer writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFile {
    /// What is trained.
    pub model: ModelFile,
    /// How parameters change.
    pub optimizer: OptimizerFile,
    /// How the learning rate changes; constant if left out.
    #[serde(default)]
    pub schedule: ScheduleFile,
    /// What it is trained and tested on.
    pub data: DataFile,
    /// How long, and how the steps are divided.
    pub training: TrainingFile,
    /// What it may cost and who may do it.
    pub job: Terms,
}

/// `[model]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ModelFile {
    /// Linear layers with an activation between them.
    Mlp {
        /// Widths, from the features to the classes or values.
        layers: Vec<u32>,
        /// Between the layers; none behind the last.
        activation: Activation,
        /// What is minimised.
        loss: Loss,
        /// A safetensors file with parameters to start from, instead of random ones.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        weights: Option<PathBuf>,
    },
}

/// A nonlinearity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(0, x)`
    Relu,
    /// `x sigmoid(2u)`, the tanh form.
    Gelu,
    /// `x sigmoid(x)`
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// Logistic function.
    Sigmoid,
}

/// A loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Mean softmax cross-entropy against class labels.
    CrossEntropy,
    /// Mean squared error against numbers.
    Mse,
}

/// `[optimizer]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerFile {
    /// Gradient descent.
    Sgd {
        /// Base learning rate.
        learning_rate: f32,
        /// L2 penalty.
        #[serde(default)]
        weight_decay: f32,
        /// Bound of the gradients' norm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<ClipFile>,
    },
    /// Gradient descent with momentum.
    Momentum {
        /// Base learning rate.
        learning_rate: f32,
        /// Fraction of the buffer that is kept.
        #[serde(default = "default_beta1")]
        momentum: f32,
        /// L2 penalty.
        #[serde(default)]
        weight_decay: f32,
        /// Bound of the gradients' norm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<ClipFile>,
    },
    /// Adam with decoupled weight decay.
    Adamw {
        /// Base learning rate.
        learning_rate: f32,
        /// Decay of the first moment.
        #[serde(default = "default_beta1")]
        beta1: f32,
        /// Decay of the second moment.
        #[serde(default = "default_beta2")]
        beta2: f32,
        /// Added to the root of the second moment.
        #[serde(default = "default_epsilon")]
        epsilon: f32,
        /// Fraction of a weight taken off per unit of learning rate.
        #[serde(default)]
        weight_decay: f32,
        /// Bound of the gradients' norm.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<ClipFile>,
    },
}

/// `clip = { global = 1.0 }` or `clip = { per_tensor = 1.0 }`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClipFile {
    /// The norm of all gradients together.
    Global(f32),
    /// Each gradient's own norm.
    PerTensor(f32),
}

/// `[schedule]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleFile {
    /// Always the base rate.
    #[default]
    Constant,
    /// A linear rise, then half a cosine down.
    Cosine {
        /// Steps of the rise.
        #[serde(default)]
        warmup: u32,
        /// Fraction of the base rate left at the end.
        #[serde(default)]
        floor: f32,
    },
    /// Multiplied by `factor` after every `every` steps.
    Steps {
        /// Steps between two changes.
        every: u32,
        /// Factor of a change.
        factor: f32,
    },
}

/// `[data]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// How the files are written.
    #[serde(default)]
    pub format: Format,
    /// File with the training samples, relative to the job file.
    pub train: PathBuf,
    /// File with held-out samples. Without it, `holdout` of the training file is set aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<PathBuf>,
    /// Fraction of the training file that is set aside for testing, chosen by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<f64>,
    /// Samples of a batch.
    pub batch: u32,
    /// Every feature is multiplied by this.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub scale: f32,
}

/// How samples are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A line for each sample: features, then the label (or the target values), separated by commas.
    #[default]
    Csv,
    /// Tensors `features` of shape `[n, d]` and `targets` of shape `[n]` (labels) or `[n, k]`.
    Safetensors,
}

/// `[training]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingFile {
    /// Steps in all; either this or `epochs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<u32>,
    /// Passes over the training samples; the last step is the one that completes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u32>,
    /// Steps that are paid at a time.
    pub steps_per_segment: u32,
    /// Steps between two committed states; if left out, the fewest of which a state's root takes about 3 % of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_per_interval: Option<u32>,
    /// Decides initial weights, the order of samples and the held-out ones.
    #[serde(default)]
    pub seed: u64,
}

/// `[job]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Tokens paid for a full segment.
    pub price_per_segment: Amount,
    /// Segments whose price is locked at submission; all if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow_segments: Option<u32>,
    /// Seconds that a segment may take on the slowest machine that meets the requirements; estimated if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds_per_segment: Option<u32>,
    /// Blocks that the provider waits for a top-up; the protocol's default if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pause_blocks: Option<u32>,
    /// What is asked of the provider.
    #[serde(default)]
    pub requirements: Requirements,
}

/// `[job.requirements]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Requirements {
    /// The least device.
    pub device: Device,
    /// The least memory in bytes; what the program needs if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// Tokens at stake beyond the protocol's own minimum.
    pub min_stake: Amount,
}

impl Default for Requirements {
    fn default() -> Self {
        Self {
            device: Device::Cpu,
            memory_bytes: None,
            min_stake: Amount::ZERO,
        }
    }
}

/// A class of devices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// A processor.
    #[default]
    Cpu,
    /// A GPU.
    Gpu,
}

const fn default_beta1() -> f32 {
    0.9
}

const fn default_beta2() -> f32 {
    0.999
}

const fn default_epsilon() -> f32 {
    1e-8
}

const fn one() -> f32 {
    1.0
}

fn is_one(value: &f32) -> bool {
    *value == 1.0
}

impl JobFile {
    /// Most bytes of a job file.
    pub const MAX_BYTES: u64 = 1 << 20;

    /// Reads and judges a job file.
    pub fn load(path: &Path) -> Result<Self, JobError> {
        let read = |error| JobError::Read {
            path: path.to_owned(),
            error,
        };
        let bytes = std::fs::metadata(path).map_err(read)?.len();
        if bytes > Self::MAX_BYTES {
            return Err(JobError::TooLong {
                path: path.to_owned(),
                most: Self::MAX_BYTES,
            });
        }
        Self::parse(&std::fs::read_to_string(path).map_err(read)?)
    }

    /// Judges the text of a job file.
    pub fn parse(text: &str) -> Result<Self, JobError> {
        let job: Self = toml::from_str(text).map_err(|error| JobError::Syntax(Box::new(error)))?;
        job.check()?;
        Ok(job)
    }

    /// The seed of program and weights: `training.seed` in little endian, then zeros.
    pub fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.training.seed.to_le_bytes());
        seed
    }
}

impl ModelFile {
    /// Most layers with their widths.
    pub const MAX_LAYERS: usize = 256;
    /// Widest layer.
    pub const MAX_WIDTH: u32 = 1 << 20;
    /// Most parameters; with the optimizer's moments they take 3 GiB.
    pub const MAX_PARAMETERS: u64 = 1 << 28;

    /// Widths, from the features to the classes or values.
    pub fn layers(&self) -> &[u32] {
        match self {
            Self::Mlp { layers, .. } => layers,
        }
    }

    /// What is minimised.
    pub fn loss(&self) -> Loss {
        match self {
            Self::Mlp { loss, .. } => *loss,
        }
    }

    /// A file with parameters to start from.
    pub fn weights(&self) -> Option<&Path> {
        match self {
            Self::Mlp { weights, .. } => weights.as_deref(),
        }
    }
}

impl OptimizerFile {
    /// The base learning rate.
    pub fn learning_rate(&self) -> f32 {
        match self {
            Self::Sgd { learning_rate, .. }
            | Self::Momentum { learning_rate, .. }
            | Self::Adamw { learning_rate, .. } => *learning_rate,
        }
    }

    /// How gradients are bounded.
    pub fn clip(&self) -> builder::Clip {
        let (Self::Sgd { clip, .. } | Self::Momentum { clip, .. } | Self::Adamw { clip, .. }) =
            self;
        match *clip {
            None => builder::Clip::None,
            Some(ClipFile::Global(bound)) => builder::Clip::Global(bound),
            Some(ClipFile::PerTensor(bound)) => builder::Clip::PerTensor(bound),
        }
    }
}

impl From<&ScheduleFile> for builder::Schedule {
    fn from(schedule: &ScheduleFile) -> Self {
        match *schedule {
            ScheduleFile::Constant => Self::Constant,
            ScheduleFile::Cosine { warmup, floor } => Self::Cosine { warmup, floor },
            ScheduleFile::Steps { every, factor } => Self::Steps { every, factor },
        }
    }
}

impl From<Activation> for builder::Activation {
    fn from(activation: Activation) -> Self {
        match activation {
            Activation::Relu => Self::Relu,
            Activation::Gelu => Self::Gelu,
            Activation::Silu => Self::Silu,
            Activation::Tanh => Self::Tanh,
            Activation::Sigmoid => Self::Sigmoid,
        }
    }
}

impl DataFile {
    /// Largest batch.
    pub const MAX_BATCH: u32 = 1 << 20;
}

impl TrainingFile {
    /// Most steps of an interval.
    pub const MAX_INTERVAL: u32 = 4096;
}
