//! Nodes of operators.

use assay_numerics::{Op, TensorType};
use assay_program::{Input, Node, Source};

/// A node whose inputs are the first nodes, or the first slots, datasets or constants.
pub fn node(op: Op, inputs: &[TensorType], output: TensorType, kind: fn(u32) -> Source) -> Node {
    let inputs = (0..).zip(inputs).map(|(index, ty)| Input {
        source: kind(index),
        ty: *ty,
    });
    Node {
        op,
        inputs: inputs.collect(),
        output,
        stream: 0,
    }
}
