use super::{float, floats, noise, step, tensor, zeros, SEED};
use crate::builder::{Activation, AdamW, Built, Expr, GraphBuilder, LearningRate, Momentum, Var};
use crate::{Program, Source};
use alloc::{vec, vec::Vec};
use assay_commitment::Sha3;
use assay_numerics::{Dims, Op, RowOrder, Tensor, TensorType};

/// Slots come last, in order, nothing is dead, and the validator agrees.
fn assert_normal(built: &Built) {
    let program = &built.program;
    let (nodes, slots) = (program.nodes.len(), program.slots.len());
    assert_eq!(program.nodes[nodes - 1].op, Op::Commit);
    for (slot, node) in program
        .slots
        .iter()
        .zip(&program.nodes[nodes - 1 - slots..])
    {
        assert_eq!(*slot, node.output);
    }
    let mut used = vec![false; nodes];
    used[nodes - 1 - slots..].fill(true);
    for (i, node) in program.nodes.iter().enumerate().rev() {
        assert!(used[i], "node {i} is dead");
        for input in &node.inputs {
            if let Source::Node(from) = input.source {
                assert!((from as usize) < i);
                used[from as usize] = true;
            }
        }
    }
    program.clone().validate().unwrap();
}

fn nodes(built: &Built) -> usize {
    built.program.nodes.len()
}

#[test]
fn an_untouched_slot_is_copied() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 2, 2]));
    let n = graph.slot(TensorType::u32(Dims::matrix(1, 3).unwrap()));
    let built = graph.finish().unwrap();
    assert_normal(&built);
    assert_eq!(nodes(&built), 3);
    let before = [
        tensor([1, 1, 2, 2], &[1.0, -0.0, 1e-42, f32::INFINITY]),
        Tensor::new(n.ty(), vec![1, 2, 3]).unwrap(),
    ];
    let after = step(&built.program, &built.constants, &before, &[], 0);
    assert_eq!(after, before);
    assert_eq!(x.slot(), Some(0));
}

#[test]
fn dead_nodes_and_constants_go() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 2, 2]));
    let unused = graph.constant(tensor([1, 1, 1, 1], &[5.0]));
    let used = graph.constant(tensor([1, 1, 1, 1], &[6.0]));
    graph.map(Expr::from(x) + unused).unwrap();
    let next = graph.map(Expr::from(x) + used).unwrap();
    graph.map(Expr::from(next).exp()).unwrap();
    graph.set_next(x, next).unwrap();
    let built = graph.finish().unwrap();
    assert_normal(&built);
    assert_eq!(nodes(&built), 2);
    assert_eq!(built.constants, [tensor([1, 1, 1, 1], &[6.0])]);
    assert_eq!(built.program.nodes[0].inputs[1].source, Source::Constant(0));
}

/// Slots whose next values need each other in all orders.
#[test]
fn next_values_are_computed_in_any_order() {
    let build = |order: [usize; 3]| {
        let mut graph = GraphBuilder::new(SEED);
        let slots: Vec<Var> = (0..3).map(|_| graph.slot(float([1, 1, 1, 1]))).collect();
        let a = graph.map(Expr::from(slots[0]) + 1.0).unwrap();
        let b = graph.map(Expr::from(a) * 2.0).unwrap();
        let c = graph.map(Expr::from(b) + a).unwrap();
        for (&slot, next) in order.iter().zip([a, b, c]) {
            graph.set_next(slots[slot], next).unwrap();
        }
        graph.finish().unwrap()
    };
    let start = vec![tensor([1, 1, 1, 1], &[4.0]); 3];
    for (order, size) in [
        ([0, 1, 2], 4),
        ([0, 2, 1], 6),
        ([1, 0, 2], 5),
        ([2, 1, 0], 6),
        ([1, 2, 0], 6),
        ([2, 0, 1], 5),
    ] {
        let built = build(order);
        assert_normal(&built);
        assert_eq!(nodes(&built), size, "{order:?}");
        let after = step(&built.program, &built.constants, &start, &[], 0);
        let found: Vec<f32> = order.iter().map(|&slot| floats(&after[slot])[0]).collect();
        assert_eq!(found, [5.0, 10.0, 15.0]);
    }
}

