//! What `gpu-check` runs on a GPU, on the emulator: its cases are valid and launch every kernel, and its programs train.

use super::cases::{all, any, Case, SEED, TARGETS};
use super::jobs::{classifier, transformer, Job};
use super::models::MODELS;
use super::programs::{memory, root};
use super::{assert_same, Emulator, Order};
use assay_commitment::{state_root, tensor_root_of, Sha3};
use assay_cuda::launch::Target;
use assay_cuda::nvrtc::{compile, Architecture};
use assay_cuda::plan::{Hashed, Plan};
use assay_cuda::source::Unit;
use assay_engine::{Engine, Options, State};
use assay_numerics::{Op, Tensor};
use std::collections::BTreeSet;

/// The seed that `gpu-check` takes unless it is told another.
const CASES: u64 = 1;

fn plans(case: &Case) -> Vec<Plan> {
    let program = case.program().unwrap();
    let targets: &[Target] = match case.op {
        Op::MatMul { .. } => &TARGETS,
        _ => &TARGETS[..1],
    };
    let plans = targets.iter().map(|target| Plan::new(&program, *target));
    plans.collect()
}

#[test]
fn every_case_equals_the_reference() {
    let cases: Vec<Case> = all(CASES).unwrap();
    let plans: Vec<Vec<Plan>> = cases.iter().map(plans).collect();
    let maps = plans.iter().flatten().flat_map(|plan| plan.maps().to_vec());
    let emulator = Emulator::of_maps(maps);
    for (case, plans) in cases.iter().zip(&plans) {
        let inputs: Vec<&Tensor> = case.inputs.iter().collect();
        let expected = case
            .operation()
            .evaluate(&SEED, case.step, &inputs)
            .unwrap();
        for plan in plans {
            check(case, plan, &emulator, &expected);
        }
    }
}

/// Runs a case in the memory of a plan: its output and the slot's root are the reference's.
fn check(case: &Case, plan: &Plan, emulator: &Emulator, expected: &Tensor) {
    let mut memory = memory(plan, [&[case.state()], case.data(), &[]]);
    let step = [case.step as u32, (case.step >> 32) as u32];
    memory.write(plan.step_number(), &step);
    emulator.run_bound(&plan.step(memory.address()), Order::Ascending);
    let words = memory.read(plan.slot(0), case.output.dims.elements());
    let found = Tensor::new(case.output, words.to_vec()).unwrap();
    assert_same(expected, &found, case.op.name());
    let program = case.program().unwrap();
    assert_eq!(
        root(program.get(), (plan, Hashed::Every), &memory, emulator),
        state_root::<Sha3>(&[tensor_root_of::<Sha3>(expected)]),
        "{:?}",
        case.operation()
    );
}

/// Whatever the seed, the random cases are operations that the definition allows, with Maps of some length among them.
#[test]
fn random_cases_of_any_seed_are_well_formed() {
    for seed in (0..40).chain([u64::MAX]) {
        let cases = any(seed).unwrap();
        let mut longest = 0;
        for case in &cases {
            case.program().unwrap_or_else(|error| panic!("{error}"));
            if let Op::Map(code) = &case.op {
                longest = longest.max(code.instructions.len());
            }
        }
        assert!(longest >= 20, "seed {seed}: {longest}");
    }
}

/// The names of the kernels in a unit's text, as the macros declare them.
fn declared(unit: Unit) -> BTreeSet<String> {
    let text = unit.source(&[]);
    let mut names = BTreeSet::new();
    for line in text.lines() {
        for start in ["KERNEL(", "BLOCK_KERNEL(", "PRODUCT("] {
            let name = line
                .strip_prefix(start)
                .and_then(|rest| rest.split(',').next());
            match name {
                Some(name) if start == "PRODUCT(" => {
                    names.extend(["nn", "tn", "nt", "tt"].map(|form| format!("{name}_{form}")));
                }
                Some(name) => {
                    names.insert(name.to_owned());
                }
                None => {}
            }
        }
    }
    names
}

#[test]
fn the_cases_launch_every_kernel() {
    let cases = all(CASES).unwrap();
    let launched: BTreeSet<String> = cases
        .iter()
        .flat_map(plans)
        .flat_map(|plan| {
            let bounds = plan.step(0).into_iter().chain(plan.roots(0, Hashed::Every));
            bounds
                .map(|bound| bound.launch.kernel.to_string())
                .collect::<Vec<_>>()
        })
        .collect();
    for unit in Unit::FIXED {
        let declared = declared(unit);
        assert!(!declared.is_empty(), "{unit:?}");
        let missing: Vec<&String> = declared.difference(&launched).collect();
        assert!(missing.is_empty(), "{unit:?}: {missing:?}");
    }
}

/// Trains for some steps, and compares the state's root with the processor's after each.
fn train(job: &Job, steps: u32) {
    let plan = Plan::new(&job.program, Target { processors: 132 });
    let emulator = Emulator::of_maps(plan.maps().to_vec());
    let mut memory = memory(&plan, [&job.state, &job.data, &job.constants]);
    let mut engine = Engine::new(&job.program, job.constants.clone(), Options::default()).unwrap();
    let mut state = State::new(&job.program, job.state.clone()).unwrap();
    for step in 0..steps {
        memory.write(plan.step_number(), &[step, 0]);
        emulator.run_bound(&plan.step(memory.address()), Order::Ascending);
        engine.step(&mut state, &job.data, step.into()).unwrap();
        let found = root(
            job.program.get(),
            (&plan, Hashed::Every),
            &memory,
            &emulator,
        );
        assert_eq!(found, engine.state_root(&state), "step {step}");
    }
}

#[test]
fn the_classifier_trains() {
    train(&classifier().unwrap(), 2);
}

#[test]
fn the_transformer_trains() {
    train(&transformer().unwrap(), 2);
}

/// The smallest of the models that are timed.
#[test]
fn the_perceptron_that_is_timed_trains() {
    let (name, model) = MODELS[0];
    assert!(name.contains("digits"));
    train(&model.training().unwrap().job, 3);
}

/// The Maps of all programs that train, with their derivatives and the optimizer's, pass NVRTC and the gate.
#[test]
fn the_maps_of_training_compile() {
    let mut jobs = vec![classifier().unwrap(), transformer().unwrap()];
    jobs.extend(MODELS.map(|(_, model)| model.training().unwrap().job));
    for job in jobs {
        let plan = Plan::new(&job.program, Target { processors: 132 });
        assert!(!plan.maps().is_empty());
        for architecture in [Architecture::ALL[1], Architecture::ALL[3]] {
            let compiled = compile(Unit::Maps, plan.maps(), architecture);
            assert!(compiled.is_ok(), "{}", compiled.unwrap_err());
        }
    }
}
