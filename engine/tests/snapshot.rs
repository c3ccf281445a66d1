//! States set aside while steps go on, and slots that no step changes: every root is the reference's.

mod reference;

use assay_engine::{Engine, EngineError, Options, Role, State};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Expr, GraphBuilder};
use assay_program::testing::{random_program, Sample};
use reference::{canonical, every_option, reference_root};

fn matrix(rows: u32, cols: u32) -> TensorType {
    TensorType::f32(Dims::matrix(rows, cols).unwrap())
}

/// A slot that grows, one of floats and one of integers that stay as they are, and a tape.
fn half_frozen() -> Sample {
    let mut graph = GraphBuilder::new([0; 32]);
    let grows = graph.slot(matrix(70, 50));
    let frozen = graph.slot(matrix(90, 33));
    let indices = graph.slot(TensorType::u32(Dims::matrix(40, 1).unwrap()));
    let tape = graph.slot(matrix(200, 3));
    let next = graph.map(Expr::from(grows) + 0.5).unwrap();
    graph.set_next(grows, next).unwrap();
    let rows = Tensor::from_f32(Dims::matrix(2, 3).unwrap(), &[1.0; 6]).unwrap();
    let rows = graph.constant(rows);
    let written = graph.row_write(tape, rows).unwrap();
    graph.set_next(tape, written).unwrap();
    let built = graph.finish().unwrap();
    let word = |at: u32| match at % 7 {
        // A NaN with a payload, which a copy need not keep.
        0 => 0x7fc0_1234,
        _ => at.wrapping_mul(0x9e37_79b9) >> 2,
    };
    let filled = |ty: TensorType| {
        let words = (0..ty.dims.elements() as u32).map(word).collect();
        Tensor::new(ty, words).unwrap()
    };
    Sample {
        program: built.program,
        constants: built.constants,
        inputs: Vec::new(),
        state: [grows, frozen, indices, tape]
            .map(|slot| filled(slot.ty()))
            .into(),
    }
}

/// Sets the state aside after each of these steps, takes the next one, and compares what was set aside with the state of then.
fn assert_set_aside(sample: &Sample, options: Options, steps: &[u64]) {
    let program = sample.program.clone().validate().unwrap();
    let mut engine = Engine::new(&program, sample.constants.clone(), options).unwrap();
    let mut state = State::new(&program, sample.state.clone()).unwrap();
    let mut snapshot = engine.snapshot().unwrap();
    for step in steps {
        engine.step(&mut state, &sample.inputs, *step).unwrap();
        engine.set_aside(&mut state, &mut snapshot).unwrap();
        let then: Vec<Vec<u32>> = state.slots().iter().map(canonical).collect();
        let root = reference_root(state.slots());
        assert_eq!(engine.state_root(&state), root, "step {step}");
        engine.step(&mut state, &sample.inputs, step + 1).unwrap();
        let kept: Vec<Vec<u32>> = snapshot.slots().iter().map(canonical).collect();
        assert_eq!(kept, then, "step {step}");
        assert_eq!(snapshot.root(), root, "step {step}");
        assert_eq!(snapshot.root(), root, "step {step}, asked again");
    }
}

#[test]
fn roots_of_snapshots_are_the_reference_s() {
    for seed in 0..60 {
        assert_set_aside(&random_program(seed), Options::default(), &[0, 2, 5, 9]);
    }
}

#[test]
fn slots_that_stay_as_they_are_keep_their_roots() {
    for options in every_option() {
        assert_set_aside(&half_frozen(), options, &[0, 2, 40, 3, 98, 150]);
    }
}

/// A state of which threads copy and hash parts, on the process's threads and on the engine's own.
#[test]
fn large_states_are_set_aside_by_all_threads() {
    let mut graph = GraphBuilder::new([0; 32]);
    let large = graph.slot(matrix(700, 300));
    let next = graph.map(Expr::from(large) + 0.5).unwrap();
    graph.set_next(large, next).unwrap();
    let built = graph.finish().unwrap();
    let sample = Sample {
        program: built.program,
        constants: built.constants,
        inputs: Vec::new(),
        state: vec![Tensor::zeros(large.ty())],
    };
    for threads in [None, Some(1), Some(3)] {
        let options = Options {
            threads,
            ..Options::default()
        };
        assert_set_aside(&sample, options, &[0, 2, 5]);
    }
}

