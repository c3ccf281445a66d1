//! Nodes that are run together give the bits that each gives by itself, and what only they read is never stored.

mod reference;

use assay_engine::{Engine, Options, State};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Built, Expr, GraphBuilder, LearningRate, Sgd, Var};
use assay_program::testing::Sample;
use reference::{assert_equals, every_option, reference};

/// A small generator.
struct Noise {
    word: u64,
    /// Whether now and then a number is an infinity or a NaN. They spread: little else is left after a product.
    wild: bool,
}

impl Noise {
    fn tame(seed: u64) -> Self {
        Self {
            word: seed,
            wild: false,
        }
    }

    fn next(&mut self) -> u64 {
        self.word = self
            .word
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.word >> 33
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// Ordinary numbers, and now and then a zero or a subnormal of either sign.
    fn tensor(&mut self, ty: TensorType) -> Tensor {
        let words = (0..ty.dims.elements()).map(|_| match self.below(4096) {
            0 if self.wild => [0x7f80_0000, 0xff80_0000, 0x7fc0_0000][self.below(3)],
            0 | 1 => 0,
            2 => 0x8000_0000,
            3 => 1,
            4 => 0x807f_ffff,
            word => (word as f32 / 2048.0 - 1.0).to_bits(),
        });
        Tensor::new(ty, words.collect()).unwrap()
    }

    fn sample(&mut self, built: Built) -> Sample {
        let mut tensors = |types: &[TensorType]| types.iter().map(|ty| self.tensor(*ty)).collect();
        Sample {
            state: tensors(&built.program.slots),
            inputs: tensors(&built.program.inputs),
            constants: built.constants,
            program: built.program,
        }
    }
}

fn f32s(dims: [u32; 4]) -> TensorType {
    TensorType::f32(Dims::new(dims).unwrap())
}

fn assert_all_options_equal(sample: &Sample, steps: u64, what: u64) {
    let program = sample.program.clone().validate().unwrap();
    let expected = reference(sample, steps);
    for options in every_option() {
        assert_equals(sample, &program, &expected, options, what);
    }
}

/// Attention over `length` positions whose output is the state.
fn attention(length: u32) -> Sample {
    let mut graph = GraphBuilder::new([1; 32]);
    let ty = f32s([2, 2, length, 24]);
    let output = graph.slot(ty);
    let [query, key, value] = [0; 3].map(|_| graph.input(ty));
    let mask = graph.causal_mask(length).unwrap();
    let attended = graph.attention(query, key, value, mask).unwrap();
    graph.set_next(output, attended).unwrap();
    Noise::tame(u64::from(length)).sample(graph.finish().unwrap())
}

#[test]
fn attention_equals_the_reference_at_any_length() {
    for length in [1, 2, 5, 31, 64, 200, 417] {
        assert_all_options_equal(&attention(length), 1, u64::from(length));
    }
}

/// How the output of trained attention comes to the loss.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Row by row, so that forward and backward pass are one group.
    Straight,
    /// By way of another order of dimensions, and nobody but the scores reads the query.
    Around,
}

/// Attention whose query and value, and in one way the key, are trained to make its output small.
fn trained_attention(length: u32, way: Way) -> Sample {
    let mut graph = GraphBuilder::new([1; 32]);
    let ty = f32s([1, 2, length, 20]);
    let first = graph.slot(f32s([1, length, 2, 20]));
    let value = graph.slot(ty);
    let mut parameters = vec![first, value];
    let key = match way {
        Way::Straight => {
            parameters.push(graph.slot(ty));
            parameters[2]
        }
        Way::Around => graph.input(ty),
    };
    let query = graph.permute(first, [0, 2, 1, 3]).unwrap();
    let mask = graph.causal_mask(length).unwrap();
    let mut attended = graph.attention(query, key, value, mask).unwrap();
    if let Way::Around = way {
        attended = graph.permute(attended, [0, 2, 1, 3]).unwrap();
    }
    let squares = graph.map(Expr::from(attended) * attended).unwrap();
    let rows = Dims::matrix(2 * length, 20).unwrap();
    let squares = graph.reshape(squares, rows).unwrap();
    let sums = graph.row_sum(squares).unwrap();
    let loss = graph.col_sum(sums).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    let sgd = Sgd { weight_decay: 0.0 };
    let rate = LearningRate::Constant(0.1);
    sgd.update(&mut graph, &parameters, &gradients, rate)
        .unwrap();
    Noise::tame(u64::from(length)).sample(graph.finish().unwrap())
}

/// Lengths at which all is kept, at which scores are computed again, and at which the sums over rows have two chunks.
#[test]
fn trained_attention_equals_the_reference_at_any_length() {
    for (length, way) in [
        (3, Way::Straight),
        (65, Way::Around),
        (380, Way::Around),
        (530, Way::Straight),
        (530, Way::Around),
    ] {
        assert_all_options_equal(&trained_attention(length, way), 2, u64::from(length));
    }
}

