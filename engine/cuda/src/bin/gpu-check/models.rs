//! The models that steps are measured with: those of `benches/src/speed/train`, from the same numbers, with the same AdamW. The
//! peer is told their sizes, so that they stand here alone.

use crate::jobs::{Error, Job};
use crate::numbers::Random;
use assay_numerics::{Dims, RowOrder, Tensor, TensorError, TensorType};
use assay_program::builder::{
    Activation, AdamW, BuildError, Built, GraphBuilder, LearningRate, Transformer, Var,
};
use serde::Serialize;

/// Rate of learning.
pub const RATE: f32 = 1e-3;
/// The optimizer of all models.
pub const ADAM: AdamW = AdamW {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weight_decay: 0.01,
};
/// Entries of the tape of losses.
const TAPE: u32 = 1 << 16;
/// Rows of the classifiers' datasets.
const IMAGES: u32 = 1024;
/// Sequences of the transformer's dataset.
const SEQUENCES: u32 = 64;

/// What is trained.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Model {
    /// A perceptron with ReLU between its layers.
    Mlp {
        /// Inputs, hidden widths, classes.
        widths: &'static [u32],
        /// Rows of a step.
        batch: u32,
    },
    /// A transformer over bytes.
    Gpt {
        /// Its sizes.
        #[serde(skip)]
        shape: Transformer,
        /// Heads of attention; all other sizes are those of its parameters.
        heads: u32,
        /// Sequences of a step.
        batch: u32,
    },
}

/// The models by name.
pub const MODELS: [(&str, Model); 3] = [
    (
        "digits-mlp-64-128-10-batch-32",
        Model::Mlp {
            widths: &[64, 128, 10],
            batch: 32,
        },
    ),
    (
        "mlp-3x512-batch-128",
        Model::Mlp {
            widths: &[512, 512, 512, 512],
            batch: 128,
        },
    ),
    (
        "gpt-4x256-4-heads-8x64-bytes",
        Model::Gpt {
            shape: Transformer {
                layers: 4,
                width: 256,
                heads: 4,
                context: 64,
                vocabulary: 256,
            },
            heads: 4,
            batch: 8,
        },
    ),
];

/// A model with all that training it needs.
pub struct Training {
    /// The program, whose last slot is the tape of losses.
    pub job: Job,
    /// Where the parameters lie among the slots.
    pub parameters: std::ops::Range<usize>,
}

impl Model {
    /// The model before its first step.
    pub fn training(&self) -> Result<Training, Error> {
        match self {
            Self::Mlp { widths, batch } => mlp(widths, *batch),
            Self::Gpt { shape, batch, .. } => gpt(*shape, *batch),
        }
    }
}

fn mlp(widths: &[u32], batch: u32) -> Result<Training, Error> {
    let (features, classes) = (widths[0], widths[widths.len() - 1]);
    let mut random = Random::new(1);
    let count = IMAGES * features;
    let images: Vec<f32> = (0..count).map(|_| random.unit()).collect();
    let labels = (0..IMAGES).map(|_| random.below(classes)).collect();
    let mut parameters = Vec::new();
    for layer in widths.windows(2) {
        let bound = 1.0 / (layer[0] as f32).sqrt();
        for dims in [
            Dims::matrix(layer[1], layer[0])?,
            Dims::matrix(1, layer[1])?,
        ] {
            parameters.push(floats(dims, || random.within(bound))?);
        }
    }
    let data = vec![
        Tensor::from_f32(Dims::matrix(IMAGES, features)?, &images)?,
        Tensor::new(TensorType::u32(Dims::matrix(IMAGES, 1)?), labels)?,
    ];
    training(parameters, data, |graph, parameters, inputs| {
        let mut x = graph.batch_rows(inputs[0], batch, RowOrder::Sequential)?;
        let y = graph.batch_rows(inputs[1], batch, RowOrder::Sequential)?;
        let last = parameters.len() / 2 - 1;
        for (number, layer) in parameters.chunks_exact(2).enumerate() {
            let activation = match number == last {
                true => Activation::Identity,
                false => Activation::Relu,
            };
            x = graph.dense(x, layer[0], layer[1], activation)?;
        }
        graph.cross_entropy(x, y)
    })
}

fn gpt(shape: Transformer, batch: u32) -> Result<Training, Error> {
    let mut random = Random::new(2);
    let count = (SEQUENCES * shape.context) as usize;
    // Every token follows from the one before and a coin, so there is something to learn.
    let mut text = vec![0];
    for place in 0..count {
        text.push((text[place] * 5 + 1 + random.below(2)) % shape.vocabulary);
    }
    let mut parameters = Vec::new();
    for ty in shape.parameters()? {
        let bound = 1.0 / (ty.dims.cols() as f32).sqrt();
        parameters.push(floats(ty.dims, || match ty.dims.rows() {
            1 => 1.0 + random.within(0.5),
            _ => random.within(bound),
        })?);
    }
    let ty = TensorType::u32(Dims::matrix(SEQUENCES, shape.context)?);
    let data = vec![
        Tensor::new(ty, text[..count].to_vec())?,
        Tensor::new(ty, text[1..].to_vec())?,
    ];
    let column = Dims::matrix(batch * shape.context, 1)?;
    training(parameters, data, |graph, parameters, inputs| {
        let mut columns = [inputs[0], inputs[1]];
        for data in &mut columns {
            let rows = graph.batch_rows(*data, batch, RowOrder::Sequential)?;
            *data = graph.reshape(rows, column)?;
        }
        let logits = shape.logits(graph, parameters, columns[0])?;
        graph.cross_entropy(logits, columns[1])
    })
}

