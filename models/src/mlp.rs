//! The multilayer perceptron.

use crate::{
    job::{Loss, ModelFile},
    weights::{kaiming_bound, uniform, xavier_bound},
};
use assay_numerics::{Dims, Tensor, TensorError, TensorType};
use assay_program::builder::{Activation, BuildError, GraphBuilder, Var};

/// Linear layers with an activation between them: `y = a(x W^T + b)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mlp {
    /// Widths, from the features to the outputs; at least two.
    pub layers: Vec<u32>,
    /// Between the layers.
    pub activation: Activation,
    /// What is minimised.
    pub loss: Loss,
}

/// A parameter of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// `layers.N.weight` or `layers.N.bias`.
    pub name: String,
    /// Its type in a program.
    pub ty: TensorType,
    /// Its shape outside: `[out, in]` or `[out]`.
    pub shape: Vec<u32>,
}

impl From<&ModelFile> for Mlp {
    fn from(file: &ModelFile) -> Self {
        let ModelFile::Mlp {
            layers,
            activation,
            loss,
            ..
        } = file;
        Self {
            layers: layers.clone(),
            activation: (*activation).into(),
            loss: *loss,
        }
    }
}

impl Mlp {
    /// Inputs and outputs of each layer.
    fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.layers
            .iter()
            .copied()
            .zip(self.layers.iter().copied().skip(1))
    }

    /// Weight and bias of each layer, in order.
    pub fn parameters(&self) -> Result<Vec<Parameter>, TensorError> {
        let mut parameters = Vec::new();
        for (layer, (inputs, outputs)) in self.pairs().enumerate() {
            for (name, rows, cols, shape) in [
                ("weight", outputs, inputs, vec![outputs, inputs]),
                ("bias", 1, outputs, vec![outputs]),
            ] {
                let ty = TensorType::f32(Dims::matrix(rows, cols)?);
                parameters.push(Parameter {
                    name: format!("layers.{layer}.{name}"),
                    ty,
                    shape,
                });
            }
        }
        Ok(parameters)
    }

    /// Random weights and biases of +0, in the order of [`parameters`](Self::parameters). Layers before a rectifier-like
    /// activation have Kaiming's bound, the others and the last one Xavier's.
    pub fn initial(&self, seed: u64) -> Result<Vec<Tensor>, TensorError> {
        let last = self.layers.len().saturating_sub(2);
        let mut tensors = Vec::new();
        for (number, parameter) in self.parameters()?.iter().enumerate() {
            let (outputs, inputs) = (parameter.ty.dims.rows(), parameter.ty.dims.cols());
            let bound = match number / 2 < last && self.is_rectifier() {
                true => kaiming_bound(inputs),
                false => xavier_bound(inputs, outputs),
            };
            tensors.push(match number % 2 {
                0 => {
                    let values = uniform(seed, number as u64, parameter.ty.dims.elements(), bound);
                    Tensor::from_f32(parameter.ty.dims, &values)?
                }
                _ => Tensor::zeros(parameter.ty),
            });
        }
        Ok(tensors)
    }

    fn is_rectifier(&self) -> bool {
        matches!(
            self.activation,
            Activation::Relu | Activation::Gelu | Activation::Silu
        )
    }

    /// The last layer's output for `x` [1, 1, n, features].
    pub fn outputs(
        &self,
        graph: &mut GraphBuilder,
        parameters: &[Var],
        x: Var,
    ) -> Result<Var, BuildError> {
        let layers = parameters.chunks_exact(2);
        let last = layers.len().saturating_sub(1);
        layers.enumerate().try_fold(x, |x, (number, pair)| {
            let activation = if number == last {
                Activation::Identity
            } else {
                self.activation
            };
            graph.dense(x, pair[0], pair[1], activation)
        })
    }

    /// The loss of a batch, a scalar; `targets` are labels u32 [1, 1, n, 1] or values [1, 1, n, outputs].
    pub fn loss(
        &self,
        graph: &mut GraphBuilder,
        parameters: &[Var],
        x: Var,
        targets: Var,
    ) -> Result<Var, BuildError> {
        let outputs = self.outputs(graph, parameters, x)?;
        match self.loss {
            Loss::CrossEntropy => graph.cross_entropy(outputs, targets),
            Loss::Mse => graph.mean_squared_error(outputs, targets),
        }
    }
}
