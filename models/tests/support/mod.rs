//! An interpreter over the operators' reference.

use assay_numerics::Tensor;
use assay_program::{Program, Source};

/// The next state by the definition of every operator.
pub fn step(
    program: &Program,
    constants: &[Tensor],
    state: &[Tensor],
    data: &[Tensor],
    step: u64,
) -> Vec<Tensor> {
    let nodes = &program.nodes[..program.nodes.len() - 1];
    let mut outputs: Vec<Tensor> = Vec::new();
    for node in nodes {
        let inputs = node.inputs.iter().map(|input| match input.source {
            Source::Node(i) => &outputs[i as usize],
            Source::Slot(i) => &state[i as usize],
            Source::Input(i) => &data[i as usize],
            Source::Constant(i) => &constants[i as usize],
        });
        let inputs: Vec<&Tensor> = inputs.collect();
        let output = node
            .operation()
            .evaluate(&program.seed, step, &inputs)
            .unwrap();
        outputs.push(output);
    }
    outputs.split_off(nodes.len() - state.len())
}
