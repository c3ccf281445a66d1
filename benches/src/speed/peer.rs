//! The case in candle: `candle-nn` layers, autograd and AdamW. Batches are cut beforehand, so that the peer pays for
//! training alone.

use crate::case::{Case, Values, BETA1, BETA2, EPSILON, RATE, ROWS, WEIGHT_DECAY};
use anyhow::Result;
use candle_core::{Device, Tensor, Var};
use candle_nn::{loss::cross_entropy, AdamW, Linear, Module, Optimizer, ParamsAdamW};
use std::time::{Duration, Instant};

/// A training run.
pub struct Peer {
    layers: Vec<Linear>,
    optimizer: AdamW,
    batches: Vec<(Tensor, Tensor)>,
    step: usize,
    /// The loss of the last step.
    pub loss: f32,
}

impl Peer {
    /// Makes layers, optimizer and batches.
    pub fn new(case: &Case, values: &Values) -> Result<Self> {
        let device = Device::Cpu;
        let (mut layers, mut variables) = (Vec::new(), Vec::new());
        for ((inputs, outputs), (weight, bias)) in case.layers().zip(&values.layers) {
            let weight = Var::from_slice(weight, (outputs as usize, inputs as usize), &device)?;
            let bias = Var::from_slice(bias, outputs as usize, &device)?;
            layers.push(Linear::new(
                weight.as_tensor().clone(),
                Some(bias.as_tensor().clone()),
            ));
            variables.extend([weight, bias]);
        }
        let [lr, beta1, beta2, eps, weight_decay] =
            [RATE, BETA1, BETA2, EPSILON, WEIGHT_DECAY].map(f64::from);
        let optimizer = AdamW::new(
            variables,
            ParamsAdamW {
                lr,
                beta1,
                beta2,
                eps,
                weight_decay,
            },
        )?;
        let images = Tensor::from_slice(
            &values.images,
            (ROWS as usize, case.features() as usize),
            &device,
        )?;
        let labels = Tensor::from_slice(&values.labels, ROWS as usize, &device)?;
        let batch = case.batch as usize;
        let cut =
            |tensor: &Tensor, i: usize| tensor.narrow(0, i * batch, batch)?.force_contiguous();
        let batches = (0..ROWS as usize / batch).map(|i| Ok((cut(&images, i)?, cut(&labels, i)?)));
        let batches = batches.collect::<candle_core::Result<_>>()?;
        Ok(Self {
            layers,
            optimizer,
            batches,
            step: 0,
            loss: f32::NAN,
        })
    }

    /// Takes steps and says how long they took.
    pub fn run(&mut self, steps: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..steps {
            let (images, labels) = &self.batches[self.step % self.batches.len()];
            let mut x = images.clone();
            for (number, layer) in self.layers.iter().enumerate() {
                x = layer.forward(&x)?;
                if number + 1 < self.layers.len() {
                    x = x.relu()?;
                }
            }
            let loss = cross_entropy(&x, labels)?;
            self.optimizer.backward_step(&loss)?;
            self.loss = loss.to_scalar()?;
            self.step += 1;
        }
        Ok(start.elapsed())
    }
}
