//! Optimizers: what makes the next parameters of the gradients.
//!
//! Declare an optimizer's slots before the parameters' own: a parameter's next value needs the next moments, and in
//! normal form those come first (otherwise they are copied).

use super::{BuildError, Expr, GraphBuilder, LearningRate, Var};
use alloc::vec::Vec;
use assay_numerics::{scalar, Dims, TensorType};

/// Stochastic gradient descent: `w' = fma(-rate, g + decay w, w)`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sgd {
    /// L2 penalty's gradient per unit of weight, 0 or more.
    pub weight_decay: f32,
}

/// Gradient descent with momentum: `b' = flush(fma(momentum, b, g + decay w))`, `w' = fma(-rate, b', w)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    /// Fraction of the buffer that is kept, 0 to below 1.
    pub momentum: f32,
    /// L2 penalty's gradient per unit of weight, 0 or more.
    pub weight_decay: f32,
}

/// The state of [`Momentum`].
#[derive(Clone, Debug)]
pub struct MomentumSlots {
    /// A buffer for each parameter, +0 at the start.
    pub buffers: Vec<Var>,
}

/// Adam with decoupled weight decay. For each parameter:
///
/// ```text
/// m' = flush(fma(beta1, m, g (1 - beta1)))
/// v' = flush(fma(beta2, v, g g (1 - beta2)))
/// w' = fma(-rate / c1', m' / (sqrt(v' / c2') + epsilon), w fma(-rate, decay, 1))
/// ```
/// with the bias corrections `c' = fma(beta, c, 1 - beta)`, `c = +0` at the start, and `v' / c2'` computed as
/// `v' * (1 / c2')`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// Decay of the first moment, 0 to below 1.
    pub beta1: f32,
    /// Decay of the second moment, 0 to below 1.
    pub beta2: f32,
    /// Added to the root of the second moment, above 0.
    pub epsilon: f32,
    /// Fraction of a weight that is taken off per unit of learning rate, 0 or more.
    pub weight_decay: f32,
}

impl Default for AdamW {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
        }
    }
}

/// The state of [`AdamW`]; all of it is +0 at the start.
#[derive(Clone, Debug)]
pub struct AdamWSlots {
    /// Bias corrections of the first and the second moment, scalars.
    pub corrections: [Var; 2],
    /// First moment of each parameter.
    pub first: Vec<Var>,
    /// Second moment of each parameter.
    pub second: Vec<Var>,
}

impl Sgd {
    /// Sets the parameters' next values.
    pub fn update<G: Clone + Into<Expr>>(
        self,
        graph: &mut GraphBuilder,
        parameters: &[Var],
        gradients: &[G],
        rate: LearningRate,
    ) -> Result<(), BuildError> {
        same_length(parameters.len(), gradients.len())?;
        let decay = non_negative("weight_decay", self.weight_decay)?;
        let step = negated(graph, rate)?;
        for (&parameter, gradient) in parameters.iter().zip(gradients) {
            let slope = penalised(gradient.clone().into(), parameter, decay);
            let next = graph.map(slope.fma(&step, parameter))?;
            graph.set_next(parameter, next)?;
        }
        Ok(())
    }
}

impl Momentum {
    /// Declares a buffer for each parameter.
    pub fn declare(self, graph: &mut GraphBuilder, parameters: &[TensorType]) -> MomentumSlots {
        MomentumSlots {
            buffers: parameters.iter().map(|&ty| graph.slot(ty)).collect(),
        }
    }

    /// Sets the next values of parameters and buffers.
    pub fn update<G: Clone + Into<Expr>>(
        self,
        graph: &mut GraphBuilder,
        slots: &MomentumSlots,
        parameters: &[Var],
        gradients: &[G],
        rate: LearningRate,
    ) -> Result<(), BuildError> {
        same_length(parameters.len(), gradients.len())?;
        same_length(parameters.len(), slots.buffers.len())?;
        let momentum = fraction("momentum", self.momentum)?;
        let decay = non_negative("weight_decay", self.weight_decay)?;
        let step = negated(graph, rate)?;
        for ((&parameter, &buffer), gradient) in
            parameters.iter().zip(&slots.buffers).zip(gradients)
        {
            let slope = penalised(gradient.clone().into(), parameter, decay);
            let moved = graph.map(Expr::from(buffer).fma(momentum, slope).flush())?;
            let next = graph.map(Expr::from(moved).fma(&step, parameter))?;
            graph.set_next(buffer, moved)?;
            graph.set_next(parameter, next)?;
        }
        Ok(())
    }
}

/// What a step needs besides parameter, moments and gradient; computed once for all parameters.
struct AdamWScalars {
    /// `-rate / c1'`
    step: Var,
    /// `1 / c2'`
    unbias: Var,
    /// `fma(-rate, decay, 1)`, if there is a decay.
    keep: Option<Expr>,
}

impl AdamW {
    /// Declares the corrections and two moments for each parameter.
    pub fn declare(
        self,
        graph: &mut GraphBuilder,
        parameters: &[TensorType],
    ) -> Result<AdamWSlots, BuildError> {
        let scalar = TensorType::f32(Dims::new([1; 4])?);
        Ok(AdamWSlots {
            corrections: [graph.slot(scalar), graph.slot(scalar)],
            first: parameters.iter().map(|&ty| graph.slot(ty)).collect(),
            second: parameters.iter().map(|&ty| graph.slot(ty)).collect(),
        })
    }

