//! A training step as a program on this engine.

use super::{Training, BETA1, BETA2, EPSILON, RATE, WEIGHT_DECAY};
use anyhow::{Context, Result};
use assay_commitment::StateRoot;
use assay_engine::{Engine, Options, Simd, Snapshot, State};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{AdamW, Built, GraphBuilder, LearningRate, Var};
use std::time::{Duration, Instant};

/// Entries of the loss tape.
const TAPE: u32 = 1 << 16;

/// A training run.
pub struct Ours {
    engine: Engine,
    state: State,
    data: Vec<Tensor>,
    step: u64,
    default_interval: u32,
}

impl Ours {
    /// A run of a program that has its parameters in the slots from `first` on; the others start at +0.
    pub fn new(
        built: Built,
        first: usize,
        parameters: &[Tensor],
        data: Vec<Tensor>,
    ) -> Result<Self> {
        let types = built.program.slots.iter();
        let mut slots: Vec<Tensor> = types.map(|ty| Tensor::zeros(*ty)).collect();
        slots[first..first + parameters.len()].clone_from_slice(parameters);
        let program = built.program.validate()?;
        let default_interval = assay_program::estimate(&program).default_interval();
        let options = Options {
            simd: Simd::from_env()?,
            ..Options::default()
        };
        let engine = Engine::new(&program, built.constants, options)?;
        let state = State::new(&program, slots)?;
        Ok(Self {
            engine,
            state,
            data,
            step: 0,
            default_interval,
        })
    }

    /// Steps of an interval unless a job says otherwise.
    pub fn default_interval(&self) -> u32 {
        self.default_interval
    }

    /// The root of the state.
    pub fn root(&self) -> StateRoot {
        self.engine.state_root(&self.state)
    }

    /// Room to set the state aside.
    pub fn snapshot(&self) -> Result<Snapshot> {
        Ok(self.engine.snapshot()?)
    }

    /// Sets the state aside.
    pub fn set_aside(&mut self, to: &mut Snapshot) -> Result<()> {
        Ok(self.engine.set_aside(&mut self.state, to)?)
    }

    /// The slots.
    #[cfg(test)]
    pub fn slots(&self) -> &[Tensor] {
        self.state.slots()
    }
}

impl Training for Ours {
    fn run(&mut self, steps: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..steps {
            self.engine.step(&mut self.state, &self.data, self.step)?;
            self.step += 1;
        }
        Ok(start.elapsed())
    }

    fn loss(&self) -> f32 {
        let tape = self.state.slots().last();
        let written = tape.and_then(|tape| {
            let row = self.step.checked_sub(1)?;
            tape.words().get(usize::try_from(row).ok()?)
        });
        written.map_or(f32::NAN, |bits| f32::from_bits(*bits))
    }
}

/// A program that trains parameters of these types by AdamW on what `loss` makes of them, and the number of the first
/// parameter's slot. Slots: corrections and moments, parameters, a tape of losses.
pub fn program(
    types: &[TensorType],
    loss: impl FnOnce(&mut GraphBuilder, &[Var]) -> Result<Var>,
) -> Result<(Built, usize)> {
    let mut graph = GraphBuilder::new([0; 32]);
    let adam = AdamW {
        beta1: BETA1,
        beta2: BETA2,
        epsilon: EPSILON,
        weight_decay: WEIGHT_DECAY,
    };
    let moments = adam.declare(&mut graph, types)?;
    let first = graph.slot_types().count();
    let parameters: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let tape = graph.slot(TensorType::f32(Dims::matrix(TAPE, 1)?));
    let loss = loss(&mut graph, &parameters)?;
    let gradients = graph.gradients(loss, &parameters)?;
    adam.update(
        &mut graph,
        &moments,
        &parameters,
        &gradients,
        LearningRate::Constant(RATE),
    )?;
    let written = graph.row_write(tape, loss)?;
    graph.set_next(tape, written)?;
    let built = graph
        .finish()
        .context("the training step cannot be built")?;
    Ok((built, first))
}