#[test]
fn one_value_may_fill_two_slots() {
    let mut graph = GraphBuilder::new(SEED);
    let (x, y) = (
        graph.slot(float([1, 1, 2, 2])),
        graph.slot(float([1, 1, 2, 2])),
    );
    let next = graph.map(Expr::from(x) + y).unwrap();
    graph.set_next(x, next).unwrap();
    graph.set_next(y, next).unwrap();
    let built = graph.finish().unwrap();
    assert_normal(&built);
    assert_eq!(nodes(&built), 3);
    let swapped = {
        let mut graph = GraphBuilder::new(SEED);
        let (x, y) = (
            graph.slot(float([1, 1, 1, 1])),
            graph.slot(float([1, 1, 1, 1])),
        );
        graph.set_next(x, y).unwrap();
        graph.set_next(y, x).unwrap();
        graph.finish().unwrap()
    };
    assert_normal(&swapped);
    let before = [tensor([1, 1, 1, 1], &[1.0]), tensor([1, 1, 1, 1], &[2.0])];
    let after = step(&swapped.program, &[], &before, &[], 0);
    assert_eq!([&after[0], &after[1]], [&before[1], &before[0]]);
}

/// A classifier with its loss on a tape.
fn classifier(optimizer_first: bool) -> Built {
    let mut graph = GraphBuilder::new(SEED);
    let images = graph.input(float([1, 1, 40, 6]));
    let labels = graph.input(TensorType::u32(Dims::matrix(40, 1).unwrap()));
    let types = [[1, 1, 8, 6], [1, 1, 1, 8], [1, 1, 3, 8], [1, 1, 1, 3]].map(float);
    let adam = AdamW::default();
    let early = optimizer_first.then(|| adam.declare(&mut graph, &types).unwrap());
    let parameters: Vec<Var> = types.iter().map(|&ty| graph.slot(ty)).collect();
    let slots = early.unwrap_or_else(|| adam.declare(&mut graph, &types).unwrap());
    let tape = graph.slot(float([1, 1, 20, 1]));
    let x = graph.batch_rows(images, 5, RowOrder::Shuffled).unwrap();
    let y = graph.batch_rows(labels, 5, RowOrder::Shuffled).unwrap();
    let hidden = graph
        .dense(x, parameters[0], parameters[1], Activation::Relu)
        .unwrap();
    let logits = graph.linear(hidden, parameters[2], parameters[3]).unwrap();
    let loss = graph.cross_entropy(logits, y).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    adam.update(
        &mut graph,
        &slots,
        &parameters,
        &gradients,
        LearningRate::Constant(0.02),
    )
    .unwrap();
    let next = graph.row_write(tape, loss).unwrap();
    graph.set_next(tape, next).unwrap();
    graph.finish().unwrap()
}

#[test]
fn the_same_description_gives_the_same_bytes() {
    let (first, second) = (classifier(true), classifier(true));
    assert_eq!(first.program.encode(), second.program.encode());
    assert_eq!(first.program.root::<Sha3>(), second.program.root::<Sha3>());
    assert_ne!(
        first.program.root::<Sha3>(),
        classifier(false).program.root::<Sha3>()
    );
    assert_eq!(
        Program::decode(&first.program.encode()).unwrap(),
        first.program
    );
}

#[test]
fn moments_before_parameters_need_no_copies() {
    let (good, bad) = (classifier(true), classifier(false));
    assert_normal(&good);
    assert_normal(&bad);
    assert_eq!(
        nodes(&bad) - nodes(&good),
        8,
        "a copy of each moment; corrections are needed by scalars in both"
    );
}

#[test]
fn a_classifier_learns() {
    let built = classifier(true);
    let data = [
        noise(float([1, 1, 40, 6]), 3),
        super::column(&(0..40).map(|i| i % 3).collect::<Vec<u32>>()),
    ];
    let mut state: Vec<Tensor> = (1..)
        .zip(&built.program.slots)
        .map(|(i, &ty)| noise(ty, i))
        .collect();
    for slot in &mut state[..10] {
        slot.words_mut().fill(0);
    }
    for number in 0..20 {
        state = step(&built.program, &built.constants, &state, &data, number);
    }
    let losses = floats(state.last().unwrap());
    let (early, late) = (
        losses[..5].iter().sum::<f32>(),
        losses[15..].iter().sum::<f32>(),
    );
    assert!(
        late < early && losses.iter().all(|loss| loss.is_finite()),
        "{losses:?}"
    );
}

#[test]
fn momentum_in_normal_form() {
    let mut graph = GraphBuilder::new(SEED);
    let ty = float([1, 1, 2, 2]);
    let momentum = Momentum {
        momentum: 0.9,
        weight_decay: 0.0,
    };
    let slots = momentum.declare(&mut graph, &[ty]);
    let w = graph.slot(ty);
    let gradient = graph.map(Expr::from(w) * 2.0).unwrap();
    momentum
        .update(
            &mut graph,
            &slots,
            &[w],
            &[gradient],
            LearningRate::Constant(0.1),
        )
        .unwrap();
    assert_eq!(zeros(&graph).len(), 2);
    let built = graph.finish().unwrap();
    assert_normal(&built);
    assert_eq!(nodes(&built), 4);
}
