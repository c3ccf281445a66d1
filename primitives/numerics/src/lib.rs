//! What every operator means, bit for bit.
//!
//! An operator is defined as a *fold* for each 32 x 32 tile of its output: an accumulator is initialised, one step
//! is taken for every block of source tiles, and the accumulator is finished into the tile. This crate is that
//! definition in plain Rust. A fast engine must equal it in every bit; the chain runs one step of it to settle a dispute.
//!
//! **Invariant:** numerics knows nothing of programs, hashes or time. It has no I/O, allocates only what the declared
//! shapes bound, and does not panic on any operation that [`Operation::check`] accepts.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod dtype;
pub mod fold;
pub mod map;
mod op;
pub mod ops;
pub mod scalar;
pub mod schedule;
mod tensor;
mod tile;

pub use dtype::DType;
pub use fold::{Accumulator, Context, SourceTile, TileIndex};
pub use op::{Op, Operation, OperationError, RowOrder};
pub use tensor::{Dims, Tensor, TensorError, TensorType};
pub use tile::{Tile, TILE};

/// The version of all definitions in this crate. One bit changed in any of them is another version.
pub const VERSION: u16 = 1;
