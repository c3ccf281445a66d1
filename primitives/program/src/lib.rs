//! Training programs as typed operator graphs.
//!
//! A program is one training step, `state' = f(state, batch, step)`: nodes in topological order over state slots,
//! dataset tensors and constants. The last `S` nodes are the next state in slot order; a final `Commit` closes it.
//! A program is data. Whoever runs one runs [`validate`](Program::validate) first; that costs a bounded amount for any input.
//!
//! **Invariant:** program knows nothing of engines, chains or files.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod node;
mod program;

pub use node::{Input, Node, Source};
pub use program::{Header, Program, ValidProgram};
