//! Building programs: operators with shape inference, losses, gradients, optimizers.
//!
//! A [`GraphBuilder`] takes slots (the state), inputs (dataset tensors) and constants, makes nodes of the operators, and
//! [`finish`](GraphBuilder::finish)es into a [`Program`](crate::Program) in normal form. The same calls in the same
//! order always give the same program, bit for bit, on every machine.
//!
//! ```
//! use assay_numerics::{Dims, RowOrder, TensorType};
//! use assay_program::builder::{Activation, GraphBuilder, LearningRate, Sgd};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let matrix = |rows, cols| Dims::matrix(rows, cols).map(TensorType::f32);
//! let mut graph = GraphBuilder::new([7; 32]);
//! let images = graph.input(matrix(1000, 64)?);
//! let labels = graph.input(TensorType::u32(Dims::matrix(1000, 1)?));
//! let weight = graph.slot(matrix(10, 64)?);
//! let bias = graph.slot(matrix(1, 10)?);
//!
//! let x = graph.batch_rows(images, 32, RowOrder::Shuffled)?;
//! let y = graph.batch_rows(labels, 32, RowOrder::Shuffled)?;
//! let logits = graph.dense(x, weight, bias, Activation::Identity)?;
//! let loss = graph.cross_entropy(logits, y)?;
//!
//! let rate = LearningRate::Constant(0.1);
//! let gradients = graph.gradients(loss, &[weight, bias])?;
//! Sgd { weight_decay: 0.0 }.update(&mut graph, &[weight, bias], &gradients, rate)?;
//! let built = graph.finish()?;
//! assert_eq!(built.program.slots.len(), 2);
//! # Ok(())
//! # }
//! ```
// Expressions overload the operators; indices are into vectors built beside them and counts are far below 2^32.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::float_arithmetic
)]

mod activation;
mod attention;
mod clip;
mod cosine;
mod derive;
mod error;
mod expr;
mod finish;
mod gradient;
mod graph;
mod loss;
mod lower;
mod norm;
mod operators;
mod optimizer;
mod rate;
mod transformer;
mod var;
mod vjp;

#[cfg(test)]
mod tests;

pub use activation::Activation;
pub use clip::Clip;
pub use error::BuildError;
pub use expr::Expr;
pub use finish::Built;
pub use graph::GraphBuilder;
pub use optimizer::{AdamW, AdamWSlots, Momentum, MomentumSlots, Sgd};
pub use rate::{LearningRate, Schedule};
pub use transformer::Transformer;
pub use var::Var;
