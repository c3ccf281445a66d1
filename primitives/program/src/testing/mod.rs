//! Random valid programs over every operator, for the tests of whoever runs programs.
//!
//! ```
//! let sample = assay_program::testing::random_program(7);
//! let program = sample.program.validate().unwrap();
//! assert_eq!(program.get().slots.len(), sample.state.len());
//! ```

// Sizes are small by construction and arrays have the four dimensions of a tensor.
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod graph;
mod map;
mod operators;
mod rng;
mod state;
mod values;

use crate::Program;
use alloc::vec::Vec;
use assay_numerics::Tensor;
use graph::Graph;
use rng::Rng;

/// A program with values for everything that it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The program; it passes [`Program::validate`].
    pub program: Program,
    /// The constants that its `constants_root` stands for.
    pub constants: Vec<Tensor>,
    /// A value for each dataset tensor.
    pub inputs: Vec<Tensor>,
    /// A value for each state slot, before the first step.
    pub state: Vec<Tensor>,
}

/// The sample with this number; the same on every machine.
///
/// Shapes are ragged (one element, edges beside 32, leading dimensions), some sums have several chunks, tensors have up to 8,192
/// elements (constants 32,768), and products take at most 2^20 multiply-adds, so that the reference runs a step in little time. In three samples of four the Maps keep values
/// finite; in the others NaN, infinities and subnormals go everywhere.
pub fn random_program(seed: u64) -> Sample {
    let mut graph = Graph::new(Rng::new(seed));
    graph.add_sources();
    let nodes = graph.rng.between(4, 28) as usize;
    while graph.nodes.len() < nodes {
        graph.add_random_node();
    }
    graph.close();
    graph.finish()
}
