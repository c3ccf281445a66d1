//! Programs run by the definition, node by node, and compared to the engine.

// Each test file has its own copy and uses a part of it.
#![allow(dead_code)]

use assay_commitment::{state_root, tensor_root_of, Sha3, StateRoot};
use assay_engine::{Engine, Options, Simd, State};
use assay_numerics::{scalar, DType, Op, Tensor};
use assay_program::testing::Sample;
use assay_program::{Program, Source, ValidProgram};

/// One step of the definition: the output of every node but `Commit`, by its folds.
pub fn reference_values(
    program: &Program,
    constants: &[Tensor],
    data: &[Tensor],
    slots: &[Tensor],
    step: u64,
) -> Vec<Tensor> {
    let mut values: Vec<Tensor> = Vec::new();
    for node in program.nodes.iter().filter(|node| node.op != Op::Commit) {
        let inputs: Vec<&Tensor> = node
            .inputs
            .iter()
            .map(|input| match input.source {
                Source::Node(number) => &values[number as usize],
                Source::Slot(number) => &slots[number as usize],
                Source::Input(number) => &data[number as usize],
                Source::Constant(number) => &constants[number as usize],
            })
            .collect();
        let value = node
            .operation()
            .evaluate(&program.seed, step, &inputs)
            .unwrap();
        values.push(value);
    }
    values
}

pub fn canonical(tensor: &Tensor) -> Vec<u32> {
    let float = tensor.ty().dtype == DType::F32;
    tensor
        .words()
        .iter()
        .map(|word| {
            if float {
                scalar::canonical(*word)
            } else {
                *word
            }
        })
        .collect()
}

pub fn reference_root(slots: &[Tensor]) -> StateRoot {
    let roots: Vec<_> = slots.iter().map(tensor_root_of::<Sha3>).collect();
    state_root::<Sha3>(&roots)
}

/// The reference's states after each of `steps` steps, the start first.
pub fn reference(sample: &Sample, steps: u64) -> Vec<Vec<Tensor>> {
    let mut states = vec![sample.state.clone()];
    for step in 0..steps {
        let last = states.last().unwrap();
        let (program, constants) = (&sample.program, &sample.constants);
        let mut values = reference_values(program, constants, &sample.inputs, last, step);
        states.push(values.split_off(values.len() - program.slots.len()));
    }
    states
}

/// Every instruction set of this processor, with one thread, two and three.
pub fn every_option() -> Vec<Options> {
    let simds = Simd::available();
    simds
        .into_iter()
        .flat_map(|simd| {
            [1, 2, 3].map(|n| Options {
                threads: Some(n),
                simd,
                memory_limit: None,
            })
        })
        .collect()
}

/// Runs the steps and compares every slot and every root to the reference.
pub fn assert_equals(
    sample: &Sample,
    program: &ValidProgram,
    expected: &[Vec<Tensor>],
    options: Options,
    what: u64,
) {
    let mut engine = Engine::new(program, sample.constants.clone(), options).unwrap();
    let mut state = State::new(program, sample.state.clone()).unwrap();
    for (step, expected) in (0..).zip(&expected[1..]) {
        engine.step(&mut state, &sample.inputs, step).unwrap();
        for (slot, (found, expected)) in state.slots().iter().zip(expected).enumerate() {
            assert_eq!(
                canonical(found),
                canonical(expected),
                "program {what}, {options:?}, step {step}, slot {slot}"
            );
        }
        assert_eq!(
            engine.state_root(&state),
            reference_root(expected),
            "program {what}, {options:?}, step {step}"
        );
    }
}
