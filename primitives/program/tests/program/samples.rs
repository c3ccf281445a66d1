//! The generator of random programs: its programs are valid, cover every operator, and can be run.

use assay_commitment::{constants_root, tensor_root_of, Sha3, TensorRoot};
use assay_numerics::{Op, Tensor};
use assay_program::{estimate, testing::random_program, testing::Sample, Source, ValidProgram};
use std::collections::BTreeSet;

/// One step by the reference.
fn step(program: &ValidProgram, sample: &Sample) -> Vec<Tensor> {
    let mut outputs: Vec<Tensor> = Vec::new();
    for node in &program.get().nodes {
        if node.op == Op::Commit {
            break;
        }
        let inputs: Vec<&Tensor> = node
            .inputs
            .iter()
            .map(|input| match input.source {
                Source::Node(index) => &outputs[index as usize],
                Source::Slot(index) => &sample.state[index as usize],
                Source::Input(index) => &sample.inputs[index as usize],
                Source::Constant(index) => &sample.constants[index as usize],
            })
            .collect();
        outputs.push(
            node.operation()
                .evaluate(&program.get().seed, 3, &inputs)
                .unwrap(),
        );
    }
    (0..program.get().slots.len())
        .map(|slot| outputs[program.slot_node(slot as u32).unwrap() as usize].clone())
        .collect()
}

#[test]
fn samples_are_valid_and_cover_every_operator() {
    let mut codes = BTreeSet::new();
    for seed in 0..100 {
        let sample = random_program(seed);
        let types = |tensors: &[Tensor]| tensors.iter().map(Tensor::ty).collect::<Vec<_>>();
        assert_eq!(types(&sample.state), sample.program.slots);
        assert_eq!(types(&sample.inputs), sample.program.inputs);
        assert_eq!(types(&sample.constants), sample.program.constants);
        let roots: Vec<TensorRoot> = sample
            .constants
            .iter()
            .map(tensor_root_of::<Sha3>)
            .collect();
        assert_eq!(
            sample.program.constants_root,
            constants_root::<Sha3>(&roots)
        );
        codes.extend(sample.program.nodes.iter().map(|node| node.op.code()));
        let valid = sample
            .program
            .validate()
            .unwrap_or_else(|error| panic!("sample {seed}: {error}"));
        assert!(estimate(&valid).nodes >= 2);
    }
    let all = [
        0x01, 0x02, 0x10, 0x11, 0x12, 0x13, 0x14, 0x20, 0x21, 0x22, 0x23, 0x30, 0x31, 0x32, 0x33,
        0x34, 0x35, 0xff,
    ];
    assert_eq!(codes, BTreeSet::from(all));
}

#[test]
fn samples_are_the_same_every_time() {
    assert_eq!(random_program(11), random_program(11));
    assert_ne!(random_program(11).program, random_program(12).program);
}

#[test]
fn the_reference_runs_samples() {
    for seed in 0..12 {
        let sample = random_program(seed);
        let program = sample.program.clone().validate().unwrap();
        let next = step(&program, &sample);
        assert_eq!(
            next.iter().map(Tensor::ty).collect::<Vec<_>>(),
            program.get().slots
        );
    }
}
