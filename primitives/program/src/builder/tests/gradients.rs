use super::{column, dims, float, floats, noise, single, value, SEED};
use crate::builder::{Activation, BuildError, Expr, GraphBuilder, Var};
use alloc::{vec, vec::Vec};
use assay_numerics::{RowOrder, Tensor};

type Shape = [u32; 4];

/// A scalar that weighs all elements of `x` differently.
fn weigh(graph: &mut GraphBuilder, x: Var) -> Var {
    let weights = graph.constant(noise(x.ty(), 99));
    let product = graph.map(Expr::from(x) * weights).unwrap();
    graph.sum(product).unwrap()
}

/// Compares the gradients of what `build` makes of slots of these shapes with central differences.
fn check(shapes: &[Shape], build: impl Fn(&mut GraphBuilder, &[Var]) -> Var) {
    let values: Vec<Tensor> = (1..)
        .zip(shapes)
        .map(|(seed, &shape)| noise(float(shape), seed))
        .collect();
    check_at(&values, build);
}

fn check_at(values: &[Tensor], build: impl Fn(&mut GraphBuilder, &[Var]) -> Var) {
    let mut graph = GraphBuilder::new(SEED);
    let slots: Vec<Var> = values.iter().map(|value| graph.slot(value.ty())).collect();
    let out = build(&mut graph, &slots);
    let loss = if out.dims().elements() == 1 {
        out
    } else {
        weigh(&mut graph, out)
    };
    let forward = graph.clone();
    let gradients = graph.gradients(loss, &slots).unwrap();
    for (i, gradient) in gradients.iter().enumerate() {
        assert_eq!(gradient.ty(), slots[i].ty());
        let found = floats(&value(&graph, values, &[], *gradient, 0));
        for (j, found) in found.iter().enumerate() {
            let slope = slope(&forward, values, loss, i, j);
            let bound = 4e-3 * slope.abs().max(1.0);
            assert!(
                (found - slope).abs() <= bound,
                "slot {i}, element {j}: {found} and not {slope}"
            );
        }
    }
}

/// The central difference quotient of the loss.
fn slope(graph: &GraphBuilder, values: &[Tensor], loss: Var, slot: usize, element: usize) -> f32 {
    let h = 1.0 / 128.0;
    let at = |offset: f32| {
        let mut values = values.to_vec();
        let word = &mut values[slot].words_mut()[element];
        *word = (f32::from_bits(*word) + offset).to_bits();
        single(&value(graph, &values, &[], loss, 0))
    };
    (at(h) - at(-h)) / (2.0 * h)
}

fn check_expr(shapes: &[Shape], expr: impl Fn(&[Expr]) -> Expr) {
    check(shapes, |graph, vars| {
        let leaves: Vec<Expr> = vars.iter().map(|&var| var.into()).collect();
        graph.map(expr(&leaves)).unwrap()
    });
}

const M: Shape = [1, 1, 3, 4];

#[test]
fn arithmetic() {
    check_expr(&[M, M], |x| &x[0] + &x[1]);
    check_expr(&[M, M], |x| &x[0] - &x[1]);
    check_expr(&[M, M], |x| &x[0] * &x[1]);
    check_expr(&[M, M], |x| &x[0] / (&x[1] * &x[1] + 1.0));
    check_expr(&[M, M, M], |x| x[0].fma(&x[1], &x[2]));
    check_expr(&[M], |x| -(&x[0] * &x[0] * &x[0]));
    check_expr(&[M], |x| (&x[0] * &x[0]).flush());
}

#[test]
fn functions() {
    check_expr(&[M], |x| (&x[0] + 2.0).sqrt());
    check_expr(&[M], |x| (&x[0] * 0.5).exp());
    check_expr(&[M], |x| (&x[0] + 3.0).ln());
    check_expr(&[M], |x| x[0].tanh());
    check_expr(&[M], |x| x[0].sigmoid());
    check_expr(&[M], |x| (&x[0] + 2.0).abs() + (&x[0] - 2.0).abs() * 3.0);
}

#[test]
fn choices() {
    check_expr(&[M, M], |x| {
        x[0].max(&x[1] + 4.0) + x[0].max(&x[1] - 4.0) * 2.0
    });
    check_expr(&[M, M], |x| {
        x[0].min(&x[1] + 4.0) + x[0].min(&x[1] - 4.0) * 2.0
    });
    check_expr(&[M, M], |x| x[0].lt(5.0).select(&x[0] * &x[1], &x[1]));
    check_expr(&[M, M], |x| {
        (&x[0] - 5.0).le(-7.0).select(&x[0], &x[1] * &x[1])
    });
}

#[test]
fn broadcasts_are_summed() {
    check_expr(
        &[[2, 3, 3, 4], [1, 1, 1, 4], [1, 1, 3, 1], [1, 1, 1, 1]],
        |x| &x[0] * &x[1] + &x[2] * &x[3],
    );
    check_expr(&[[2, 1, 3, 4], [1, 3, 3, 4]], |x| &x[0] * &x[1]);
}