fn floats(dims: Dims, value: impl FnMut() -> f32) -> Result<Tensor, TensorError> {
    let values: Vec<f32> = std::iter::repeat_with(value)
        .take(dims.elements() as usize)
        .collect();
    Tensor::from_f32(dims, &values)
}

/// Training by AdamW on a loss of parameters and data.
fn training(
    parameters: Vec<Tensor>,
    data: Vec<Tensor>,
    loss: impl FnOnce(&mut GraphBuilder, &[Var], &[Var]) -> Result<Var, BuildError>,
) -> Result<Training, Error> {
    let (built, first) = program(&parameters, &data, loss)?;
    let slots = built.program.slots.iter();
    let mut state: Vec<Tensor> = slots.map(|ty| Tensor::zeros(*ty)).collect();
    let range = first..first + parameters.len();
    state[range.clone()].clone_from_slice(&parameters);
    Ok(Training {
        job: Job {
            program: built.program.validate()?,
            constants: built.constants,
            data,
            state,
        },
        parameters: range,
    })
}

/// The step, and the slot of its first parameter. Slots: corrections and moments, parameters, the tape.
fn program(
    parameters: &[Tensor],
    data: &[Tensor],
    loss: impl FnOnce(&mut GraphBuilder, &[Var], &[Var]) -> Result<Var, BuildError>,
) -> Result<(Built, usize), BuildError> {
    let mut graph = GraphBuilder::new([0; 32]);
    let types: Vec<TensorType> = parameters.iter().map(Tensor::ty).collect();
    let moments = ADAM.declare(&mut graph, &types)?;
    let first = graph.slot_types().count();
    let parameters: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let tape = graph.slot(TensorType::f32(Dims::matrix(TAPE, 1)?));
    let inputs: Vec<Var> = data.iter().map(|tensor| graph.input(tensor.ty())).collect();
    let loss = loss(&mut graph, &parameters, &inputs)?;
    let gradients = graph.gradients(loss, &parameters)?;
    let rate = LearningRate::Constant(RATE);
    ADAM.update(&mut graph, &moments, &parameters, &gradients, rate)?;
    let written = graph.row_write(tape, loss)?;
    graph.set_next(tape, written)?;
    Ok((graph.finish()?, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_engine::{Engine, Options, State};

    impl Training {
        /// The loss of the last of some steps, by the processor.
        pub fn loss_on_the_processor(&self, steps: u64) -> f32 {
            let Job {
                program,
                constants,
                data,
                state,
            } = &self.job;
            let mut engine = Engine::new(program, constants.clone(), Options::default()).unwrap();
            let mut state = State::new(program, state.clone()).unwrap();
            for step in 0..steps {
                engine.step(&mut state, data, step).unwrap();
            }
            f32::from_bits(state.slots()[self.parameters.end].words()[steps as usize - 1])
        }
    }

    /// The other benches' text has the same names, sizes and settings.
    #[test]
    fn the_models_are_those_of_the_other_benches() {
        let bench = include_str!("../../../../../benches/src/speed/train/mod.rs");
        let squeezed: String = bench.split_whitespace().collect();
        for (name, model) in MODELS {
            let sizes = match model {
                Model::Mlp { widths, batch } => {
                    format!("Model::Mlp(Mlp{{widths:&{widths:?},batch:{batch},}}),")
                }
                Model::Gpt {
                    shape,
                    heads,
                    batch,
                } => {
                    assert_eq!(shape.heads, heads);
                    let Transformer {
                        layers,
                        width,
                        context,
                        vocabulary,
                        ..
                    } = shape;
                    format!(
                        "Model::Gpt(Gpt{{model:Transformer{{layers:{layers},width:{width},heads:{heads},context:{context},\
                         vocabulary:{vocabulary},}},batch:{batch},}}),"
                    )
                }
            };
            let case = format!("(\"{name}\",{}", sizes.replace(' ', ""));
            assert!(squeezed.contains(&case), "{case}");
        }
        for (setting, value) in [
            ("RATE", format!("{RATE:e}")),
            ("BETA1", ADAM.beta1.to_string()),
            ("BETA2", ADAM.beta2.to_string()),
            ("EPSILON", format!("{:e}", ADAM.epsilon)),
            ("WEIGHT_DECAY", ADAM.weight_decay.to_string()),
        ] {
            let line = format!("pub const {setting}: f32 = {value};");
            assert!(bench.contains(&line), "{line}");
        }
    }

    /// Every model learns something on the processor, and its losses are on the tape.
    #[test]
    fn the_losses_fall() {
        for (name, model) in MODELS.iter().step_by(2) {
            let training = model.training().unwrap();
            let slots = training.job.state.len();
            assert_eq!(training.parameters.end + 1, slots, "{name}");
            let [first, last] = [1, 20].map(|steps| training.loss_on_the_processor(steps));
            assert!(first > 0.0 && last < first, "{name}: {first}, {last}");
        }
    }
}
