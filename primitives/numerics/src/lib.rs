//! What every operator means, bit for bit.
//!
//! An operator is defined as a *fold* for each 32 x 32 tile of its output: an accumulator is initialised, one step
//! is taken for every block of source tiles, and the accumulator is finished into the tile. This crate is that
//! definition in plain Rust. A fast engine must equal it in every bit; the chain runs one step of it to settle a dispute.
//!
//! Terms: a [`Tensor`] is cut into [`Tile`]s; an [`Operation`] is an operator ([`Op`]) with the types of its inputs and
//! output; an [`Accumulator`] holds the registers that its fold carries from block to block. What every operator
//! computes and reads is in `docs/protocol/operators.md`.
//!
//! ```
//! use assay_numerics::{Context, Dims, Op, Operation, Tensor, TensorType, Tile, TileIndex};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let a = Tensor::from_f32(Dims::matrix(2, 3)?, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])?;
//! let gram = Operation {
//!     op: Op::MatMul { transpose_a: false, transpose_b: true },
//!     inputs: vec![a.ty(), a.ty()],
//!     output: TensorType::f32(Dims::matrix(2, 2)?),
//! };
//! gram.check()?;
//! let seed = [0; 32];
//! let y = gram.evaluate(&seed, 0, &[&a, &a])?;
//! assert_eq!(y, Tensor::from_f32(Dims::matrix(2, 2)?, &[14.0, 32.0, 32.0, 77.0])?);
//!
//! // The same tile as a dispute takes it: block by block, with tiles that a stranger hands over.
//! let ctx = Context { seed: &seed, step: 0, at: TileIndex { batch: 0, tile_row: 0, tile_col: 0 } };
//! let fold = gram.fold(ctx)?;
//! let mut accumulator = fold.init();
//! for k in 0..fold.blocks() {
//!     let sources: Vec<Tile> = fold.sources(k, None).iter().filter_map(|s| a.tile(s.tile)).collect();
//!     accumulator = fold.step(k, accumulator, None, &sources)?;
//! }
//! assert_eq!(Some(fold.finish(accumulator)?), y.tile(0));
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** numerics knows nothing of programs, hashes or time. It has no I/O, allocates only what the declared
//! shapes bound, and panics on no operation, tile or bytes whatsoever.
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod attributes;
mod dtype;
mod error;
pub mod fold;
mod judged;
pub mod map;
mod op;
mod operation;
mod ops;
pub mod scalar;
pub mod schedule;
mod tensor;
mod tile;

pub use attributes::OpDecodeError;
pub use dtype::DType;
pub use error::{Operand, OperationError};
pub use fold::{Accumulator, Context, FoldError, SourceTile, TileIndex};
pub use judged::JudgedFold;
pub use map::{MapCode, MapDecodeError, MapError, MapInstruction, MapOp};
pub use op::{Op, RowOrder};
pub use operation::Operation;
pub use tensor::{Dims, Tensor, TensorError, TensorType};
pub use tile::{Tile, TileShape, TILE};

/// The version of all definitions in this crate. One bit changed in any of them is another version.
pub const VERSION: u16 = 1;