#[test]
fn long_derivatives_take_two_maps() {
    let shapes = [M, M, M, M];
    check(&shapes, |graph, x| {
        let e: Vec<Expr> = x.iter().map(|&var| var.into()).collect();
        let four = graph
            .map((&e[0] * &e[1]).tanh() * (&e[2] * &e[3]).sigmoid())
            .unwrap();
        graph.map(Expr::from(four).exp()).unwrap()
    });
}

#[test]
fn repeated_use_adds_up() {
    check(&[M, M], |graph, x| {
        let shared = graph.map(Expr::from(x[0]) * x[1]).unwrap();
        let parts: Vec<Var> = (1..8u8)
            .map(|i| {
                graph
                    .map((Expr::from(shared) * f32::from(i)).tanh())
                    .unwrap()
            })
            .collect();
        let sums: Vec<Var> = parts
            .iter()
            .map(|&part| graph.row_sum(part).unwrap())
            .collect();
        let joined = graph.concat(&sums, 3).unwrap();
        let more = graph.map(Expr::from(x[0]) * sums[0]).unwrap();
        let both = graph.concat(&[joined, more, shared], 3).unwrap();
        weigh(graph, both)
    });
}

#[test]
fn products() {
    for (a, b, transpose_a, transpose_b) in [
        ([1, 1, 3, 5], [1, 1, 5, 2], false, false),
        ([1, 1, 5, 3], [1, 1, 5, 2], true, false),
        ([1, 1, 3, 5], [1, 1, 2, 5], false, true),
        ([1, 1, 5, 3], [1, 1, 2, 5], true, true),
        ([2, 3, 3, 5], [1, 1, 2, 5], false, true),
        ([1, 3, 5, 3], [2, 1, 5, 2], true, false),
    ] {
        check(&[a, b], |graph, x| {
            graph.matmul(x[0], x[1], transpose_a, transpose_b).unwrap()
        });
    }
}

#[test]
fn reductions() {
    let shape = [2, 2, 3, 4];
    check(&[shape], |graph, x| graph.row_sum(x[0]).unwrap());
    check(&[shape], |graph, x| graph.col_sum(x[0]).unwrap());
    check(&[shape], |graph, x| graph.lead_sum(x[0]).unwrap());
    check(&[shape], |graph, x| graph.row_max(x[0]).unwrap());
    check(&[shape], |graph, x| graph.col_max(x[0]).unwrap());
}

#[test]
fn equal_maxima_share() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 1, 4]));
    let largest = graph.row_max(x).unwrap();
    let gradient = graph.gradients(largest, &[x]).unwrap()[0];
    let x = super::tensor([1, 1, 1, 4], &[2.0, 1.0, 2.0, -3.0]);
    assert_eq!(
        floats(&value(&graph, &[x], &[], gradient, 0)),
        [0.5, 0.0, 0.5, 0.0]
    );
}

#[test]
fn movements() {
    let shape = [2, 3, 4, 5];
    check(&[shape], |graph, x| {
        graph.reshape(x[0], dims([1, 1, 12, 10])).unwrap()
    });
    check(&[shape], |graph, x| {
        graph.permute(x[0], [2, 0, 3, 1]).unwrap()
    });
    check(&[shape], |graph, x| {
        graph.slice(x[0], [1, 0, 1, 2], dims([1, 2, 2, 3])).unwrap()
    });
    check(&[shape, [2, 3, 2, 5], shape], |graph, x| {
        graph.concat(&[x[0], x[1], x[2], x[0]], 2).unwrap()
    });
    check(&[[1, 1, 4, 3]], |graph, x| {
        let index = graph.constant(column(&[2, 0, 7, 1]));
        graph.pick(index, x[0]).unwrap()
    });
    check(&[[1, 1, 4, 3]], |graph, x| {
        let index = graph.constant(column(&[2, 0, 4, 2, 1]));
        graph.gather(index, x[0]).unwrap()
    });
    check(&[[1, 1, 4, 3]], |graph, x| {
        let index = graph.constant(column(&[2, 0, 5, 2]));
        graph.scatter_add(index, x[0], 5).unwrap()
    });
}

#[test]
fn layers_and_losses() {
    use Activation::{Gelu, Identity, Relu, Sigmoid, Silu, Tanh};
    for activation in [Identity, Relu, Gelu, Silu, Tanh, Sigmoid] {
        check(&[[1, 1, 4, 3], [1, 1, 5, 3], [1, 1, 1, 5]], |graph, x| {
            let out = graph.dense(x[0], x[1], x[2], activation).unwrap();
            weigh(graph, out)
        });
    }
    check(&[[1, 1, 4, 3], [1, 1, 4, 3]], |graph, x| {
        graph.mean_squared_error(x[0], x[1]).unwrap()
    });
    check(&[[2, 1, 4, 3], [2, 1, 4, 3]], |graph, x| {
        graph.mean_squared_error(x[0], x[1]).unwrap()
    });
    check(&[[1, 1, 4, 3]], |graph, x| {
        let labels = graph.constant(column(&[2, 0, 1, 1]));
        graph.cross_entropy(x[0], labels).unwrap()
    });
    check(&[[1, 1, 4, 3]], |graph, x| {
        let labels = graph.constant(column(&[2, 0, 1, 1]));
        let loss = graph.cross_entropy(x[0], labels).unwrap();
        graph.map(Expr::from(loss) * loss + 1.0).unwrap()
    });
}

