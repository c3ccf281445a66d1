//! A training run in candle: autograd and `candle-nn`'s AdamW. Batches are cut beforehand, so that the peer pays for
//! training alone.

use super::{Training, BETA1, BETA2, EPSILON, RATE, WEIGHT_DECAY};
use anyhow::Result;
use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use std::time::{Duration, Instant};

/// The loss of a batch of inputs and targets.
type Loss = dyn Fn(&Tensor, &Tensor) -> candle_core::Result<Tensor>;

/// A training run.
pub struct Peer {
    optimizer: AdamW,
    loss: Box<Loss>,
    batches: Vec<(Tensor, Tensor)>,
    step: usize,
    last: f32,
}

impl Peer {
    /// A run over the batches of `size` rows of these datasets, which begins again with the first when all were taken.
    pub fn new(
        variables: Vec<Var>,
        (inputs, targets): (&Tensor, &Tensor),
        size: usize,
        loss: impl Fn(&Tensor, &Tensor) -> candle_core::Result<Tensor> + 'static,
    ) -> Result<Self> {
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
        let cut = |tensor: &Tensor, i: usize| tensor.narrow(0, i * size, size)?.force_contiguous();
        let batches = (0..inputs.dim(0)? / size).map(|i| Ok((cut(inputs, i)?, cut(targets, i)?)));
        Ok(Self {
            optimizer,
            loss: Box::new(loss),
            batches: batches.collect::<candle_core::Result<_>>()?,
            step: 0,
            last: f32::NAN,
        })
    }
}

impl Training for Peer {
    fn run(&mut self, steps: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..steps {
            let (inputs, targets) = &self.batches[self.step % self.batches.len()];
            let loss = (self.loss)(inputs, targets)?;
            self.optimizer.backward_step(&loss)?;
            self.last = loss.to_scalar()?;
            self.step += 1;
        }
        Ok(start.elapsed())
    }

    fn loss(&self) -> f32 {
        self.last
    }
}

/// A matrix that can be trained, or a vector if it has but one row.
pub fn variable(tensor: &assay_numerics::Tensor) -> Result<Var> {
    let dims = tensor.ty().dims;
    let (rows, cols) = (dims.rows() as usize, dims.cols() as usize);
    let values: Vec<f32> = tensor
        .words()
        .iter()
        .map(|bits| f32::from_bits(*bits))
        .collect();
    Ok(match rows {
        1 => Var::from_slice(&values, cols, &Device::Cpu)?,
        _ => Var::from_slice(&values, (rows, cols), &Device::Cpu)?,
    })
}