    /// Sets the next values of parameters, moments and corrections.
    pub fn update<G: Clone + Into<Expr>>(
        self,
        graph: &mut GraphBuilder,
        slots: &AdamWSlots,
        parameters: &[Var],
        gradients: &[G],
        rate: LearningRate,
    ) -> Result<(), BuildError> {
        self.check()?;
        same_length(parameters.len(), gradients.len())?;
        same_length(parameters.len(), slots.first.len())?;
        same_length(parameters.len(), slots.second.len())?;
        let scalars = self.scalars(graph, slots, rate)?;
        for (i, (&parameter, gradient)) in parameters.iter().zip(gradients).enumerate() {
            let moments = [slots.first[i], slots.second[i]];
            self.update_one(graph, &scalars, moments, parameter, gradient.clone().into())?;
        }
        Ok(())
    }

    fn check(self) -> Result<(), BuildError> {
        fraction("beta1", self.beta1)?;
        fraction("beta2", self.beta2)?;
        non_negative("weight_decay", self.weight_decay)?;
        match self.epsilon.is_finite() && self.epsilon > 0.0 {
            true => Ok(()),
            false => Err(BuildError::Setting {
                name: "epsilon",
                must: "a finite number above 0",
            }),
        }
    }

    fn scalars(
        self,
        graph: &mut GraphBuilder,
        slots: &AdamWSlots,
        rate: LearningRate,
    ) -> Result<AdamWScalars, BuildError> {
        let mut next = slots.corrections;
        for (correction, beta) in next.iter_mut().zip([self.beta1, self.beta2]) {
            let slot = *correction;
            *correction = graph.map(Expr::from(slot).fma(beta, 1.0 - beta))?;
            graph.set_next(slot, *correction)?;
        }
        let step = negated(graph, rate)?;
        Ok(AdamWScalars {
            step: graph.map(&step / next[0])?,
            unbias: graph.map(Expr::from(1.0) / next[1])?,
            keep: self.keep(graph, rate, &step)?,
        })
    }

    fn keep(
        self,
        graph: &mut GraphBuilder,
        rate: LearningRate,
        step: &Expr,
    ) -> Result<Option<Expr>, BuildError> {
        if self.weight_decay == 0.0 {
            return Ok(None);
        }
        Ok(Some(match rate {
            LearningRate::Constant(rate) => scalar::fma(-rate, self.weight_decay, 1.0).into(),
            LearningRate::Scalar(_) => graph.map(step.fma(self.weight_decay, 1.0))?.into(),
        }))
    }

    fn update_one(
        self,
        graph: &mut GraphBuilder,
        scalars: &AdamWScalars,
        [first, second]: [Var; 2],
        parameter: Var,
        gradient: Expr,
    ) -> Result<(), BuildError> {
        let square = &gradient * &gradient;
        let mean = graph.map(
            Expr::from(first)
                .fma(self.beta1, gradient * (1.0 - self.beta1))
                .flush(),
        )?;
        let spread = graph.map(
            Expr::from(second)
                .fma(self.beta2, square * (1.0 - self.beta2))
                .flush(),
        )?;
        let direction =
            Expr::from(mean) / ((Expr::from(spread) * scalars.unbias).sqrt() + self.epsilon);
        let kept = match &scalars.keep {
            Some(keep) => Expr::from(parameter) * keep,
            None => parameter.into(),
        };
        let next = graph.map(direction.fma(scalars.step, kept))?;
        graph.set_next(first, mean)?;
        graph.set_next(second, spread)?;
        graph.set_next(parameter, next)
    }
}

/// Minus the learning rate.
fn negated(graph: &mut GraphBuilder, rate: LearningRate) -> Result<Expr, BuildError> {
    match rate {
        LearningRate::Constant(rate) => Ok((-rate).into()),
        LearningRate::Scalar(rate) => Ok(graph.map(-Expr::from(rate))?.into()),
    }
}

/// The gradient with that of an L2 penalty: `fma(decay, w, g)`.
fn penalised(gradient: Expr, parameter: Var, decay: f32) -> Expr {
    match decay == 0.0 {
        true => gradient,
        false => Expr::from(parameter).fma(decay, gradient),
    }
}

fn same_length(parameters: usize, others: usize) -> Result<(), BuildError> {
    match parameters == others {
        true => Ok(()),
        false => Err(BuildError::Setting {
            name: "gradients and slots",
            must: "as many as the parameters",
        }),
    }
}

fn fraction(name: &'static str, value: f32) -> Result<f32, BuildError> {
    match (0.0..1.0).contains(&value) {
        true => Ok(value),
        false => Err(BuildError::Setting {
            name,
            must: "at least 0 and below 1",
        }),
    }
}

fn non_negative(name: &'static str, value: f32) -> Result<f32, BuildError> {
    match value.is_finite() && value >= 0.0 {
        true => Ok(value),
        false => Err(BuildError::Setting {
            name,
            must: "a finite number, 0 or more",
        }),
    }
}