#[test]
fn attention_stores_no_scores() {
    let planned = |sample: Sample| {
        let program = sample.program.validate().unwrap();
        let options = Options {
            threads: Some(2),
            ..Options::default()
        };
        let engine = Engine::new(&program, sample.constants, options).unwrap();
        engine.planned_bytes()
    };
    let scores = 4 * 2 * 1024 * 1024;
    assert!(planned(attention(1024)) - planned(attention(8)) < 2 * scores / 8);
    for way in [Way::Straight, Way::Around] {
        let [long, short] = [1024, 8].map(|length| planned(trained_attention(length, way)));
        assert!(long - short < scores / 4, "{way:?}");
    }
}

/// A program of nodes that go row by row, and of some that do not, which read each other at random.
fn rows_at_random(seed: u64) -> Sample {
    let mut noise = Noise {
        word: seed,
        wild: seed.is_multiple_of(4),
    };
    let mut graph = GraphBuilder::new([2; 32]);
    let rows = [1, 7, 40, 500][noise.below(4)];
    let [heads, width] = [1 + noise.below(2) as u32, [1, 6, 33, 70][noise.below(4)]];
    let ty = f32s([1, heads, rows, width]);
    let slots: Vec<Var> = (0..4).map(|_| graph.slot(ty)).collect();
    let [weight, row] = [
        graph.input(f32s([1, 1, width, width])),
        graph.input(f32s([1, 1, 1, width])),
    ];
    let mut values = slots.clone();
    values.push(graph.input(ty));
    for _ in 0..3 + noise.below(20) {
        let [a, b] = [0; 2].map(|_| values[noise.below(values.len())]);
        let next = match noise.below(9) {
            0 => graph.map(Expr::from(a) + b),
            1 => graph.map(Expr::from(a).fma(row, 0.5)),
            2 => {
                let sum = graph.row_sum(a).unwrap();
                graph.map(Expr::from(b) - Expr::from(sum) * 0.25)
            }
            3 => {
                let largest = graph.row_max(a).unwrap();
                graph.map((Expr::from(a) - largest).exp())
            }
            4 => graph.matmul(a, weight, false, false),
            5 => graph.matmul(a, weight, false, true),
            6 => {
                let scores = graph.matmul(a, b, false, true).unwrap();
                graph.matmul(scores, a, false, false)
            }
            7 => {
                let sum = graph.col_sum(a).unwrap();
                graph.map(Expr::from(b) * sum)
            }
            _ => graph.map(Expr::from(a) * a),
        };
        values.push(next.unwrap());
    }
    for slot in &slots {
        let next = values[noise.below(values.len())];
        graph.set_next(*slot, next).unwrap();
    }
    noise.sample(graph.finish().unwrap())
}

#[test]
fn nodes_that_read_each_other_at_random_equal_the_reference() {
    for seed in 0..60 {
        assert_all_options_equal(&rows_at_random(seed), 2, seed);
    }
}

/// Slots that are read in other places than those in which they are written, by nodes that are run with the writer.
#[test]
fn a_slot_is_not_written_while_somebody_reads_it() {
    let mut graph = GraphBuilder::new([3; 32]);
    let ty = f32s([1, 1, 300, 300]);
    let [one, other] = [graph.slot(ty), graph.slot(ty)];
    let product = graph.matmul(one, other, false, false).unwrap();
    let next = graph.map(Expr::from(product) * 0.01 + other).unwrap();
    let last = graph.map(Expr::from(next) + one).unwrap();
    graph.set_next(other, next).unwrap();
    graph.set_next(one, last).unwrap();
    let sample = Noise::tame(9).sample(graph.finish().unwrap());
    assert_all_options_equal(&sample, 3, 0);
}

/// The trace computes nodes one by one, with memory of its own, and goes on from the same states.
#[test]
fn steps_and_traces_may_alternate() {
    for seed in [3, 4, 5] {
        let sample = rows_at_random(seed);
        let program = sample.program.clone().validate().unwrap();
        let new = || Engine::new(&program, sample.constants.clone(), Options::default()).unwrap();
        let (mut plain, mut mixed) = (new(), new());
        let state = || State::new(&program, sample.state.clone()).unwrap();
        let (mut expected, mut found) = (state(), state());
        for step in 0..4 {
            plain.step(&mut expected, &sample.inputs, step).unwrap();
            if step % 2 == 0 {
                let traced = mixed.trace_step(&mut found, &sample.inputs, step, &mut |_, _, _| {});
                traced.unwrap();
            } else {
                mixed.step(&mut found, &sample.inputs, step).unwrap();
            }
            assert_eq!(plain.state_root(&expected), mixed.state_root(&found));
        }
    }
}
