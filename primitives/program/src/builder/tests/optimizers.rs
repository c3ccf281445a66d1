use super::{float, floats, noise, single, step, tensor, value, zeros, SEED};
use crate::builder::{AdamW, BuildError, Clip, Expr, GraphBuilder, LearningRate, Momentum, Sgd};
use alloc::vec::Vec;

const SHAPE: [u32; 4] = [1, 1, 2, 3];
const RATE: LearningRate = LearningRate::Constant(0.1);

fn close(a: f32, b: f64) {
    assert!(
        (f64::from(a) - b).abs() <= 2e-6 * b.abs().max(1e-3),
        "{a} and not {b}"
    );
}

/// Minimises `sum(w^2) / 2 * 3`, whose gradient is `3 w`.
fn gradient(graph: &mut GraphBuilder, w: crate::builder::Var) -> crate::builder::Var {
    graph.map(Expr::from(w) * 3.0).unwrap()
}

#[test]
fn sgd() {
    let mut graph = GraphBuilder::new(SEED);
    let w = graph.slot(float(SHAPE));
    let g = gradient(&mut graph, w);
    Sgd { weight_decay: 0.5 }
        .update(&mut graph, &[w], &[g], RATE)
        .unwrap();
    let built = graph.finish().unwrap();
    let before = noise(float(SHAPE), 1);
    let after = step(
        &built.program,
        &built.constants,
        std::slice::from_ref(&before),
        &[],
        0,
    );
    for (a, b) in floats(&after[0]).iter().zip(floats(&before)) {
        close(*a, f64::from(b) * (1.0 - 0.1 * 3.5));
    }
}

#[test]
fn momentum() {
    let mut graph = GraphBuilder::new(SEED);
    let momentum = Momentum {
        momentum: 0.9,
        weight_decay: 0.0,
    };
    let slots = momentum.declare(&mut graph, &[float(SHAPE)]);
    let w = graph.slot(float(SHAPE));
    let g = gradient(&mut graph, w);
    momentum
        .update(&mut graph, &slots, &[w], &[g], RATE)
        .unwrap();
    let built = graph.finish().unwrap();
    let start = noise(float(SHAPE), 1);
    let mut state = alloc::vec![tensor(SHAPE, &[0.0; 6]), start.clone()];
    for number in 0..5 {
        state = step(&built.program, &built.constants, &state, &[], number);
    }
    for (found, start) in floats(&state[1]).iter().zip(floats(&start)) {
        let (mut w, mut b) = (f64::from(start), 0.0);
        for _ in 0..5 {
            b = 0.9 * b + 3.0 * w;
            w -= 0.1 * b;
        }
        close(*found, w);
    }
}

#[test]
fn adamw() {
    for decay in [0.0, 0.25] {
        let adam = AdamW {
            weight_decay: decay,
            ..AdamW::default()
        };
        let mut graph = GraphBuilder::new(SEED);
        let slots = adam.declare(&mut graph, &[float(SHAPE)]).unwrap();
        let w = graph.slot(float(SHAPE));
        let g = gradient(&mut graph, w);
        adam.update(&mut graph, &slots, &[w], &[g], RATE).unwrap();
        let start = noise(float(SHAPE), 1);
        let mut state = zeros(&graph);
        state[4] = start.clone();
        let built = graph.finish().unwrap();
        for number in 0..5 {
            state = step(&built.program, &built.constants, &state, &[], number);
        }
        close(single(&state[0]), 1.0 - 0.9f64.powi(5));
        for (found, start) in floats(&state[4]).iter().zip(floats(&start)) {
            close(
                *found,
                adamw_by_the_book(f64::from(start), f64::from(decay)),
            );
        }
    }
}

fn adamw_by_the_book(mut w: f64, decay: f64) -> f64 {
    let (mut m, mut v) = (0.0, 0.0);
    for t in 1..=5 {
        let g = 3.0 * w;
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        let (mean, spread) = (m / (1.0 - 0.9f64.powi(t)), v / (1.0 - 0.999f64.powi(t)));
        w = w * (1.0 - 0.1 * decay) - 0.1 * mean / (spread.sqrt() + 1e-8);
    }
    w
}

