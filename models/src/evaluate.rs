//! How good a model is on samples it has not seen, by candle.

use crate::{
    interop::to_candle,
    job::{Activation, Loss, ModelFile},
    Checkpoint, CheckpointError, Dataset,
};
use candle_core::{DType, Tensor, D};
use candle_nn::{loss, Linear, Module};
use serde::Serialize;

/// What a model achieves on a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Samples it was measured on.
    pub samples: u32,
    /// Mean loss of a sample.
    pub loss: f64,
    /// Fraction of samples whose label has the largest logit; none for a model that gives values.
    pub accuracy: Option<f64>,
}

/// Why a model cannot be measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A parameter is missing or has another shape.
    #[error("the parameters do not fit the model: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// candle refuses, for instance shapes that do not fit.
    #[error("the model does not fit the data: {0}")]
    Candle(#[from] candle_core::Error),
}

/// Samples computed at a time.
const BATCH: usize = 1024;

/// Runs the model on a dataset.
pub fn evaluate(
    model: &ModelFile,
    checkpoint: &Checkpoint,
    data: &Dataset,
) -> Result<Evaluation, EvaluateError> {
    let layers = layers(model, checkpoint)?;
    let columns = |tensor: &assay_numerics::Tensor| tensor.ty().dims.cols();
    let features = to_candle(&data.features, &[data.rows(), columns(&data.features)])?;
    let targets = to_candle(&data.targets, &[data.rows(), columns(&data.targets)])?;
    let rows = data.rows() as usize;
    let (mut loss, mut hits) = (0.0, 0.0);
    for start in (0..rows).step_by(BATCH) {
        let size = BATCH.min(rows - start);
        let outputs = outputs(model, &layers, &features.narrow(0, start, size)?)?;
        let part = measure(model, &outputs, &targets.narrow(0, start, size)?)?;
        loss += part.0 * size as f64;
        hits += part.1;
    }
    let accuracy = (model.loss() == Loss::CrossEntropy).then_some(hits / rows as f64);
    Ok(Evaluation {
        samples: data.rows(),
        loss: loss / rows as f64,
        accuracy,
    })
}

fn layers(model: &ModelFile, checkpoint: &Checkpoint) -> Result<Vec<Linear>, EvaluateError> {
    let named = |name: String| {
        checkpoint
            .tensors
            .get(&name)
            .cloned()
            .ok_or(CheckpointError::Missing { name })
    };
    let count = model.layers().len().saturating_sub(1);
    let layer = |i: usize| {
        Ok(Linear::new(
            named(format!("layers.{i}.weight"))?,
            Some(named(format!("layers.{i}.bias"))?),
        ))
    };
    (0..count).map(layer).collect()
}

fn outputs(model: &ModelFile, layers: &[Linear], x: &Tensor) -> candle_core::Result<Tensor> {
    let ModelFile::Mlp { activation, .. } = model;
    let mut x = x.clone();
    for (number, layer) in layers.iter().enumerate() {
        x = layer.forward(&x)?;
        if number + 1 < layers.len() {
            x = activate(*activation, &x)?;
        }
    }
    Ok(x)
}

fn activate(activation: Activation, x: &Tensor) -> candle_core::Result<Tensor> {
    match activation {
        Activation::Relu => x.relu(),
        Activation::Gelu => x.gelu(),
        Activation::Silu => x.silu(),
        Activation::Tanh => x.tanh(),
        Activation::Sigmoid => candle_nn::ops::sigmoid(x),
    }
}

/// Mean loss and number of right labels of a batch.
fn measure(
    model: &ModelFile,
    outputs: &Tensor,
    targets: &Tensor,
) -> candle_core::Result<(f64, f64)> {
    let scalar = |tensor: Tensor| tensor.to_dtype(DType::F64)?.to_scalar::<f64>();
    match model.loss() {
        Loss::Mse => Ok((scalar(loss::mse(outputs, targets)?)?, 0.0)),
        Loss::CrossEntropy => {
            let labels = targets.squeeze(1)?;
            let right = outputs
                .argmax(D::Minus1)?
                .eq(&labels)?
                .to_dtype(DType::F64)?
                .sum_all()?;
            Ok((
                scalar(loss::cross_entropy(outputs, &labels)?)?,
                scalar(right)?,
            ))
        }
    }
}
