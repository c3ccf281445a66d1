//! Programs that consist of hardly anything but what is measured.

use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::{
    builder::{Activation, BuildError, Expr, GraphBuilder, LearningRate, Sgd, Var},
    estimate, ValidProgram, WorkEstimate,
};

/// Rows and columns of the product's factors.
const SIDE: u32 = 1_024;
/// Rows and columns of the tensor that is read and written: 64 MiB.
const WIDE: u32 = 4_096;
/// Nodes that do next to nothing.
const NODES: usize = 512;
/// Layers, width and batch of the perceptron.
const LAYERS: usize = 3;
const WIDTH: u32 = 512;
const BATCH: u32 = 128;

/// A program with its data and its start state.
pub(super) struct Bench {
    pub(super) program: ValidProgram,
    pub(super) constants: Vec<Tensor>,
    pub(super) data: Vec<Tensor>,
    pub(super) start: Vec<Tensor>,
}

impl Bench {
    pub(super) fn work(&self) -> WorkEstimate {
        estimate(&self.program)
    }
}

fn matrix(rows: u32, cols: u32) -> anyhow::Result<TensorType> {
    Ok(TensorType::f32(Dims::matrix(rows, cols)?))
}

/// Small numbers of both signs, so that nothing overflows or vanishes.
fn numbers(ty: TensorType) -> Tensor {
    let mut tensor = Tensor::zeros(ty);
    for (at, word) in (0_u32..).zip(tensor.words_mut()) {
        let noise = at.wrapping_mul(0x9e37_79b9);
        *word = (noise as i32 as f32 / 2_f32.powi(36)).to_bits();
    }
    tensor
}

fn built(graph: GraphBuilder, data: Vec<Tensor>) -> anyhow::Result<Bench> {
    let built = graph.finish()?;
    let program = built.program.validate()?;
    let start = program.get().slots.iter().map(|ty| numbers(*ty)).collect();
    Ok(Bench {
        program,
        constants: built.constants,
        data,
        start,
    })
}

/// One product of two square matrices.
pub(super) fn product() -> anyhow::Result<Bench> {
    let ty = matrix(SIDE, SIDE)?;
    let mut graph = GraphBuilder::new([0; 32]);
    let (a, b) = (graph.input(ty), graph.input(ty));
    let slot = graph.slot(ty);
    let product = graph.matmul(a, b, false, false)?;
    graph.set_next(slot, product)?;
    built(graph, vec![numbers(ty), numbers(ty)])
}

/// One operation for each element of a tensor that no cache holds.
pub(super) fn elementwise() -> anyhow::Result<Bench> {
    let mut graph = GraphBuilder::new([0; 32]);
    let slot = graph.slot(matrix(WIDE, WIDE)?);
    let negated = graph.map(-Expr::from(slot))?;
    graph.set_next(slot, negated)?;
    built(graph, Vec::new())
}

/// Many nodes of one element.
pub(super) fn nodes() -> anyhow::Result<Bench> {
    let mut graph = GraphBuilder::new([0; 32]);
    let slot = graph.slot(matrix(1, 1)?);
    let mut last = slot;
    for _ in 0..NODES {
        last = graph.row_sum(last)?;
    }
    graph.set_next(slot, last)?;
    built(graph, Vec::new())
}

/// A training step of a perceptron.
pub(super) fn perceptron() -> anyhow::Result<Bench> {
    let (square, row) = (matrix(WIDTH, WIDTH)?, matrix(1, WIDTH)?);
    let (features, labels) = (
        matrix(BATCH, WIDTH)?,
        TensorType::u32(Dims::matrix(BATCH, 1)?),
    );
    let mut graph = GraphBuilder::new([0; 32]);
    let (x, y) = (graph.input(features), graph.input(labels));
    let layers: Vec<[Var; 2]> = (0..LAYERS)
        .map(|_| [graph.slot(square), graph.slot(row)])
        .collect();
    train(&mut graph, x, y, &layers)?;
    built(graph, vec![numbers(features), Tensor::zeros(labels)])
}

fn train(graph: &mut GraphBuilder, x: Var, y: Var, layers: &[[Var; 2]]) -> Result<(), BuildError> {
    let logits = layers.iter().try_fold(x, |x, [weight, bias]| {
        graph.dense(x, *weight, *bias, Activation::Relu)
    })?;
    let loss = graph.cross_entropy(logits, y)?;
    let parameters = layers.concat();
    let gradients = graph.gradients(loss, &parameters)?;
    let rate = LearningRate::Constant(0.001);
    Sgd { weight_decay: 0.0 }.update(graph, &parameters, &gradients, rate)
}
