//! Activation functions and layers.

use super::{BuildError, Expr, GraphBuilder, Var};

/// An elementwise nonlinearity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// `x`
    #[default]
    Identity,
    /// `max(0, x)`; its derivative at 0 is 0.
    Relu,
    /// Gaussian error linear unit in its tanh form: `x * sigmoid(2u)` with `u = sqrt(2 / pi) (x + 0.044715 x^3)`.
    Gelu,
    /// `x * sigmoid(x)`
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// Logistic function.
    Sigmoid,
}

/// `2 sqrt(2 / pi)`
const GELU_LINEAR: f32 = 1.595_769_2;
/// `2 sqrt(2 / pi) * 0.044715`
const GELU_CUBIC: f32 = 0.071_354_814;

impl Activation {
    /// The function as an expression.
    pub fn apply(self, x: impl Into<Expr>) -> Expr {
        let x = x.into();
        match self {
            Self::Identity => x,
            Self::Relu => Expr::from(0.0).max(x),
            Self::Gelu => {
                let square = &x * &x;
                let inner = square.fma(GELU_CUBIC, GELU_LINEAR) * &x;
                x * inner.sigmoid()
            }
            Self::Silu => {
                let gate = x.sigmoid();
                x * gate
            }
            Self::Tanh => x.tanh(),
            Self::Sigmoid => x.sigmoid(),
        }
    }
}

impl GraphBuilder {
    /// `x W^T + b` for `x` [.., n, i], `weight` [o, i] and `bias` [1, o]: [.., n, o].
    pub fn linear(&mut self, x: Var, weight: Var, bias: Var) -> Result<Var, BuildError> {
        self.dense(x, weight, bias, Activation::Identity)
    }

    /// A linear layer and its activation in one Map: `activation(x W^T + b)`.
    pub fn dense(
        &mut self,
        x: Var,
        weight: Var,
        bias: Var,
        activation: Activation,
    ) -> Result<Var, BuildError> {
        let product = self.matmul(x, weight, false, true)?;
        self.map(activation.apply(Expr::from(product) + bias))
    }
}
