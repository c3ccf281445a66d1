//! Tests with an interpreter over the operators' reference.

mod compositions;
mod expressions;
mod form;
mod gradients;
mod optimizers;
mod schedules;

use super::{GraphBuilder, Var};
use crate::{Program, Source};
use alloc::vec::Vec;
use assay_numerics::{Dims, Operation, Tensor, TensorType};

const SEED: [u8; 32] = [3; 32];

fn dims(dims: [u32; 4]) -> Dims {
    Dims::new(dims).unwrap()
}

fn float(shape: [u32; 4]) -> TensorType {
    TensorType::f32(dims(shape))
}

fn tensor(shape: [u32; 4], values: &[f32]) -> Tensor {
    Tensor::from_f32(dims(shape), values).unwrap()
}

fn column(values: &[u32]) -> Tensor {
    Tensor::new(
        TensorType::u32(dims([1, 1, values.len() as u32, 1])),
        values.to_vec(),
    )
    .unwrap()
}

/// Numbers in -1 .. 1, different for each `seed`.
fn noise(ty: TensorType, seed: u32) -> Tensor {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut tensor = Tensor::zeros(ty);
    for word in tensor.words_mut() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *word = ((f64::from(state) / f64::from(u32::MAX) * 2.0 - 1.0) as f32).to_bits();
    }
    tensor
}

fn floats(tensor: &Tensor) -> Vec<f32> {
    tensor
        .words()
        .iter()
        .map(|&word| f32::from_bits(word))
        .collect()
}

/// What programs and graphs under construction are evaluated on.
struct Data<'a> {
    slots: &'a [Tensor],
    inputs: &'a [Tensor],
    constants: &'a [Tensor],
}

impl Data<'_> {
    fn get<'t>(&'t self, nodes: &'t [Tensor], source: Source) -> &'t Tensor {
        match source {
            Source::Node(i) => &nodes[i as usize],
            Source::Slot(i) => &self.slots[i as usize],
            Source::Input(i) => &self.inputs[i as usize],
            Source::Constant(i) => &self.constants[i as usize],
        }
    }

    /// The outputs of all nodes.
    fn run(&self, nodes: &[crate::Node], step: u64) -> Vec<Tensor> {
        let mut outputs: Vec<Tensor> = Vec::new();
        for node in nodes {
            let types = node.inputs.iter().map(|input| input.ty).collect();
            let operation = Operation {
                op: node.op.clone(),
                inputs: types,
                output: node.output,
            };
            let inputs: Vec<&Tensor> = node
                .inputs
                .iter()
                .map(|input| self.get(&outputs, input.source))
                .collect();
            outputs.push(operation.evaluate(&SEED, step, &inputs).unwrap());
        }
        outputs
    }
}

/// The value of `var` with these slots and inputs.
fn value(graph: &GraphBuilder, slots: &[Tensor], inputs: &[Tensor], var: Var, step: u64) -> Tensor {
    let data = Data {
        slots,
        inputs,
        constants: &graph.constants,
    };
    let nodes = data.run(&graph.nodes, step);
    data.get(&nodes, var.source()).clone()
}

/// The next state by the program.
fn step(
    program: &Program,
    constants: &[Tensor],
    slots: &[Tensor],
    inputs: &[Tensor],
    step: u64,
) -> Vec<Tensor> {
    let nodes = &program.nodes[..program.nodes.len() - 1];
    let outputs = Data {
        slots,
        inputs,
        constants,
    }
    .run(nodes, step);
    outputs[nodes.len() - slots.len()..].to_vec()
}

fn zeros(graph: &GraphBuilder) -> Vec<Tensor> {
    graph.slot_types().map(Tensor::zeros).collect()
}

fn single(tensor: &Tensor) -> f32 {
    assert_eq!(tensor.words().len(), 1);
    f32::from_bits(tensor.words()[0])
}