#[test]
fn relu_is_flat_at_zero() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 1, 4]));
    let y = graph.map(Activation::Relu.apply(x)).unwrap();
    let sum = graph.sum(y).unwrap();
    let gradient = graph.gradients(sum, &[x]).unwrap()[0];
    let x = super::tensor([1, 1, 1, 4], &[0.0, -0.0, 1.0, -1.0]);
    assert_eq!(
        floats(&value(&graph, &[x], &[], gradient, 0)),
        [0.0, 0.0, 1.0, 0.0]
    );
}

/// The gradient at the logits is `(E / s - onehot) * (1 / n)` to the bit.
#[test]
fn the_gradient_of_cross_entropy_is_the_composition() {
    let mut graph = GraphBuilder::new(SEED);
    let logits = graph.slot(float([1, 1, 3, 4]));
    let labels = graph.constant(column(&[3, 9, 0]));
    let loss = graph.cross_entropy(logits, labels).unwrap();
    let gradient = graph.gradients(loss, &[logits]).unwrap()[0];
    let x = noise(logits.ty(), 5);
    let found = floats(&value(&graph, std::slice::from_ref(&x), &[], gradient, 0));
    for (row, (x, found)) in floats(&x).chunks(4).zip(found.chunks(4)).enumerate() {
        let largest = x
            .iter()
            .fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
        let powers: Vec<f32> = x
            .iter()
            .map(|x| assay_numerics::scalar::exp(x - largest))
            .collect();
        // Four lanes with one term each, then the halving sum.
        let total = (powers[0] + powers[2]) + (powers[1] + powers[3]);
        for (col, (power, found)) in powers.iter().zip(found).enumerate() {
            let hot = if [3, 9, 0][row] == col { 1.0 } else { 0.0 };
            let expected = (power / total - hot) * (1.0 / 3.0);
            assert_eq!(found.to_bits(), expected.to_bits());
        }
    }
}

#[test]
fn what_the_loss_does_not_need_has_gradient_zero() {
    let mut graph = GraphBuilder::new(SEED);
    let (x, y) = (graph.slot(float(M)), graph.slot(float(M)));
    let loss = graph.sum(x).unwrap();
    let gradients = graph.gradients(loss, &[x, y, loss]).unwrap();
    let values = [noise(float(M), 1), noise(float(M), 2)];
    let found: Vec<Vec<f32>> = gradients
        .iter()
        .map(|&g| floats(&value(&graph, &values, &[], g, 0)))
        .collect();
    assert_eq!(found, [vec![1.0; 12], vec![0.0; 12], vec![1.0]]);
}

#[test]
fn an_inner_value_has_a_gradient_too() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float(M));
    let inner = graph.map(Expr::from(x) * 3.0).unwrap();
    let squares = graph.map(Expr::from(inner) * inner).unwrap();
    let loss = graph.sum(squares).unwrap();
    let gradients = graph.gradients(loss, &[inner, x]).unwrap();
    let values = [super::tensor(M, &[1.0; 12])];
    let found: Vec<f32> = gradients
        .iter()
        .map(|&g| floats(&value(&graph, &values, &[], g, 0))[0])
        .collect();
    assert_eq!(found, [6.0, 18.0]);
}

#[test]
fn operators_without_derivative_say_so() {
    let mut graph = GraphBuilder::new(SEED);
    let table = graph.slot(float([1, 1, 6, 4]));
    let index = graph.constant(column(&[1, 2]));
    let rows = graph.gather(index, table).unwrap();
    let tape = graph.row_write(table, rows).unwrap();
    let loss = graph.sum(tape).unwrap();
    assert_eq!(
        graph.gradients(loss, &[table]),
        Err(BuildError::NoGradient {
            operator: "RowWrite"
        })
    );

    let batch = graph.batch_rows(table, 2, RowOrder::Shuffled).unwrap();
    let loss = graph.sum(batch).unwrap();
    assert_eq!(
        graph.gradients(loss, &[table]),
        Err(BuildError::NoGradient {
            operator: "BatchRows"
        })
    );
    assert_eq!(
        graph.gradients(rows, &[table]),
        Err(BuildError::NotScalar { found: rows.ty() })
    );
    assert!(graph.gradients(loss, &[index]).is_err());
    assert!(
        graph.gradients(loss, &[batch]).is_ok(),
        "nothing behind the batch is asked for"
    );
}

#[test]
fn attention_and_layer_norm() {
    check(&[[1, 2, 3, 2], [1, 2, 3, 2], [1, 2, 3, 2]], |graph, x| {
        let mask = graph.causal_mask(3).unwrap();
        graph.attention(x[0], x[1], x[2], mask).unwrap()
    });
    check(&[M, [1, 1, 1, 4], [1, 1, 1, 4]], |graph, x| {
        graph.layer_norm(x[0], x[1], x[2], 1e-2).unwrap()
    });
}
