//! The case as a program on this engine.

use crate::case::{Case, Values, BETA1, BETA2, EPSILON, RATE, ROWS, WEIGHT_DECAY};
use anyhow::Result;
use assay_engine::{Engine, Options, Simd, State};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{Activation, AdamW, Built, GraphBuilder, LearningRate};
use std::time::{Duration, Instant};

/// Entries of the loss tape.
const TAPE: u32 = 1 << 16;

/// A training run.
pub struct Ours {
    engine: Engine,
    state: State,
    data: Vec<Tensor>,
    step: u64,
}

impl Ours {
    /// Builds program and state.
    pub fn new(case: &Case, values: &Values) -> Result<Self> {
        let images = Tensor::from_f32(Dims::matrix(ROWS, case.features())?, &values.images)?;
        let labels = Tensor::new(
            TensorType::u32(Dims::matrix(ROWS, 1)?),
            values.labels.clone(),
        )?;
        let built = program(case)?;
        let mut slots = Vec::new();
        for ((inputs, outputs), (weight, bias)) in case.layers().zip(&values.layers) {
            slots.push(Tensor::from_f32(Dims::matrix(outputs, inputs)?, weight)?);
            slots.push(Tensor::from_f32(Dims::matrix(1, outputs)?, bias)?);
        }
        // Moments, corrections and the tape start at +0.
        let rest = built.program.slots[slots.len()..]
            .iter()
            .map(|ty| Tensor::zeros(*ty));
        slots.extend(rest.collect::<Vec<_>>());
        let program = built.program.validate()?;
        let options = Options {
            simd: Simd::from_env()?,
            ..Options::default()
        };
        let engine = Engine::new(&program, built.constants, options)?;
        let state = State::new(&program, slots)?;
        Ok(Self {
            engine,
            state,
            data: vec![images, labels],
            step: 0,
        })
    }

    /// Takes steps and says how long they took.
    pub fn run(&mut self, steps: u32) -> Result<Duration> {
        let start = Instant::now();
        for _ in 0..steps {
            self.engine.step(&mut self.state, &self.data, self.step)?;
            self.step += 1;
        }
        Ok(start.elapsed())
    }

    /// The loss of step `step`, for a comparison of meaning.
    pub fn loss(&self, step: usize) -> Option<f32> {
        self.state
            .slots()
            .last()?
            .words()
            .get(step)
            .map(|bits| f32::from_bits(*bits))
    }
}

/// Batch, forward, backward, AdamW, loss on a tape. Slots: parameters, corrections and moments, tape.
fn program(case: &Case) -> Result<Built> {
    let mut graph = GraphBuilder::new([0; 32]);
    let images = graph.input(TensorType::f32(Dims::matrix(ROWS, case.features())?));
    let labels = graph.input(TensorType::u32(Dims::matrix(ROWS, 1)?));
    let mut parameters = Vec::new();
    for (inputs, outputs) in case.layers() {
        parameters.push(graph.slot(TensorType::f32(Dims::matrix(outputs, inputs)?)));
        parameters.push(graph.slot(TensorType::f32(Dims::matrix(1, outputs)?)));
    }
    let adam = AdamW {
        beta1: BETA1,
        beta2: BETA2,
        epsilon: EPSILON,
        weight_decay: WEIGHT_DECAY,
    };
    let types: Vec<_> = parameters.iter().map(|parameter| parameter.ty()).collect();
    let moments = adam.declare(&mut graph, &types)?;
    let tape = graph.slot(TensorType::f32(Dims::matrix(TAPE, 1)?));

    let mut x = graph.batch_rows(images, case.batch, RowOrder::Sequential)?;
    let y = graph.batch_rows(labels, case.batch, RowOrder::Sequential)?;
    let last = parameters.len() / 2 - 1;
    for (number, layer) in parameters.chunks_exact(2).enumerate() {
        let activation = if number == last {
            Activation::Identity
        } else {
            Activation::Relu
        };
        x = graph.dense(x, layer[0], layer[1], activation)?;
    }
    let loss = graph.cross_entropy(x, y)?;
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
    Ok(graph.finish()?)
}
