//! Training programs as typed operator graphs.
//!
//! A program is one training step, `state' = f(state, batch, step)`: nodes in topological order over state slots,
//! dataset tensors and constants. The last `S` nodes are the next state in slot order; a final `Commit` closes it.
//! A program is data. Whoever runs one runs [`validate`](Program::validate) first; that costs a bounded amount for any input.
//! `docs/protocol/programs.md` gives every byte and rule.
//!
//! - [`Program::decode`] reads a program file; [`Program::validate`] judges it; [`Program::root`] names it.
//! - [`Header`] is what a chain stores; [`Node::decode`] and [`Node::check`] judge one node as the referee does.
//! - [`estimate`](fn@estimate) says what a step costs; [`Program::schedule_shape`] which rows it reads.
//! - [`builder`] makes programs; the feature `testing` adds a generator of random ones.
//!
//! **Invariant:** program knows nothing of engines, chains or files.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

extern crate alloc;

pub mod builder;
mod codec;
mod estimate;
mod header;
mod node;
mod program;
#[cfg(feature = "testing")]
pub mod testing;
mod validate;

pub use codec::{DecodeError, MAGIC};
pub use estimate::{estimate, WorkEstimate};
pub use header::{Counted, Header, HeaderError};
pub use node::{Input, Node, NodeError, Source};
pub use program::Program;
pub use validate::{ProgramError, ScheduleShape, ValidProgram};
