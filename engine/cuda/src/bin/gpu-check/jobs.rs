//! Programs that train: a classifier and a small transformer.

use crate::random::{filled, Random};
use assay_numerics::{DType, Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{
    Activation, AdamW, BuildError, Built, Expr, GraphBuilder, LearningRate, Var,
};
use assay_program::ValidProgram;

/// Why a job could not be made.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A program with all that it needs.
pub struct Job {
    /// The program.
    pub program: ValidProgram,
    /// Its constants.
    pub constants: Vec<Tensor>,
    /// Its datasets.
    pub data: Vec<Tensor>,
    /// Its state before the first step.
    pub state: Vec<Tensor>,
}

fn matrix(rows: u32, cols: u32) -> Result<TensorType, BuildError> {
    Ok(TensorType::f32(Dims::matrix(rows, cols)?))
}

/// Parameters, and the optimizer that updates them.
struct Model {
    graph: GraphBuilder,
    parameters: Vec<Var>,
}

impl Model {
    fn new() -> Self {
        Self {
            graph: GraphBuilder::new([9; 32]),
            parameters: Vec::new(),
        }
    }

    fn parameter(&mut self, rows: u32, cols: u32) -> Result<Var, BuildError> {
        let slot = self.graph.slot(matrix(rows, cols)?);
        self.parameters.push(slot);
        Ok(slot)
    }

    /// Trains by AdamW on `loss`; what was declared before are the parameters.
    fn train(
        mut self,
        loss: impl FnOnce(&mut GraphBuilder) -> Result<Var, BuildError>,
    ) -> Result<Built, BuildError> {
        let types: Vec<TensorType> = self.parameters.iter().map(|slot| slot.ty()).collect();
        let adam = AdamW {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
        };
        let moments = adam.declare(&mut self.graph, &types)?;
        let loss = loss(&mut self.graph)?;
        let gradients = self.graph.gradients(loss, &self.parameters)?;
        adam.update(
            &mut self.graph,
            &moments,
            &self.parameters,
            &gradients,
            LearningRate::Constant(0.001),
        )?;
        self.graph.finish()
    }
}

/// Random parameters, zero moments, and datasets with labels below `classes`.
fn job(built: Built, parameters: usize, classes: u32) -> Result<Job, Error> {
    let mut random = Random(5);
    let slots = built.program.slots.iter().enumerate();
    let state = slots
        .map(|(slot, ty)| match slot < parameters {
            true => random.weights(*ty, 0.1),
            false => Tensor::zeros(*ty),
        })
        .collect();
    let inputs = built.program.inputs.iter();
    let data = inputs
        .map(|ty| match ty.dtype {
            DType::F32 => random.weights(*ty, 1.0),
            DType::U32 => filled(*ty, || random.below(classes)),
        })
        .collect();
    Ok(Job {
        program: built.program.validate()?,
        constants: built.constants,
        data,
        state,
    })
}

/// Three layers on shuffled rows.
pub fn classifier() -> Result<Job, Error> {
    let (rows, features, width, classes, batch) = (1500, 64, 256, 10, 128);
    let mut model = Model::new();
    let mut layers = Vec::new();
    for [inputs, outputs] in [[features, width], [width, width], [width, classes]] {
        layers.push((
            model.parameter(outputs, inputs)?,
            model.parameter(1, outputs)?,
        ));
    }
    let parameters = model.parameters.len();
    let images = model.graph.input(matrix(rows, features)?);
    let labels = model.graph.input(TensorType::u32(Dims::matrix(rows, 1)?));
    let built = model.train(|graph| {
        let mut x = graph.batch_rows(images, batch, RowOrder::Shuffled)?;
        let y = graph.batch_rows(labels, batch, RowOrder::Shuffled)?;
        for (number, (weight, bias)) in layers.into_iter().enumerate() {
            let activation = match number {
                2 => Activation::Identity,
                _ => Activation::Gelu,
            };
            x = graph.dense(x, weight, bias, activation)?;
        }
        graph.cross_entropy(x, y)
    })?;
    job(built, parameters, classes)
}

/// Sizes of the transformer.
const TOKENS: u32 = 32;
const SEQUENCES: u32 = 4;
const HEADS: u32 = 4;
const WIDTH: u32 = 64;
const WORDS: u32 = 50;

/// One layer of causal attention and a multilayer perceptron, predicting the next token.
pub fn transformer() -> Result<Job, Error> {
    let mut model = Model::new();
    let embedding = model.parameter(WORDS, WIDTH)?;
    let mut square = || model.parameter(WIDTH, WIDTH);
    let projections = [square()?, square()?, square()?, square()?];
    let up = (
        model.parameter(4 * WIDTH, WIDTH)?,
        model.parameter(1, 4 * WIDTH)?,
    );
    let down = (
        model.parameter(WIDTH, 4 * WIDTH)?,
        model.parameter(1, WIDTH)?,
    );
    let parameters = model.parameters.len();
    let tokens = model.graph.input(TensorType::u32(Dims::matrix(4096, 1)?));
    let targets = model.graph.input(TensorType::u32(Dims::matrix(4096, 1)?));
    let built = model.train(|graph| {
        let batch = TOKENS * SEQUENCES;
        let token = graph.batch_rows(tokens, batch, RowOrder::Sequential)?;
        let target = graph.batch_rows(targets, batch, RowOrder::Sequential)?;
        let x = graph.gather(token, embedding)?;
        let attended = attention(graph, x, projections)?;
        let x = graph.map(Expr::from(x) + attended)?;
        let hidden = graph.dense(x, up.0, up.1, Activation::Gelu)?;
        let out = graph.dense(hidden, down.0, down.1, Activation::Identity)?;
        let x = graph.map(Expr::from(x) + out)?;
        let logits = graph.matmul(x, embedding, false, true)?;
        graph.cross_entropy(logits, target)
    })?;
    job(built, parameters, WORDS)
}

/// `softmax(Q K^T / sqrt(d) + mask) V W` over all heads.
fn attention(
    graph: &mut GraphBuilder,
    x: Var,
    [query, key, value, output]: [Var; 4],
) -> Result<Var, BuildError> {
    let size = WIDTH / HEADS;
    let split = Dims::new([SEQUENCES, TOKENS, HEADS, size])?;
    let heads = |graph: &mut GraphBuilder, weight| {
        let product = graph.matmul(x, weight, false, true)?;
        let parts = graph.reshape(product, split)?;
        graph.permute(parts, [0, 2, 1, 3])
    };
    let (q, k, v) = (
        heads(graph, query)?,
        heads(graph, key)?,
        heads(graph, value)?,
    );
    let later = |at: u32| at % TOKENS > at / TOKENS;
    let mask: Vec<f32> = (0..TOKENS * TOKENS)
        .map(|at| if later(at) { -1e9 } else { 0.0 })
        .collect();
    let mask = graph.constant(Tensor::from_f32(Dims::matrix(TOKENS, TOKENS)?, &mask)?);
    let products = graph.matmul(q, k, false, true)?;
    let scores = graph.map(Expr::from(products) * (1.0 / (size as f32).sqrt()) + mask)?;
    let largest = graph.row_max(scores)?;
    let powers = graph.map((Expr::from(scores) - largest).exp())?;
    let total = graph.row_sum(powers)?;
    let weighted = graph.matmul(powers, v, false, false)?;
    let attended = graph.map(Expr::from(weighted) / total)?;
    let together = graph.permute(attended, [0, 2, 1, 3])?;
    let rows = graph.reshape(together, Dims::matrix(SEQUENCES * TOKENS, WIDTH)?)?;
    graph.matmul(rows, output, false, true)
}
