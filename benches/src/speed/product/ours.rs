//! A product as a program of one node on this engine.

use super::{Factors, Shape};
use anyhow::{Context, Result};
use assay_engine::{Engine, Options, Simd, State};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::GraphBuilder;
use std::time::{Duration, Instant};

/// An engine that multiplies the same factors again and again.
pub struct Ours {
    engine: Engine,
    state: State,
    factors: Vec<Tensor>,
}

impl Ours {
    /// A product on so many threads, or on the process's.
    pub fn new(shape: &Shape, factors: &Factors, threads: Option<usize>) -> Result<Self> {
        let matrix = |[rows, cols]: [u32; 2]| Dims::matrix(rows, cols);
        let a = Tensor::from_f32(matrix(shape.left())?, &factors.a)?;
        let b = Tensor::from_f32(matrix(shape.right())?, &factors.b)?;
        let ty = TensorType::f32(matrix([shape.rows, shape.cols])?);
        let mut graph = GraphBuilder::new([0; 32]);
        let (left, right) = (graph.input(a.ty()), graph.input(b.ty()));
        let slot = graph.slot(ty);
        let product = graph.matmul(left, right, shape.transpose_a, shape.transpose_b)?;
        graph.set_next(slot, product)?;
        let built = graph.finish()?;
        let program = built.program.validate()?;
        let options = Options {
            threads,
            simd: Simd::from_env()?,
            ..Options::default()
        };
        Ok(Self {
            engine: Engine::new(&program, built.constants, options)?,
            state: State::new(&program, vec![Tensor::zeros(ty)])?,
            factors: vec![a, b],
        })
    }

    /// Multiplies and says how long that took.
    pub fn run(&mut self, times: u32) -> Result<Duration> {
        let begun = Instant::now();
        for step in 0..u64::from(times) {
            self.engine
                .step(&mut self.state, &self.factors, step)
                .context("the product cannot be computed")?;
        }
        Ok(begun.elapsed())
    }

    /// The last product, row-major.
    pub fn product(&self) -> impl Iterator<Item = f32> + '_ {
        let words = self.state.slots().iter().flat_map(Tensor::words);
        words.map(|bits| f32::from_bits(*bits))
    }
}
