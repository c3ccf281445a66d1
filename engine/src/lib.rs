//! Fast execution of programs, equal to the reference bit for bit.
//!
//! `assay_numerics` defines every operator by a fold over tiles. This crate computes the same numbers with blocked
//! kernels over whole tensors: AVX-512, AVX2 or NEON, chosen when it runs, or plain Rust, on one thread or many. Which of
//! them is used changes no bit except the payload of a NaN, and that is made canonical when a tensor is hashed.
//!
//! - An [`Engine`] is made for one [`ValidProgram`](assay_program::ValidProgram). The program's memory is planned and taken
//!   before the first step. Each thread takes its panels in its first steps; after them a step allocates nothing but, with
//!   several threads, a block of the pool's queue now and then.
//! - A [`State`] holds the program's slots. [`Engine::step`] takes it from one step to the next.
//! - [`Engine::state_root`] commits to it, by way of a [`Hasher`]. A [`Snapshot`] of it is hashed while steps go on.
//! - [`Engine::trace_step`] takes a step and shows the output of every node, for whoever must account for one.
//!
//! ```
//! use assay_engine::{Engine, Options, State};
//! use assay_numerics::{Dims, Tensor, TensorType};
//! use assay_program::builder::{Expr, GraphBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A counter: every step adds one.
//! let mut graph = GraphBuilder::new([0; 32]);
//! let counter = graph.slot(TensorType::f32(Dims::matrix(1, 1)?));
//! let next = graph.map(Expr::from(counter) + 1.0)?;
//! graph.set_next(counter, next)?;
//! let built = graph.finish()?;
//! let program = built.program.validate()?;
//!
//! let mut engine = Engine::new(&program, built.constants, Options::default())?;
//! let mut state = State::new(&program, vec![Tensor::zeros(counter.ty())])?;
//! for step in 0..3 {
//!     engine.step(&mut state, &[], step)?;
//! }
//! assert_eq!(f32::from_bits(state.slots()[0].words()[0]), 3.0);
//! println!("{}", engine.state_root(&state));
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** the engine knows nothing of jobs, chains or files.

mod arena;
mod changes;
mod cpu;
mod engine;
mod error;
mod hash;
mod plan;
mod roots;
mod snapshot;
mod state;
mod threads;
pub mod uses;

pub use changes::unchanging_slots;
pub use cpu::Simd;
pub use engine::{Engine, Observer, Options};
pub use error::{EngineError, Role};
pub use hash::Hasher;
pub use snapshot::Snapshot;
pub use state::State;
