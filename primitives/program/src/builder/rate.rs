//! Learning rates over the steps of a job.

use super::{cosine::cos_pi, BuildError, GraphBuilder, Var};
use alloc::{vec, vec::Vec};
use assay_numerics::{Dims, RowOrder, Tensor};

/// How the learning rate changes with the step number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Schedule {
    /// Always the base rate.
    #[default]
    Constant,
    /// Rises linearly over `warmup` steps to the base rate, then falls along half a cosine to `floor` times the base
    /// rate at the last step.
    Cosine {
        /// Steps of the rise; step `i` of them has the rate `base (i + 1) / warmup`.
        warmup: u32,
        /// Fraction of the base rate that is left at the end, 0 to 1.
        floor: f32,
    },
    /// Multiplied by `factor` after every `every` steps.
    Steps {
        /// Steps between two changes.
        every: u32,
        /// What the rate is multiplied by, above 0 and at most 1.
        factor: f32,
    },
}

/// The learning rate as optimizers take it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LearningRate {
    /// The same in every step.
    Constant(f32),
    /// A scalar of the graph.
    Scalar(Var),
}

impl Schedule {
    /// The rate of each of `steps` steps. The result is the same on every machine.
    pub fn rates(self, base: f32, steps: u32) -> Result<Vec<f32>, BuildError> {
        self.check(base)?;
        Ok(match self {
            Self::Constant => vec![base; steps as usize],
            Self::Cosine { warmup, floor } => (0..steps)
                .map(|step| (f64::from(base) * cosine(step, steps, warmup, floor)) as f32)
                .collect(),
            Self::Steps { every, factor } => decay(base, steps, every, factor),
        })
    }

    fn check(self, base: f32) -> Result<(), BuildError> {
        let (ok, name, must) = match self {
            _ if !(base.is_finite() && base >= 0.0) => {
                (false, "learning rate", "a finite number, 0 or more")
            }
            Self::Cosine { floor, .. } => {
                ((0.0..=1.0).contains(&floor), "floor", "between 0 and 1")
            }
            Self::Steps { every: 0, .. } => (false, "every", "at least 1"),
            Self::Steps { factor, .. } => (
                factor > 0.0 && factor <= 1.0,
                "factor",
                "above 0 and at most 1",
            ),
            Self::Constant => (true, "", ""),
        };
        match ok {
            true => Ok(()),
            false => Err(BuildError::Setting { name, must }),
        }
    }
}

/// The fraction of the base rate in one step.
fn cosine(step: u32, steps: u32, warmup: u32, floor: f32) -> f64 {
    if step < warmup {
        return f64::from(step + 1) / f64::from(warmup);
    }
    let span = (steps - 1).saturating_sub(warmup).max(1);
    let done = f64::from(step - warmup) / f64::from(span);
    let floor = f64::from(floor);
    floor + (1.0 - floor) * (0.5 * (1.0 + cos_pi(done)))
}

fn decay(base: f32, steps: u32, every: u32, factor: f32) -> Vec<f32> {
    let mut rate = base;
    let rates = (0..steps).map(|step| {
        if step > 0 && step % every == 0 {
            rate *= factor;
        }
        rate
    });
    rates.collect()
}

impl GraphBuilder {
    /// The learning rate of the current step: a number if it never changes, else a row of a constant table
    /// [1, 1, steps, 1] read at the step number.
    pub fn learning_rate(
        &mut self,
        schedule: Schedule,
        base: f32,
        steps: u32,
    ) -> Result<LearningRate, BuildError> {
        if schedule == Schedule::Constant {
            schedule.check(base)?;
            return Ok(LearningRate::Constant(base));
        }
        let rates = schedule.rates(base, steps)?;
        let table = self.constant(Tensor::from_f32(Dims::matrix(steps, 1)?, &rates)?);
        Ok(LearningRate::Scalar(self.batch_rows(
            table,
            1,
            RowOrder::Sequential,
        )?))
    }
}
