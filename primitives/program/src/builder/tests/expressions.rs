use super::{dims, float, floats, noise, tensor, value, SEED};
use crate::builder::{Activation, BuildError, Expr, GraphBuilder};
use alloc::vec::Vec;
use assay_numerics::{map::MapOp, Op};

fn code(graph: &GraphBuilder, node: usize) -> Vec<MapOp> {
    match &graph.nodes[node].op {
        Op::Map(code) => code.instructions.iter().map(|i| i.op).collect(),
        other => panic!("not a Map: {other:?}"),
    }
}

#[test]
fn equal_parts_are_computed_once() {
    let mut graph = GraphBuilder::new(SEED);
    let (x, y) = (
        graph.slot(float([1, 1, 2, 3])),
        graph.slot(float([1, 1, 2, 3])),
    );
    let sum = Expr::from(x) + y;
    let product = (&sum * 2.0).exp() * ((Expr::from(x) + y) * 2.0).exp() + 2.0;
    graph.map(product).unwrap();
    assert_eq!(
        code(&graph, 0),
        [MapOp::Add, MapOp::Mul, MapOp::Exp, MapOp::Mul, MapOp::Add]
    );
    assert_eq!(graph.nodes[0].inputs.len(), 2);
    let Op::Map(code) = &graph.nodes[0].op else {
        panic!()
    };
    assert_eq!(code.constants, [2f32.to_bits()]);
}

#[test]
fn equal_nodes_are_made_once() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 2, 3]));
    let first = graph.map(Expr::from(x) + 1.0).unwrap();
    let again = graph.map(Expr::from(x) + 1.0).unwrap();
    let other = graph.map(Expr::from(x) + 2.0).unwrap();
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert_eq!(graph.nodes.len(), 2);
}

#[test]
fn shapes_broadcast() {
    let mut graph = GraphBuilder::new(SEED);
    let row = graph.slot(float([1, 1, 1, 3]));
    let col = graph.slot(float([2, 1, 4, 1]));
    let both = graph.map(Expr::from(row) + col).unwrap();
    assert_eq!(both.dims(), dims([2, 1, 4, 3]));
    let odd = graph.slot(float([1, 1, 1, 2]));
    assert!(matches!(
        graph.map(Expr::from(row) + odd),
        Err(BuildError::Broadcast { .. })
    ));
}

#[test]
fn a_number_fills_a_tensor() {
    let mut graph = GraphBuilder::new(SEED);
    let filled = graph.map_to(&Expr::from(2.5), dims([1, 2, 3, 40])).unwrap();
    assert_eq!(
        floats(&value(&graph, &[], &[], filled, 0)),
        alloc::vec![2.5; 240]
    );
    assert!(matches!(graph.map(2.5), Err(BuildError::NoInput { .. })));
}

#[test]
fn limits_are_named() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 2, 3]));
    let mut expr = Expr::from(x);
    for _ in 0..33 {
        expr = expr.abs();
    }
    let error = graph.map(expr).unwrap_err();
    assert_eq!(
        error,
        BuildError::LongExpression {
            instructions: 33,
            constants: 0,
            inputs: 1
        }
    );
    let mut slow = Expr::from(x);
    for _ in 0..9 {
        slow = slow.tanh();
    }
    let error = graph.map(slow).unwrap_err();
    assert_eq!(error, BuildError::CostlyExpression { operations: 414 });
    let mut many = Expr::from(x);
    for i in 0..17u8 {
        many = many * f32::from(i);
    }
    let error = graph.map(many).unwrap_err();
    assert_eq!(
        error,
        BuildError::LongExpression {
            instructions: 17,
            constants: 17,
            inputs: 1
        }
    );
}

#[test]
fn values_of_another_graph_are_refused() {
    let mut graph = GraphBuilder::new(SEED);
    let foreign = GraphBuilder::new(SEED).slot(float([1, 1, 2, 2]));
    assert!(matches!(
        graph.row_sum(foreign),
        Err(BuildError::ForeignVar { .. })
    ));
    let own = graph.slot(float([1, 1, 2, 3]));
    assert!(
        matches!(graph.row_sum(foreign), Err(BuildError::ForeignVar { .. })),
        "same number, other shape"
    );
    assert!(graph.set_next(own, foreign).is_err());
    assert!(graph.gradients(foreign, &[own]).is_err());
}

#[test]
fn an_expression_computes_what_it_says() {
    let mut graph = GraphBuilder::new(SEED);
    let (x, y) = (
        graph.slot(float([1, 1, 33, 35])),
        graph.slot(float([1, 1, 1, 35])),
    );
    let (ex, ey) = (Expr::from(x), Expr::from(y));
    let expr = ex.lt(&ey).select(ex.fma(&ey, 0.5), -(&ex / 3.0)) - ex.abs().sqrt().max(&ey);
    let out = graph.map(expr).unwrap();
    let (a, b) = (noise(x.ty(), 1), noise(y.ty(), 2));
    let found = floats(&value(&graph, &[a.clone(), b.clone()], &[], out, 0));
    let (a, b) = (floats(&a), floats(&b));
    for (i, (found, &x)) in found.iter().zip(&a).enumerate() {
        let y = b[i % 35];
        let chosen = if x < y { x.mul_add(y, 0.5) } else { -(x / 3.0) };
        let largest = if x.abs().sqrt() > y {
            x.abs().sqrt()
        } else {
            y
        };
        assert_eq!(found.to_bits(), (chosen - largest).to_bits(), "{i}");
    }
}

#[test]
fn a_nan_constant_is_canonical() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 1, 1]));
    let sum = graph
        .map(Expr::from(x) + f32::from_bits(0xffc0_0001))
        .unwrap();
    assert!(floats(&value(&graph, &[tensor([1, 1, 1, 1], &[1.0])], &[], sum, 0))[0].is_nan());
}

/// `2 sqrt(2 / pi)` and its product with 0.044715, rounded to binary32.
#[test]
fn the_constants_of_gelu_are_golden() {
    let mut graph = GraphBuilder::new(SEED);
    let x = graph.slot(float([1, 1, 1, 1]));
    graph.map(Activation::Gelu.apply(x)).unwrap();
    let Op::Map(code) = &graph.nodes[0].op else {
        panic!()
    };
    assert_eq!(code.constants, [0x3d92_2279, 0x3fcc_422a]);
}
