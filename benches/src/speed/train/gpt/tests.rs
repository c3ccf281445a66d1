//! candle as an oracle: the same numbers give the same loss and the same gradients.

use super::*;
use crate::train::{peer as candle, Training};
use assay_program::builder::GraphBuilder;
use candle_core::Tensor as Candle;

/// Largest difference, of the largest number of the tensor that is compared.
const DIFFERENCE: f32 = 1e-4;
/// A gradient that is 0 but for rounding is compared with this share of the largest of all gradients.
const NOTHING: f32 = 1e-3;

const SMALL: Gpt = Gpt {
    model: Transformer {
        layers: 2,
        width: 32,
        heads: 2,
        context: 12,
        vocabulary: 19,
    },
    batch: 3,
};

/// The first step's loss and gradients on this engine.
fn ours(case: &Gpt, values: &Values) -> (f32, Vec<Vec<f32>>) {
    let types: Vec<TensorType> = values.parameters.iter().map(Tensor::ty).collect();
    let mut graph = GraphBuilder::new([0; 32]);
    let parameters: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let kept: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let scalar = graph.slot(TensorType::f32(Dims::matrix(1, 1).unwrap()));
    let loss = case.loss(&mut graph, &parameters).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    for (kept, gradient) in kept.iter().zip(gradients) {
        graph.set_next(*kept, gradient).unwrap();
    }
    graph.set_next(scalar, loss).unwrap();
    let built = graph.finish().unwrap();
    let data = case.data(values).unwrap();
    let mut run = Ours::new(built, 0, &values.parameters, data).unwrap();
    run.run(1).unwrap();
    let floats = |tensor: &Tensor| {
        tensor
            .words()
            .iter()
            .map(|bits| f32::from_bits(*bits))
            .collect()
    };
    let slots = run.slots();
    let gradients = slots[types.len()..2 * types.len()]
        .iter()
        .map(floats)
        .collect();
    (run.loss(), gradients)
}

/// The same in candle.
fn theirs(case: &Gpt, values: &Values) -> (f32, Vec<Vec<f32>>) {
    let variables: Vec<_> = values
        .parameters
        .iter()
        .map(|values| candle::variable(values).unwrap())
        .collect();
    let model = peer::Model::new(case.model, &variables).unwrap();
    let (batch, context) = (case.batch as usize, case.model.context as usize);
    let [tokens, targets] = [&values.tokens, &values.targets].map(|words| {
        Candle::from_slice(&words[..batch * context], (batch, context), &Device::Cpu).unwrap()
    });
    let loss = model.loss(&tokens, &targets).unwrap();
    let store = loss.backward().unwrap();
    let floats = |tensor: &Candle| tensor.flatten_all().unwrap().to_vec1().unwrap();
    let gradients = variables
        .iter()
        .map(|variable| floats(store.get(variable).unwrap()));
    (loss.to_scalar().unwrap(), gradients.collect())
}

#[test]
fn the_first_loss_and_all_gradients_agree() {
    let values = SMALL.values().unwrap();
    let (our_loss, our_gradients) = ours(&SMALL, &values);
    let (loss, gradients) = theirs(&SMALL, &values);
    assert!(
        (our_loss - loss).abs() < DIFFERENCE * loss.abs(),
        "{our_loss} and {loss}"
    );
    assert_eq!(our_gradients.len(), gradients.len());
    let largest = |numbers: &[f32]| numbers.iter().fold(0.0, |most: f32, x| most.max(x.abs()));
    let most = gradients
        .iter()
        .fold(0.0, |most: f32, x| most.max(largest(x)));
    for (number, (ours, theirs)) in our_gradients.iter().zip(&gradients).enumerate() {
        let bound = DIFFERENCE * largest(theirs).max(NOTHING * most);
        assert_eq!(ours.len(), theirs.len());
        for (x, y) in ours.iter().zip(theirs) {
            assert!(
                (x - y).abs() <= bound,
                "parameter {number}: {x} and {y}, bound {bound}"
            );
        }
    }
}
