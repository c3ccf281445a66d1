//! Whole programs against a run of the reference, on every instruction set and with one and two threads.

mod reference;

use assay_engine::{Engine, EngineError, Options, Role, State};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{Activation, AdamW, Expr, GraphBuilder, LearningRate, Var};
use assay_program::testing::{random_program, Sample};
use reference::{assert_equals, every_option, reference, reference_root};

#[test]
fn random_programs_equal_the_reference() {
    for seed in 0..150 {
        let sample = random_program(seed);
        let program = sample.program.clone().validate().unwrap();
        let expected = reference(&sample, 3);
        for options in every_option() {
            assert_equals(&sample, &program, &expected, options, seed);
        }
    }
}

/// A classifier wide enough that its products and Maps are shared between threads.
fn wide_classifier() -> Sample {
    let (rows, width, batch) = (150, 200, 70);
    let matrix = |rows, cols| TensorType::f32(Dims::matrix(rows, cols).unwrap());
    let mut graph = GraphBuilder::new([9; 32]);
    let images = graph.input(matrix(rows, width));
    let labels = graph.input(TensorType::u32(Dims::matrix(rows, 1).unwrap()));
    let types = [
        matrix(width, width),
        matrix(1, width),
        matrix(width, width),
        matrix(1, width),
    ];
    let parameters = types.map(|ty| graph.slot(ty));
    let adam = AdamW {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weight_decay: 0.01,
    };
    let moments = adam.declare(&mut graph, &types).unwrap();
    let x = graph.batch_rows(images, batch, RowOrder::Shuffled).unwrap();
    let y = graph.batch_rows(labels, batch, RowOrder::Shuffled).unwrap();
    let hidden = graph
        .dense(x, parameters[0], parameters[1], Activation::Silu)
        .unwrap();
    let logits = graph
        .dense(hidden, parameters[2], parameters[3], Activation::Identity)
        .unwrap();
    let loss = graph.cross_entropy(logits, y).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    adam.update(
        &mut graph,
        &moments,
        &parameters,
        &gradients,
        LearningRate::Constant(0.01),
    )
    .unwrap();
    let built = graph.finish().unwrap();

    let mut word = 0u32;
    let mut noise = |ty: TensorType| {
        let value = |word: &mut u32| {
            *word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (*word >> 8) as f32 / 8_388_608.0 - 1.0
        };
        Tensor::new(
            ty,
            (0..ty.dims.elements())
                .map(|_| value(&mut word).to_bits())
                .collect(),
        )
        .unwrap()
    };
    let classes = (0..rows).map(|row| row * 7 % width).collect();
    let inputs = vec![
        noise(images.ty()),
        Tensor::new(labels.ty(), classes).unwrap(),
    ];
    let slots = built.program.slots.iter().enumerate();
    let state = slots
        .map(|(slot, ty)| {
            if slot < 4 {
                noise(*ty)
            } else {
                Tensor::zeros(*ty)
            }
        })
        .collect();
    Sample {
        program: built.program,
        constants: built.constants,
        inputs,
        state,
    }
}

#[test]
fn threads_share_a_wide_program_and_change_nothing() {
    let sample = wide_classifier();
    let program = sample.program.clone().validate().unwrap();
    let expected = reference(&sample, 2);
    for options in every_option() {
        assert_equals(&sample, &program, &expected, options, 0);
    }
}

/// Roots are the same whether they are asked for after every step or at the end, and for a copy of the state.
#[test]
fn roots_do_not_depend_on_when_they_are_asked_for() {
    for seed in 100..130 {
        let sample = random_program(seed);
        let program = sample.program.validate().unwrap();
        let mut engine = Engine::new(&program, sample.constants, Options::default()).unwrap();
        let mut often = State::new(&program, sample.state.clone()).unwrap();
        let mut seldom = State::new(&program, sample.state).unwrap();
        for step in [0, 1, 5, 2, u64::MAX, 3] {
            engine.state_root(&often);
            engine.step(&mut often, &sample.inputs, step).unwrap();
            engine.step(&mut seldom, &sample.inputs, step).unwrap();
        }
        let root = engine.state_root(&seldom);
        assert_eq!(engine.state_root(&often), root, "program {seed}");
        assert_eq!(engine.state_root(&often.clone()), root, "program {seed}");
        assert_eq!(reference_root(seldom.slots()), root, "program {seed}");
    }
}

