//! What tests and measurements of several crates share. Nothing that is shipped depends on it.
//!
//! - [`Counting`]: an allocator that tells how much memory a piece of work takes.
//! - [`arithmetic`]: operators as somebody computes them who does not keep to the definition.
//! - [`Tensors`]: what the nodes of a step read.
//! - [`keep_outputs`]: a program that forgets nothing.
//! - [`cpu_name`]: where something was measured.
//!
//! ```
//! use assay_numerics::{Dims, Op, Operation, Tensor, TensorType};
//! use assay_testing::arithmetic::reversed;
//!
//! let row = Tensor::from_f32(Dims::matrix(1, 3).unwrap(), &[1.0, 1e8, -1e8]).unwrap();
//! let column = Tensor::from_f32(Dims::matrix(3, 1).unwrap(), &[0.5, 1.0, 1.0]).unwrap();
//! let product = Operation {
//!     op: Op::MatMul { transpose_a: false, transpose_b: false },
//!     inputs: vec![row.ty(), column.ty()],
//!     output: TensorType::f32(Dims::matrix(1, 1).unwrap()),
//! };
//! let value = |inputs: &[&Tensor]| product.evaluate(&[0; 32], 0, inputs).unwrap().words()[0];
//! let other = reversed(&product, &[&row, &column]);
//! assert_eq!(value(&[&row, &column]), 0.0f32.to_bits());
//! assert_eq!(value(&[&other[0], &other[1]]), 0.5f32.to_bits());
//! ```

pub mod arithmetic;
mod keep;
mod machine;
mod memory;
mod tensors;

pub use keep::keep_outputs;
pub use machine::cpu_name;
pub use memory::Counting;
pub use tensors::Tensors;
