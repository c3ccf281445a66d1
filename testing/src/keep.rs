//! Programs that forget nothing.

use assay_numerics::{Op, Tensor};
use assay_program::{Input, Node, Program, Source};

/// Keeps the outputs of some nodes in slots of their own, which start from zero, so that whatever is wrong in them is in
/// the state after the step. The nodes keep their numbers.
pub fn keep_outputs(
    program: &mut Program,
    start: &mut Vec<Tensor>,
    kept: impl IntoIterator<Item = u32>,
) {
    let commit = program.nodes.pop();
    for number in kept {
        let Some(ty) = program.nodes.get(number as usize).map(|node| node.output) else {
            continue;
        };
        let source = Source::Node(number);
        program.nodes.push(Node {
            op: Op::Reshape,
            inputs: vec![Input { source, ty }],
            output: ty,
            stream: 0,
        });
        program.slots.push(ty);
        start.push(Tensor::zeros(ty));
    }
    program.nodes.extend(commit);
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_numerics::{Dims, TensorType};
    use assay_program::builder::{Expr, GraphBuilder};

    #[test]
    fn what_is_kept_is_a_slot_of_a_valid_program() {
        let mut graph = GraphBuilder::new([0; 32]);
        let counter = graph.slot(TensorType::f32(Dims::matrix(1, 1).unwrap()));
        let next = graph.map(Expr::from(counter) + 1.0).unwrap();
        graph.set_next(counter, next).unwrap();
        let mut program = graph.finish().unwrap().program;
        let (nodes, mut start) = (program.nodes.len(), vec![Tensor::zeros(program.slots[0])]);
        keep_outputs(&mut program, &mut start, [0]);
        assert_eq!((program.slots.len(), start.len()), (2, 2));
        assert_eq!(program.nodes.len(), nodes + 1);
        let program = program.validate().unwrap();
        assert_eq!(program.slot_node(1), Some(nodes as u32 - 1));
    }
}