/// A state may go from one program to another with the same slots; what one kept of a tape's tree, the other voids.
#[test]
fn two_programs_may_share_a_state() {
    let ty = TensorType::f32(Dims::matrix(40, 1).unwrap());
    let engine = |next: fn(&mut GraphBuilder, Var) -> Var| {
        let mut graph = GraphBuilder::new([0; 32]);
        let slot = graph.slot(ty);
        let next = next(&mut graph, slot);
        graph.set_next(slot, next).unwrap();
        let built = graph.finish().unwrap();
        let program = built.program.validate().unwrap();
        (
            Engine::new(&program, built.constants, Options::default()).unwrap(),
            program,
        )
    };
    let (mut writer, program) = engine(|graph, tape| {
        let value = graph.constant(Tensor::from_f32(Dims::matrix(1, 1).unwrap(), &[5.0]).unwrap());
        graph.row_write(tape, value).unwrap()
    });
    let (mut adder, _) = engine(|graph, slot| graph.map(Expr::from(slot) + 1.0).unwrap());
    let mut state = State::new(&program, vec![Tensor::zeros(ty)]).unwrap();
    for step in 0..3 {
        writer.step(&mut state, &[], step).unwrap();
        assert_eq!(writer.state_root(&state), reference_root(state.slots()));
        adder.step(&mut state, &[], step).unwrap();
        assert_eq!(writer.state_root(&state), reference_root(state.slots()));
    }
}

#[test]
fn what_does_not_fit_the_program_is_refused_and_changes_nothing() {
    let sample = (0..)
        .map(random_program)
        .find(|sample| !sample.inputs.is_empty() && !sample.constants.is_empty())
        .unwrap();
    let program = sample.program.validate().unwrap();
    let other = Tensor::zeros(TensorType::u32(Dims::new([3, 1, 4, 1]).unwrap()));

    let fewer = State::new(&program, sample.state[1..].to_vec()).unwrap_err();
    assert!(
        matches!(
            fewer,
            EngineError::Count {
                role: Role::Slot,
                ..
            }
        ),
        "{fewer}"
    );
    let mut slots = sample.state.clone();
    slots[0] = other.clone();
    let wrong = State::new(&program, slots).unwrap_err();
    assert!(
        matches!(
            wrong,
            EngineError::Type {
                role: Role::Slot,
                number: 0,
                ..
            }
        ),
        "{wrong}"
    );
    let none = Engine::new(&program, vec![], Options::default()).unwrap_err();
    assert!(
        matches!(
            none,
            EngineError::Count {
                role: Role::Constant,
                ..
            }
        ),
        "{none}"
    );

    let mut engine = Engine::new(&program, sample.constants.clone(), Options::default()).unwrap();
    let mut state = State::new(&program, sample.state.clone()).unwrap();
    let mut data = sample.inputs;
    data[0] = other;
    let wrong = engine.step(&mut state, &data, 0).unwrap_err();
    assert!(
        matches!(
            wrong,
            EngineError::Type {
                role: Role::Input,
                number: 0,
                ..
            }
        ),
        "{wrong}"
    );
    assert_eq!(state.slots(), sample.state);
}

#[test]
fn memory_is_known_before_it_is_taken() {
    let sample = random_program(3);
    let program = sample.program.validate().unwrap();
    let engine = Engine::new(&program, sample.constants.clone(), Options::default()).unwrap();
    let needed = engine.planned_bytes();
    let options = |limit| Options {
        memory_limit: Some(limit),
        ..Options::default()
    };
    assert!(Engine::new(&program, sample.constants.clone(), options(needed)).is_ok());
    let refused = Engine::new(&program, sample.constants, options(needed - 1)).unwrap_err();
    assert_eq!(
        refused,
        EngineError::MemoryLimit {
            needed,
            limit: needed - 1
        }
    );
}

#[test]
fn no_threads_are_refused() {
    let sample = random_program(1);
    let program = sample.program.validate().unwrap();
    let options = Options {
        threads: Some(0),
        ..Options::default()
    };
    assert!(matches!(
        Engine::new(&program, sample.constants, options),
        Err(EngineError::Threads { threads: 0, .. })
    ));
}

/// The C library's `fmaf` is wrong for subnormal results on some systems; no code of ours calls it. A call would leave
/// its name among the program's symbols.
#[cfg(target_os = "linux")]
#[test]
fn the_library_fma_is_not_linked() {
    let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // Names are written backwards, so that the test does not find itself.
    let present = |backwards: &[u8]| {
        let name: Vec<u8> = std::hint::black_box(backwards)
            .iter()
            .rev()
            .copied()
            .collect();
        program.windows(name.len()).any(|window| window == name)
    };
    assert!(
        present(b"\0ypcmem"),
        "the program has no symbols, so nothing can be said"
    );
    assert!(!present(b"\0famf"));
}
