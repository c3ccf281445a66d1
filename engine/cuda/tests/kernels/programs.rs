//! Random programs: every node from the reference's values, and whole steps in the memory of a plan.

use super::emulator::Buffer;
use super::{assert_same, hash, Emulator, Order, Run};
use assay_commitment::{
    padding, state_root, tensor_root, tensor_root_of, Hash, Sha3, StateRoot, TensorRoot,
};
use assay_cuda::launch::{launches, Overlap, Target, EMPTY_TREES};
use assay_cuda::map_source::MapKernel;
use assay_cuda::plan::{Hashed, Plan};
use assay_numerics::{Dims, Op, Tensor, TensorType};
use assay_program::builder::{Expr, GraphBuilder};
use assay_program::testing::{random_program, Sample};
use assay_program::{Node, Program, Source};

const PROGRAMS: u64 = 60;

fn map_kernel(node: &Node) -> Option<MapKernel> {
    let Op::Map(code) = &node.op else { return None };
    let inputs: Vec<Dims> = node.inputs.iter().map(|input| input.ty.dims).collect();
    Some(MapKernel::new(code, &inputs, node.output.dims))
}

fn tensor<'a>(sample: &'a Sample, values: &'a [Tensor], source: Source) -> &'a Tensor {
    match source {
        Source::Node(number) => &values[number as usize],
        Source::Slot(number) => &sample.state[number as usize],
        Source::Input(number) => &sample.inputs[number as usize],
        Source::Constant(number) => &sample.constants[number as usize],
    }
}

fn check(sample: &Sample, emulator: &Emulator, seed: u64) {
    let program = &sample.program;
    let mut values: Vec<Tensor> = Vec::new();
    for (number, node) in program.nodes.iter().enumerate() {
        let operation = node.operation();
        let target = Target {
            processors: 1 + seed as u32 % 200,
        };
        let Some(launches) = launches(&operation, &program.seed, Overlap::Apart, target) else {
            assert_eq!(node.op, Op::Commit);
            continue;
        };
        let inputs: Vec<&Tensor> = node
            .inputs
            .iter()
            .map(|input| tensor(sample, &values, input.source))
            .collect();
        let expected = operation.evaluate(&program.seed, seed, &inputs).unwrap();
        let run = Run {
            step: seed,
            order: Order::ALL[(seed % 3) as usize],
        };
        let found = emulator.run(&launches, &run, &inputs, node.output);
        let what = format!("program {seed}, node {number}, {operation:?}");
        assert_same(&expected, &found, &what);
        values.push(expected);
    }
}

#[test]
fn every_node_of_random_programs() {
    let samples: Vec<Sample> = (0..PROGRAMS).map(random_program).collect();
    let nodes = samples.iter().flat_map(|sample| &sample.program.nodes);
    let emulator = Emulator::of_maps(nodes.filter_map(map_kernel));
    for (seed, sample) in (0..).zip(&samples) {
        check(sample, &emulator, seed);
    }
}

/// The state after each of some steps, by the reference.
fn reference(sample: &Sample, steps: u64) -> Vec<Vec<Tensor>> {
    let mut sample = sample.clone();
    let first = sample.program.nodes.len() - 1 - sample.program.slots.len();
    (0..steps)
        .map(|step| {
            let mut values: Vec<Tensor> = Vec::new();
            for node in &sample.program.nodes[..sample.program.nodes.len() - 1] {
                let inputs = node.inputs.iter();
                let inputs: Vec<&Tensor> = inputs
                    .map(|input| tensor(&sample, &values, input.source))
                    .collect();
                let seed = &sample.program.seed;
                let value = node.operation().evaluate(seed, step, &inputs).unwrap();
                values.push(value);
            }
            sample.state = values.split_off(first);
            sample.state.clone()
        })
        .collect()
}

/// The memory of a plan, with everything that the host writes: state, datasets and constants.
pub fn memory(plan: &Plan, tensors: [&[Tensor]; 3]) -> Buffer {
    let mut memory = Buffer::poisoned(plan.words() as usize);
    let first: [fn(&Plan, usize) -> u64; 3] = [Plan::slot, Plan::input, Plan::constant];
    for (tensors, first) in tensors.into_iter().zip(first) {
        for (number, tensor) in tensors.iter().enumerate() {
            memory.write(first(plan, number), tensor.words());
        }
    }
    let empty: Vec<Hash> = (0..EMPTY_TREES).map(padding::<Sha3>).collect();
    memory.write(plan.empty_trees(), &hash::words(&empty));
    memory
}

/// The root of the state by the plan's launches for these slots.
pub fn root(
    program: &Program,
    (plan, which): (&Plan, Hashed),
    memory: &Buffer,
    emulator: &Emulator,
) -> StateRoot {
    emulator.run_bound(&plan.roots(memory.address(), which), Order::Ascending);
    let hashes = memory.read(plan.slot_roots(), 8 * program.slots.len() as u64);
    let roots: Vec<TensorRoot> = hash::hashes(hashes)
        .into_iter()
        .zip(&program.slots)
        .map(|(hash, ty)| tensor_root::<Sha3>(*ty, hash))
        .collect();
    state_root::<Sha3>(&roots)
}