/// Hashing once more what has not changed is cheap beside hashing it: the frozen slot of 16 MiB is hashed once.
#[test]
fn a_frozen_slot_is_hashed_once() {
    let mut graph = GraphBuilder::new([0; 32]);
    let counter = graph.slot(matrix(1, 1));
    graph.slot(matrix(2048, 2048));
    let next = graph.map(Expr::from(counter) + 1.0).unwrap();
    graph.set_next(counter, next).unwrap();
    let built = graph.finish().unwrap();
    let program = built.program.validate().unwrap();
    let mut engine = Engine::new(&program, built.constants, Options::default()).unwrap();
    let slots = program.get().slots.iter().map(|ty| Tensor::zeros(*ty));
    let mut state = State::new(&program, slots.collect()).unwrap();
    let timed = |engine: &Engine, state: &State| {
        let begun = std::time::Instant::now();
        (engine.state_root(state), begun.elapsed())
    };
    let (first, whole) = timed(&engine, &state);
    let again = (0..5).map(|step| {
        engine.step(&mut state, &[], step).unwrap();
        let (root, took) = timed(&engine, &state);
        assert_ne!(root, first);
        took
    });
    let fastest = again.min().unwrap();
    assert!(fastest < whole / 4, "{fastest:?} after {whole:?}");
    assert_eq!(engine.state_root(&state), reference_root(state.slots()));
}

/// A snapshot that several states go to holds the last one, whatever it knows of the others.
#[test]
fn several_states_may_use_one_snapshot() {
    let sample = half_frozen();
    let program = sample.program.clone().validate().unwrap();
    let mut engine = Engine::new(&program, sample.constants.clone(), Options::default()).unwrap();
    let mut first = State::new(&program, sample.state.clone()).unwrap();
    let mut snapshot = engine.snapshot().unwrap();
    engine.set_aside(&mut first, &mut snapshot).unwrap();
    let second = first.clone();
    let mut other = sample.state.clone();
    other[1].words_mut()[5] = 77;
    let third = State::new(&program, other).unwrap();
    let mut states = [first, second, third];
    for step in 0..4 {
        for number in [0, 1, 2, 0] {
            let state = &mut states[number];
            engine.step(state, &[], step).unwrap();
            engine.set_aside(state, &mut snapshot).unwrap();
            assert_eq!(snapshot.root(), reference_root(state.slots()));
        }
        engine.step(&mut states[1], &[], 7).unwrap();
    }
}

#[test]
fn a_snapshot_is_of_one_program_and_within_the_limit() {
    let (sample, other) = (half_frozen(), random_program(1));
    let engine = |sample: &Sample, memory_limit| {
        let program = sample.program.clone().validate().unwrap();
        let options = Options {
            memory_limit,
            ..Options::default()
        };
        let engine = Engine::new(&program, sample.constants.clone(), options).unwrap();
        (engine, State::new(&program, sample.state.clone()).unwrap())
    };
    let (ours, mut state) = engine(&sample, None);
    let (theirs, _) = engine(&other, None);
    let mut snapshot = theirs.snapshot().unwrap();
    let error = ours.set_aside(&mut state, &mut snapshot).unwrap_err();
    assert!(
        matches!(
            error,
            EngineError::Count {
                role: Role::Slot,
                ..
            } | EngineError::Type {
                role: Role::Slot,
                ..
            }
        ),
        "{error}"
    );
    let slots: u64 = state.slots().iter().map(|slot| slot.ty().bytes()).sum();
    let needed = ours.planned_bytes() + slots;
    assert!(engine(&sample, Some(needed)).0.snapshot().is_ok());
    assert_eq!(
        engine(&sample, Some(needed - 1)).0.snapshot().unwrap_err(),
        EngineError::MemoryLimit {
            needed,
            limit: needed - 1
        }
    );
}