/// A rate from the graph means the same as a number.
#[test]
fn a_scalar_rate_equals_a_number() {
    let next = |by_table: bool| {
        let adam = AdamW::default();
        let mut graph = GraphBuilder::new(SEED);
        let slots = adam.declare(&mut graph, &[float(SHAPE)]).unwrap();
        let w = graph.slot(float(SHAPE));
        let rate = match by_table {
            true => LearningRate::Scalar(graph.constant(tensor([1, 1, 1, 1], &[0.1]))),
            false => RATE,
        };
        let g = gradient(&mut graph, w);
        adam.update(&mut graph, &slots, &[w], &[g], rate).unwrap();
        let mut state = zeros(&graph);
        state[4] = noise(float(SHAPE), 1);
        let built = graph.finish().unwrap();
        step(&built.program, &built.constants, &state, &[], 0)
    };
    assert_eq!(next(true), next(false));
}

#[test]
fn stored_moments_are_flushed() {
    let mut graph = GraphBuilder::new(SEED);
    let adam = AdamW::default();
    let slots = adam.declare(&mut graph, &[float([1, 1, 1, 2])]).unwrap();
    let w = graph.slot(float([1, 1, 1, 2]));
    let g = graph.map(Expr::from(w) * 0.0).unwrap();
    adam.update(&mut graph, &slots, &[w], &[g], RATE).unwrap();
    let mut state = zeros(&graph);
    state[2] = tensor([1, 1, 1, 2], &[1.2e-38, -1.2e-38]);
    state[3] = tensor([1, 1, 1, 2], &[1.1754944e-38, 1.0]);
    let built = graph.finish().unwrap();
    let state = step(&built.program, &built.constants, &state, &[], 0);
    assert_eq!(state[2].words(), [0, 0]);
    assert_eq!(state[3].words()[0], 0);
}

#[test]
fn clipping() {
    let large = tensor([1, 1, 1, 2], &[3.0, 4.0]);
    let small = tensor([1, 1, 2, 1], &[0.0, 12.0]);
    let clipped = |clip: Clip| {
        let mut graph = GraphBuilder::new(SEED);
        let vars = [graph.slot(large.ty()), graph.slot(small.ty())];
        let scaled = clip.apply(&mut graph, &vars).unwrap();
        let scaled = scaled
            .into_iter()
            .map(|expr| graph.map(expr).unwrap())
            .collect::<Vec<_>>();
        let values = [large.clone(), small.clone()];
        scaled
            .iter()
            .flat_map(|&var| floats(&value(&graph, &values, &[], var, 0)))
            .collect::<Vec<f32>>()
    };
    assert_eq!(clipped(Clip::None), [3.0, 4.0, 0.0, 12.0]);
    assert_eq!(clipped(Clip::Global(13.5)), [3.0, 4.0, 0.0, 12.0]);
    for (found, expected) in clipped(Clip::Global(6.5)).iter().zip([1.5, 2.0, 0.0, 6.0]) {
        close(*found, expected);
    }
    for (found, expected) in clipped(Clip::PerTensor(6.0))
        .iter()
        .zip([3.0, 4.0, 0.0, 6.0])
    {
        close(*found, expected);
    }
}

#[test]
fn settings_are_judged() {
    let mut graph = GraphBuilder::new(SEED);
    let w = graph.slot(float(SHAPE));
    let adam = AdamW {
        beta1: 1.0,
        ..AdamW::default()
    };
    let slots = adam.declare(&mut graph, &[float(SHAPE)]).unwrap();
    let refused = adam
        .update(&mut graph, &slots, &[w], &[w], RATE)
        .unwrap_err();
    assert_eq!(
        refused,
        BuildError::Setting {
            name: "beta1",
            must: "at least 0 and below 1"
        }
    );
    assert!(Sgd {
        weight_decay: f32::NAN
    }
    .update(&mut graph, &[w], &[w], RATE)
    .is_err());
    assert!(Sgd::default()
        .update(&mut graph, &[w], &[w, w], RATE)
        .is_err());
    assert!(Clip::Global(0.0).apply(&mut graph, &[w]).is_err());
}