/// Whole steps in the memory of a plan: nothing is overwritten before it was read, and the state's root is right.
#[test]
fn random_programs_step_by_step() {
    let planned: Vec<(Sample, Plan)> = (0..PROGRAMS)
        .map(|seed| {
            let sample = random_program(1000 + seed);
            let program = sample.program.clone().validate().unwrap();
            let processors = 1 + seed as u32 % 200;
            (sample, Plan::new(&program, Target { processors }))
        })
        .collect();
    let maps = planned.iter().flat_map(|(_, plan)| plan.maps().to_vec());
    let emulator = Emulator::of_maps(maps);
    for (seed, (sample, plan)) in planned.iter().enumerate() {
        let mut memory = memory(plan, [&sample.state, &sample.inputs, &sample.constants]);
        for (step, expected) in (0..).zip(reference(sample, 3)) {
            memory.write(plan.step_number(), &[step, 0]);
            emulator.run_bound(&plan.step(memory.address()), Order::ALL[seed % 3]);
            for (slot, expected) in expected.iter().enumerate() {
                let words = memory.read(plan.slot(slot), expected.ty().dims.elements());
                let found = Tensor::new(expected.ty(), words.to_vec()).unwrap();
                assert_same(
                    expected,
                    &found,
                    &format!("program {seed}, step {step}, slot {slot}"),
                );
            }
            let roots: Vec<TensorRoot> = expected.iter().map(tensor_root_of::<Sha3>).collect();
            let which = if step == 0 {
                Hashed::Every
            } else {
                Hashed::Changing
            };
            assert_eq!(
                root(&sample.program, (plan, which), &memory, &emulator),
                state_root::<Sha3>(&roots),
                "program {seed}, step {step}"
            );
        }
    }
}

/// Slots whose next values read the other's old one: neither may be overwritten too early.
#[test]
fn slots_that_read_each_other() {
    let ty = TensorType::f32(Dims::matrix(3, 5).unwrap());
    let mut graph = GraphBuilder::new([0; 32]);
    let slots = [graph.slot(ty), graph.slot(ty)];
    for (slot, other) in [(0, 1), (1, 0)] {
        let next = graph.map(Expr::from(slots[other]) + 1.0).unwrap();
        graph.set_next(slots[slot], next).unwrap();
    }
    let program = graph.finish().unwrap().program.validate().unwrap();
    let plan = Plan::new(&program, Target { processors: 1 });
    let emulator = Emulator::of_maps(plan.maps().to_vec());
    let filled = |value: f32| Tensor::from_f32(ty.dims, &[value; 15]).unwrap();
    let mut memory = memory(&plan, [&[filled(10.0), filled(20.0)], &[], &[]]);
    for step in 0..3 {
        memory.write(plan.step_number(), &[step, 0]);
        emulator.run_bound(&plan.step(memory.address()), Order::Ascending);
    }
    for (slot, value) in [(0, 23.0), (1, 13.0)] {
        assert_eq!(memory.read(plan.slot(slot), 15), filled(value).words());
    }
}

/// A slot with so many tiles that its tree takes three launches, between two buffers.
#[test]
fn a_slot_of_many_tiles() {
    let ty = TensorType::f32(Dims::new([16_400, 1, 1, 1]).unwrap());
    let mut graph = GraphBuilder::new([0; 32]);
    let slot = graph.slot(ty);
    let next = graph.map(Expr::from(slot) + 1.0).unwrap();
    graph.set_next(slot, next).unwrap();
    let program = graph.finish().unwrap().program.validate().unwrap();
    let plan = Plan::new(&program, Target { processors: 1 });
    assert_eq!(plan.roots(0, Hashed::Every).len(), 4);
    let values: Vec<f32> = (0..16_400).map(|value| value as f32).collect();
    let state = Tensor::from_f32(ty.dims, &values).unwrap();
    let memory = memory(&plan, [std::slice::from_ref(&state), &[], &[]]);
    let expected = state_root::<Sha3>(&[tensor_root_of::<Sha3>(&state)]);
    let found = root(
        program.get(),
        (&plan, Hashed::Every),
        &memory,
        Emulator::fixed(),
    );
    assert_eq!(found, expected);
}

/// A slot that no step changes is hashed once.
#[test]
fn a_slot_that_stays_as_it_is() {
    let ty = TensorType::f32(Dims::matrix(40, 70).unwrap());
    let mut graph = GraphBuilder::new([0; 32]);
    let slots = [graph.slot(ty), graph.slot(ty)];
    let next = graph.map(Expr::from(slots[0]) + slots[1]).unwrap();
    graph.set_next(slots[0], next).unwrap();
    graph.set_next(slots[1], slots[1]).unwrap();
    let program = graph.finish().unwrap().program.validate().unwrap();
    let plan = Plan::new(&program, Target { processors: 1 });
    let every = plan.roots(0, Hashed::Every).len();
    assert_eq!(2 * plan.roots(0, Hashed::Changing).len(), every);
    let emulator = Emulator::of_maps(plan.maps().to_vec());
    let filled = |value: f32| Tensor::from_f32(ty.dims, &[value; 40 * 70]).unwrap();
    let mut memory = memory(&plan, [&[filled(1.0), filled(0.5)], &[], &[]]);
    for (step, which) in [(0, Hashed::Every), (1, Hashed::Changing)] {
        memory.write(plan.step_number(), &[step, 0]);
        emulator.run_bound(&plan.step(memory.address()), Order::Ascending);
        let expected = [filled(1.5 + 0.5 * step as f32), filled(0.5)];
        let roots = expected.each_ref().map(tensor_root_of::<Sha3>);
        assert_eq!(
            root(program.get(), (&plan, which), &memory, &emulator),
            state_root::<Sha3>(&roots)
        );
    }
}
