//! Operators on the processor.
//!
//! A [`Kernel`] is an operation with everything resolved that does not depend on values. The arithmetic is written once
//! over vectors ([`lanes`]) and instantiated for each instruction set ([`path`]).

mod elementary;
mod environment;
mod exec;
mod kernel;
mod lanes;
mod map;
mod matmul;
mod movement;
mod path;
mod reduce;
mod reduce_lanes;
mod rows;
mod scatter;
mod simd;
pub(crate) mod strips;
#[cfg(test)]
mod tests;

pub(crate) use environment::Environment;
pub(crate) use exec::{Exec, Shared, WORTH_SHARING_NS};
pub(crate) use kernel::{Kernel, Operands, StepContext};
pub(crate) use matmul::{pack::PANEL_BYTES, MatMul, BLOCK_ROWS, CHUNK};
pub(crate) use path::Path;
pub use simd::Simd;
