//! Bounding the norm of gradients.

use super::{BuildError, Expr, GraphBuilder, Var};
use alloc::vec::Vec;

/// By which norm gradients are scaled down, and the bound `c`. The factor is `min(1, c / (norm + 1e-6))`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Clip {
    /// Not at all.
    #[default]
    None,
    /// By the norm of all gradients together, the sums of squares added in the order given.
    Global(f32),
    /// Each by its own norm.
    PerTensor(f32),
}

impl Clip {
    /// The gradients, scaled.
    pub fn apply(
        self,
        graph: &mut GraphBuilder,
        gradients: &[Var],
    ) -> Result<Vec<Expr>, BuildError> {
        match self {
            Self::None => Ok(gradients.iter().map(|&gradient| gradient.into()).collect()),
            Self::Global(bound) => global(graph, gradients, checked(bound)?),
            Self::PerTensor(bound) => {
                let bound = checked(bound)?;
                gradients
                    .iter()
                    .map(|&gradient| own(graph, gradient, bound))
                    .collect()
            }
        }
    }
}

fn checked(bound: f32) -> Result<f32, BuildError> {
    match bound.is_finite() && bound > 0.0 {
        true => Ok(bound),
        false => Err(BuildError::Setting {
            name: "clip",
            must: "a finite number above 0",
        }),
    }
}

fn own(graph: &mut GraphBuilder, gradient: Var, bound: f32) -> Result<Expr, BuildError> {
    let squares = sum_of_squares(graph, gradient)?;
    let factor = graph.map(factor(squares.into(), bound))?;
    Ok(Expr::from(gradient) * factor)
}

fn global(
    graph: &mut GraphBuilder,
    gradients: &[Var],
    bound: f32,
) -> Result<Vec<Expr>, BuildError> {
    let mut total = Expr::from(0.0);
    for &gradient in gradients {
        let squares = sum_of_squares(graph, gradient)?;
        total = graph.map(total + squares)?.into();
    }
    if gradients.is_empty() {
        return Ok(Vec::new());
    }
    let factor = graph.map(factor(total, bound))?;
    Ok(gradients
        .iter()
        .map(|&gradient| Expr::from(gradient) * factor)
        .collect())
}

fn sum_of_squares(graph: &mut GraphBuilder, x: Var) -> Result<Var, BuildError> {
    let squares = graph.map(Expr::from(x) * x)?;
    graph.sum(squares)
}

fn factor(squares: Expr, bound: f32) -> Expr {
    Expr::from(1.0).min(Expr::from(bound) / (squares.sqrt() + 1e-6))
}
