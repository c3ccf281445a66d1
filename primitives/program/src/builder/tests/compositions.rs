//! Compositions of several operators.

use super::{column, dims, float, floats, noise, value, SEED};
use crate::builder::{BuildError, Expr, GraphBuilder, Transformer};
use alloc::vec::Vec;
use assay_numerics::{Tensor, TensorType};

/// Attention in double precision, a row at a time, each position seeing itself and what stands before it.
fn attended(query: &[f32], key: &[f32], value: &[f32], length: usize, features: usize) -> Vec<f64> {
    let at = |x: &[f32], row: usize, column: usize| f64::from(x[row * features + column]);
    let mut out = Vec::new();
    for row in 0..length {
        let score = |other: usize| -> f64 {
            let dot: f64 = (0..features)
                .map(|i| at(query, row, i) * at(key, other, i))
                .sum();
            (dot / (features as f64).sqrt()).exp()
        };
        let weights: Vec<f64> = (0..=row).map(score).collect();
        let total: f64 = weights.iter().sum();
        for i in 0..features {
            let sum: f64 = weights
                .iter()
                .enumerate()
                .map(|(other, w)| w * at(value, other, i))
                .sum();
            out.push(sum / total);
        }
    }
    out
}

#[test]
fn attention_is_the_formula() {
    let shape = [1, 1, 7, 4];
    let mut graph = GraphBuilder::new(SEED);
    let slots = [(); 3].map(|()| graph.slot(float(shape)));
    let mask = graph.causal_mask(7).unwrap();
    let out = graph.attention(slots[0], slots[1], slots[2], mask).unwrap();
    let values: Vec<Tensor> = (1..4).map(|seed| noise(float(shape), seed)).collect();
    let found = floats(&value(&graph, &values, &[], out, 0));
    let [q, k, v] = [0, 1, 2].map(|i| floats(&values[i]));
    for (found, expected) in found.iter().zip(attended(&q, &k, &v, 7, 4)) {
        assert!(
            (f64::from(*found) - expected).abs() < 1e-6,
            "{found} and not {expected}"
        );
    }
}

/// The maximum of a row takes a gradient where somebody else asks for it, though attention's does not.
#[test]
fn a_detached_maximum_is_nobody_elses() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 1, 3]));
    let detached = graph.detached_row_max(x).unwrap();
    let own = graph.row_max(x).unwrap();
    assert_ne!(detached, own);
    let gradients = |graph: &GraphBuilder, loss| {
        let mut graph = graph.clone();
        let gradient = graph.gradients(loss, &[x]).unwrap()[0];
        let slots = [Tensor::from_f32(dims([1, 1, 1, 3]), &[1.0, 5.0, 2.0]).unwrap()];
        floats(&value(&graph, &slots, &[], gradient, 0))
    };
    let mut with = graph.clone();
    let loss = with.map(Expr::from(own) * detached).unwrap();
    assert_eq!(gradients(&with, loss), [0.0, 5.0, 0.0]);
    assert_eq!(gradients(&graph, detached), [0.0; 3]);
}

#[test]
fn a_row_that_is_gathered_twice_learns_twice() {
    let mut graph = GraphBuilder::new(SEED);
    let table = graph.slot(float([1, 1, 5, 3]));
    let index = graph.input(TensorType::u32(dims([1, 1, 4, 1])));
    let rows = graph.gather(index, table).unwrap();
    let total = graph.sum(rows).unwrap();
    let gradient = graph.gradients(total, &[table]).unwrap()[0];
    let (slots, inputs) = ([noise(table.ty(), 3)], [column(&[2, 0, 2, 9])]);
    let counts = [1.0, 0.0, 2.0, 0.0, 0.0];
    let expected: Vec<f32> = counts.iter().flat_map(|count| [*count; 3]).collect();
    let found = value(&graph, &slots, &inputs, gradient, 0);
    assert_eq!(floats(&found), expected);
}

const SMALL: Transformer = Transformer {
    layers: 2,
    width: 8,
    heads: 2,
    context: 4,
    vocabulary: 6,
};

fn logits(with: Transformer, drop: usize, tokens: u32) -> Result<TensorType, BuildError> {
    let mut graph = GraphBuilder::new(SEED);
    let types = with.parameters()?;
    let parameters: Vec<_> = types[drop..].iter().map(|ty| graph.slot(*ty)).collect();
    let tokens = graph.input(TensorType::u32(dims([1, 1, tokens, 1])));
    with.logits(&mut graph, &parameters, tokens)
        .map(|logits| logits.ty())
}

#[test]
fn a_transformer_takes_its_own_parameters_and_whole_sequences() {
    assert_eq!(logits(SMALL, 0, 12).unwrap(), float([1, 1, 12, 6]));
    let refused = |with, drop, tokens| logits(with, drop, tokens).unwrap_err();
    let name = |error| match error {
        BuildError::Setting { name, .. } => name,
        other => panic!("{other}"),
    };
    assert_eq!(name(refused(SMALL, 1, 12)), "parameters");
    assert_eq!(name(refused(SMALL, 0, 11)), "tokens");
    let third = Transformer { heads: 3, ..SMALL };
    assert_eq!(name(refused(third, 0, 12)), "heads");
    assert!(matches!(
        refused(
            Transformer {
                context: 0,
                ..SMALL
            },
            0,
            12
        ),
        BuildError::Tensor(_)
    ));
}

/// What stands later changes no earlier logit.
#[test]
fn a_transformer_does_not_see_the_future() {
    let mut graph = GraphBuilder::new(SEED);
    let types = SMALL.parameters().unwrap();
    let parameters: Vec<_> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let tokens = graph.input(TensorType::u32(dims([1, 1, 4, 1])));
    let logits = SMALL.logits(&mut graph, &parameters, tokens).unwrap();
    let slots: Vec<Tensor> = (1..)
        .zip(&types)
        .map(|(seed, ty)| noise(*ty, seed))
        .collect();
    let rows = |tokens: [u32; 4]| {
        let found = floats(&value(&graph, &slots, &[column(&tokens)], logits, 0));
        found.chunks(6).map(<[f32]>::to_vec).collect::<Vec<_>>()
    };
    let (one, other) = (rows([1, 2, 3, 4]), rows([1, 2, 5, 0]));
    assert_eq!(one[..2], other[..2]);
    assert_ne!(one[2], other[2]);
}
