//! The example job, really trained.

mod support;

use assay_engine::{Engine, Options, State};
use assay_models::{evaluate, Checkpoint, Evaluation, JobBundle, JobFile, Splits};
use assay_numerics::Tensor;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/digits")
}

fn job() -> JobFile {
    JobFile::load(&folder().join("job.toml")).unwrap()
}

fn train(bundle: &JobBundle, steps: u32) -> Vec<Tensor> {
    let mut engine = Engine::new(
        &bundle.program,
        bundle.constants.clone(),
        Options::default(),
    )
    .unwrap();
    let mut state = State::new(&bundle.program, bundle.initial_state.clone()).unwrap();
    for step in 0..u64::from(steps) {
        engine.step(&mut state, &bundle.datasets, step).unwrap();
    }
    state.into_slots()
}

fn measure(job: &JobFile, bundle: &JobBundle, state: &[Tensor]) -> Evaluation {
    let checkpoint = Checkpoint::from_state(&bundle.layout, state).unwrap();
    evaluate(
        &job.model,
        &checkpoint,
        &Splits::load(job, &folder()).unwrap().test,
    )
    .unwrap()
}

#[test]
fn the_example_reaches_its_accuracy() {
    let job = job();
    let bundle = job.bundle(&folder()).unwrap();
    let before = measure(&job, &bundle, &bundle.initial_state);
    assert!(before.accuracy.unwrap() < 0.3, "{before:?}");
    let state = train(&bundle, bundle.plan.total_steps);
    let after = measure(&job, &bundle, &state);
    let losses = bundle
        .layout
        .losses(&state, bundle.plan.total_steps as usize);
    println!(
        "{after:?}; first loss {}, last {}",
        losses[0],
        losses[losses.len() - 1]
    );
    assert!(losses.iter().all(|loss| loss.is_finite() && *loss > 0.0));
    assert!(losses[losses.len() - 1] < losses[0] / 10.0);
    assert_eq!(after.samples, 355);
    assert!(after.accuracy.unwrap() >= 0.97, "{after:?}");
}

/// The engine and the operators' definition agree on the example, to the bit.
#[test]
fn the_reference_takes_the_same_steps() {
    let bundle = job().bundle(&folder()).unwrap();
    let mut state = bundle.initial_state.clone();
    for step in 0..2 {
        state = support::step(
            bundle.program.get(),
            &bundle.constants,
            &state,
            &bundle.datasets,
            step,
        );
    }
    assert_eq!(state, train(&bundle, 2));
    let losses = bundle.layout.losses(&state, 2);
    assert!(
        losses.iter().all(|loss| (1.5..3.5).contains(loss)),
        "{losses:?}"
    );
}

/// What anyone gets from the example's files, on any machine.
#[test]
fn the_roots_are_golden() {
    let bundle = job().bundle(&folder()).unwrap();
    assert_eq!(bundle.plan.segments(), 8);
    let roots = [
        bundle.roots.program.to_string(),
        bundle.roots.start_state.to_string(),
        bundle.roots.datasets[0].to_string(),
        bundle.roots.datasets[1].to_string(),
    ];
    let golden = [
        "0xd062162285759bf847cf245bcdf69ff6596846978694c542ecc45b54e9a80b2f",
        "0xf24af9ac5cb419c9a86c955862540fa2873ef1e22b02d626a22062646b1f1432",
        "0xc988d7a6ed233376252e044da98cc8a09e8696725b699b34429ff0b40414f5cd",
        "0xd868760691a78f202f48385caadc0b16f852fde121ad4876f8cda72271cd21c7",
    ];
    assert_eq!(roots, golden);
}
