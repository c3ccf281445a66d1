//! A decoder-only transformer, trained: the engine's states equal those of the reference.

mod reference;

use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{AdamW, Clip, GraphBuilder, LearningRate, Transformer, Var};
use assay_program::testing::Sample;
use reference::{assert_equals, every_option, reference};

const ROWS: u32 = 7;
const BATCH: u32 = 3;

/// A sequence's tokens and those that follow them, AdamW with the gradients' common norm bounded, the loss on a tape.
fn training(model: Transformer) -> Sample {
    let mut graph = GraphBuilder::new([5; 32]);
    let dataset = TensorType::u32(Dims::matrix(ROWS, model.context).unwrap());
    let column = Dims::matrix(BATCH * model.context, 1).unwrap();
    let types = model.parameters().unwrap();
    let adam = AdamW::default();
    let moments = adam.declare(&mut graph, &types).unwrap();
    let first = graph.slot_types().count();
    let parameters: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let tape = graph.slot(TensorType::f32(Dims::matrix(9, 1).unwrap()));

    let mut columns = [graph.input(dataset), graph.input(dataset)];
    for data in &mut columns {
        let rows = graph.batch_rows(*data, BATCH, RowOrder::Shuffled).unwrap();
        *data = graph.reshape(rows, column).unwrap();
    }
    let logits = model.logits(&mut graph, &parameters, columns[0]).unwrap();
    let loss = graph.cross_entropy(logits, columns[1]).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    let gradients = Clip::Global(1.0).apply(&mut graph, &gradients).unwrap();
    let rate = LearningRate::Constant(0.01);
    adam.update(&mut graph, &moments, &parameters, &gradients, rate)
        .unwrap();
    let written = graph.row_write(tape, loss).unwrap();
    graph.set_next(tape, written).unwrap();
    let built = graph.finish().unwrap();

    let mut noise = Noise(1);
    let tokens = |noise: &mut Noise| {
        let words = (0..dataset.dims.elements()).map(|_| noise.word() % model.vocabulary);
        Tensor::new(dataset, words.collect()).unwrap()
    };
    let inputs = vec![tokens(&mut noise), tokens(&mut noise)];
    let slots = built.program.slots.iter().enumerate();
    let state = slots.map(|(slot, ty)| match slot.checked_sub(first) {
        Some(number) if number < types.len() => noise.tensor(*ty),
        _ => Tensor::zeros(*ty),
    });
    Sample {
        state: state.collect(),
        program: built.program,
        constants: built.constants,
        inputs,
    }
}

struct Noise(u32);

impl Noise {
    fn word(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 >> 8
    }

    fn tensor(&mut self, ty: TensorType) -> Tensor {
        let unit = |word: u32| word as f32 / 8_388_608.0 - 1.0;
        let words = (0..ty.dims.elements()).map(|_| (unit(self.word()) * 0.5).to_bits());
        Tensor::new(ty, words.collect()).unwrap()
    }
}

#[test]
fn a_small_transformer_equals_the_reference() {
    let sample = training(Transformer {
        layers: 2,
        width: 12,
        heads: 3,
        context: 5,
        vocabulary: 11,
    });
    let program = sample.program.clone().validate().unwrap();
    let expected = reference(&sample, 3);
    for options in every_option() {
        assert_equals(&sample, &program, &expected, options, 0);
    }
}

/// Wide enough that products and Maps are shared between threads, with more positions than a tile has.
#[test]
fn a_wider_transformer_equals_the_reference() {
    let sample = training(Transformer {
        layers: 1,
        width: 72,
        heads: 2,
        context: 37,
        vocabulary: 50,
    });
    let program = sample.program.clone().validate().unwrap();
    let expected = reference(&sample, 1);
    for options in every_option() {
        assert_equals(&sample, &program, &expected, options, 1);
    }
}
