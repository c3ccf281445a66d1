//! Both sides of a dispute: what the defender and the challenger of `assay_game` answer, from a job's program and the state at an
//! interval's start.
//!
//! - [`Work`] is what a job fixes: program, constants and data.
//! - An [`Execution`] is what a side believes of one interval, as trees and tiles. [`Replay`] is the honest one: it executes the
//!   interval again, one step of it with all values, one node, one tile, as far as the game asks, and keeps no more than
//!   the values of one step.
//! - [`Defender`] and [`Challenger`] turn beliefs into moves. They remember nothing that the game's state does not say, so
//!   a restarted process goes on where it was.
//! - [`entry`](fn@entry) says whether and how to challenge a commitment.
//! - [`synthetic`] plays the largest games there can be, for figures.
//!
//! **How to challenge.** Only the first interval whose end differs can be won: its start is agreed, and the disputed steps are
//! the challenger's own. The commitment is one hash over all ends, so whoever executes the segment learns from it that
//! some interval is wrong, but not which. If the provider serves the ends, the first that differs is named
//! ([`Entry::Interval`](assay_game::Entry::Interval)). If it serves none, or others than it committed, the segment is
//! challenged ([`Entry::Segment`](assay_game::Entry::Segment)) and the game narrows to the interval like to everything
//! else, in at most four more reveals. Either way one game and one bond convict: nobody has to guess an interval, lose a
//! bond and guess again, and a provider that hides its roots has only more moves to pay for.
//!
//! Whoever has executed a single interval, as a drawn verifier does, must know that the state it began with is the one
//! that was committed: from the ends served, or by executing the segment up to there. If it is not,
//! [`Challenger::answer`] says [`ProverError::OtherStart`] and the game is lost, with its bond, unless another game
//! convicts the provider first. An earlier interval is wrong then, and a second game on the segment wins.
//!
//! ```
//! use assay_commitment::{trace_root, Level, Sha3, StateRoot};
//! use assay_engine::Options;
//! use assay_numerics::{Dims, Tensor, TensorType};
//! use assay_program::builder::{Expr, GraphBuilder};
//! use assay_prover::{entry, Execution, Replay, TreeName, Work};
//! use assay_protocol::{StepCount, StepIndex, StepRange};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A counter: every step adds one.
//! let mut graph = GraphBuilder::new([0; 32]);
//! let counter = graph.slot(TensorType::f32(Dims::matrix(1, 1)?));
//! let next = graph.map(Expr::from(counter) + 1.0)?;
//! graph.set_next(counter, next)?;
//! let built = graph.finish()?;
//! let work = Work::new(built.program.validate()?, built.constants, Vec::new());
//!
//! // Steps 4 to 6 of a job, from the state before step 4.
//! let steps = StepRange { first: StepIndex(4), count: StepCount(3) };
//! let start = Tensor::from_f32(Dims::matrix(1, 1)?, &[4.0])?;
//! let mut replay = Replay::new(work, steps, vec![start], Options::default())?;
//! let roots = replay.tree(TreeName::Steps)?;
//! let own: Vec<StateRoot> = (0..3).map(|step| StateRoot(roots.node(0, step))).collect();
//!
//! // With intervals of one step: a provider that stopped counting after the first, and serves its roots.
//! let told = [own[0], own[0], own[0]];
//! let committed = trace_root::<Sha3>(Level::Interval, &told);
//! let wrong = assay_game::Entry::Interval(assay_protocol::IntervalIndex(1));
//! assert_eq!(entry(&own, committed, Some(&told)), Some(wrong));
//! assert_eq!(entry(&own, committed, None), Some(assay_game::Entry::Segment));
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** prover knows nothing of chains, signatures, clocks or files.
#![forbid(unsafe_code)]

mod challenger;
mod defender;
mod entry;
mod error;
mod execution;
mod fold;
mod proof;
mod replay;
mod side;
pub mod synthetic;
mod tree;
mod work;

pub use challenger::Challenger;
pub use defender::Defender;
pub use entry::{entry, first_wrong_interval};
pub use error::ProverError;
pub use execution::{Execution, TileName, TreeName};
pub use fold::{accumulator_leaf, Reader, TileFold};
pub use replay::Replay;
pub use synthetic::SyntheticTree;
pub use tree::{HashTree, Levels};
pub use work::Work;
