//! Perceptrons: a classifier with ReLU between its layers, trained on softmax cross-entropy.

use super::{ours, ours::Ours, peer, peer::Peer, Sides};
use crate::random::Random;
use anyhow::Result;
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{Activation, Built};
use candle_core::Device;
use candle_nn::{loss::cross_entropy, Linear, Module};

/// Rows of the dataset.
const ROWS: u32 = 1024;

/// A classifier and its batch.
#[derive(Clone, Copy, Debug)]
pub struct Mlp {
    /// Inputs, hidden widths, classes.
    pub widths: &'static [u32],
    /// Rows of a step.
    pub batch: u32,
}

/// The numbers that both sides start from.
struct Values {
    /// `ROWS` x the first width, in [0, 1).
    images: Vec<f32>,
    /// A class for each row.
    labels: Vec<u32>,
    /// For each layer the weight, outputs x inputs, and the bias.
    parameters: Vec<Tensor>,
}

impl Mlp {
    /// Both sides, from the same numbers.
    pub fn sides(&self) -> Result<Sides> {
        let values = self.values()?;
        Ok((Box::new(self.ours(&values)?), Box::new(self.peer(&values)?)))
    }

    /// Our side alone.
    pub fn alone(&self) -> Result<Ours> {
        self.ours(&self.values()?)
    }

    /// Inputs and outputs of each layer.
    fn layers(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.widths.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Features of a row.
    fn features(&self) -> u32 {
        self.widths[0]
    }

    fn values(&self) -> Result<Values> {
        let classes = self.widths[self.widths.len() - 1];
        let mut random = Random::new(1);
        let images = (0..ROWS * self.features()).map(|_| random.unit()).collect();
        let labels = (0..ROWS).map(|_| random.below(classes)).collect();
        let mut parameters = Vec::new();
        for (inputs, outputs) in self.layers() {
            let bound = 1.0 / (inputs as f32).sqrt();
            let mut uniform = |dims: Dims| {
                let values: Vec<f32> = (0..dims.elements()).map(|_| random.within(bound)).collect();
                Tensor::from_f32(dims, &values)
            };
            parameters.push(uniform(Dims::matrix(outputs, inputs)?)?);
            parameters.push(uniform(Dims::matrix(1, outputs)?)?);
        }
        Ok(Values {
            images,
            labels,
            parameters,
        })
    }

    fn ours(&self, values: &Values) -> Result<Ours> {
        let images = Tensor::from_f32(Dims::matrix(ROWS, self.features())?, &values.images)?;
        let labels = TensorType::u32(Dims::matrix(ROWS, 1)?);
        let labels = Tensor::new(labels, values.labels.clone())?;
        let types: Vec<TensorType> = values.parameters.iter().map(Tensor::ty).collect();
        let (built, first) = self.program(&types, [images.ty(), labels.ty()])?;
        Ours::new(built, first, &values.parameters, vec![images, labels])
    }

    fn program(
        &self,
        types: &[TensorType],
        [images, labels]: [TensorType; 2],
    ) -> Result<(Built, usize)> {
        ours::program(types, |graph, parameters| {
            let (images, labels) = (graph.input(images), graph.input(labels));
            let mut x = graph.batch_rows(images, self.batch, RowOrder::Sequential)?;
            let y = graph.batch_rows(labels, self.batch, RowOrder::Sequential)?;
            let last = parameters.len() / 2 - 1;
            for (number, layer) in parameters.chunks_exact(2).enumerate() {
                let activation = if number == last {
                    Activation::Identity
                } else {
                    Activation::Relu
                };
                x = graph.dense(x, layer[0], layer[1], activation)?;
            }
            Ok(graph.cross_entropy(x, y)?)
        })
    }

    fn peer(&self, values: &Values) -> Result<Peer> {
        let variables: Vec<_> = values
            .parameters
            .iter()
            .map(peer::variable)
            .collect::<Result<_>>()?;
        let layers: Vec<Linear> = variables
            .chunks_exact(2)
            .map(|pair| {
                Linear::new(
                    pair[0].as_tensor().clone(),
                    Some(pair[1].as_tensor().clone()),
                )
            })
            .collect();
        let shape = (ROWS as usize, self.features() as usize);
        let images = candle_core::Tensor::from_slice(&values.images, shape, &Device::Cpu)?;
        let labels = candle_core::Tensor::from_slice(&values.labels, ROWS as usize, &Device::Cpu)?;
        let batch = self.batch as usize;
        Peer::new(
            variables,
            (&images, &labels),
            batch,
            move |images, labels| {
                let mut x = images.clone();
                for (number, layer) in layers.iter().enumerate() {
                    x = layer.forward(&x)?;
                    if number + 1 < layers.len() {
                        x = x.relu()?;
                    }
                }
                cross_entropy(&x, labels)
            },
        )
    }
}
