//! Datasets: reading, checking, splitting.

mod csv;
mod error;
mod split;
mod tensors;

pub use error::DataError;

use crate::job::{DataFile, Format, JobFile, Loss};
use assay_numerics::{Dims, Tensor, TensorType};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

/// Samples with their targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// [1, 1, n, d]
    pub features: Tensor,
    /// Labels u32 [1, 1, n, 1], or values f32 [1, 1, n, k].
    pub targets: Tensor,
}

/// Samples to train on and samples to test with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splits {
    /// What the program reads.
    pub train: Dataset,
    /// What it never sees.
    pub test: Dataset,
}

/// What a model asks of its data.
#[derive(Clone, Copy, Debug)]
struct Shape {
    features: u32,
    targets: Targets,
    scale: f32,
}

#[derive(Clone, Copy, Debug)]
enum Targets {
    /// A label below this number.
    Classes(u32),
    /// So many numbers.
    Values(u32),
}

impl Dataset {
    /// Most bytes of a data file.
    pub const MAX_BYTES: u64 = 1 << 30;

    /// Number of samples.
    pub const fn rows(&self) -> u32 {
        self.features.ty().dims.rows()
    }

    /// Features and targets, as a program's inputs.
    pub fn into_tensors(self) -> Vec<Tensor> {
        vec![self.features, self.targets]
    }

    fn read(path: &Path, format: Format, shape: Shape) -> Result<Self, DataError> {
        let bytes = read_bounded(path)?;
        match format {
            Format::Csv => csv::parse(path, &bytes, shape),
            Format::Safetensors => tensors::parse(path, &bytes, shape),
        }
    }

    /// Puts values row by row into tensors.
    fn from_rows(
        path: &Path,
        features: Vec<f32>,
        targets: Vec<u32>,
        shape: Shape,
    ) -> Result<Self, DataError> {
        let problem = |problem: String| DataError::File {
            path: path.to_owned(),
            problem,
        };
        let rows = features.len() / shape.features as usize;
        if rows == 0 {
            return Err(problem("there are no samples; give at least one".into()));
        }
        let rows = u32::try_from(rows).map_err(|_| problem("more than 2^32 samples".into()))?;
        let matrix = |cols| Dims::matrix(rows, cols).map_err(|error| problem(error.to_string()));
        let target_type = match shape.targets {
            Targets::Classes(_) => TensorType::u32(matrix(1)?),
            Targets::Values(count) => TensorType::f32(matrix(count)?),
        };
        let features = features
            .iter()
            .map(|value| (value * shape.scale).to_bits())
            .collect();
        let made = |tensor: Result<Tensor, _>| {
            tensor.map_err(|error: assay_numerics::TensorError| problem(error.to_string()))
        };
        Ok(Self {
            features: made(Tensor::new(
                TensorType::f32(matrix(shape.features)?),
                features,
            ))?,
            targets: made(Tensor::new(target_type, targets))?,
        })
    }
}

impl Splits {
    /// Reads a job's data; paths are relative to `base`.
    pub fn load(job: &JobFile, base: &Path) -> Result<Self, DataError> {
        let shape = Shape::of(job);
        let read = |path: &PathBuf| Dataset::read(&base.join(path), job.data.format, shape);
        let train = read(&job.data.train)?;
        let DataFile { test, holdout, .. } = &job.data;
        match test {
            Some(test) => Ok(Self {
                train,
                test: read(test)?,
            }),
            None => split::split(
                &base.join(&job.data.train),
                train,
                holdout.unwrap_or_default(),
                &job.seed(),
            ),
        }
    }
}

impl Shape {
    fn of(job: &JobFile) -> Self {
        let layers = job.model.layers();
        let outputs = layers.last().copied().unwrap_or_default();
        Self {
            features: layers.first().copied().unwrap_or(1),
            targets: match job.model.loss() {
                Loss::CrossEntropy => Targets::Classes(outputs),
                Loss::Mse => Targets::Values(outputs),
            },
            scale: job.data.scale,
        }
    }

    /// Columns of targets.
    const fn target_columns(self) -> usize {
        match self.targets {
            Targets::Classes(_) => 1,
            Targets::Values(count) => count as usize,
        }
    }
}

/// A file's content, of at most [`Dataset::MAX_BYTES`].
fn read_bounded(path: &Path) -> Result<Vec<u8>, DataError> {
    let read = |error| DataError::Read {
        path: path.to_owned(),
        error,
    };
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(read)?
        .take(Dataset::MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(read)?;
    match bytes.len() as u64 > Dataset::MAX_BYTES {
        true => Err(DataError::TooLarge {
            path: path.to_owned(),
            most: Dataset::MAX_BYTES,
        }),
        false => Ok(bytes),
    }
}

#[cfg(test)]
mod tests;
