//! Every node's output as a traced step shows it, against the reference.

mod reference;

use assay_commitment::StateRoot;
use assay_engine::{Engine, EngineError, Options, State};
use assay_numerics::{DType, Dims, Op, RowOrder, Tensor, TensorType};
use assay_program::builder::{Expr, GraphBuilder};
use assay_program::testing::{random_program, Sample};
use assay_program::{Program, Source, ValidProgram};
use reference::{canonical, every_option, reference_root, reference_values};

/// What a traced step showed, NaN made canonical, and the state's root after it.
fn trace(engine: &mut Engine, state: &mut State, data: &[Tensor], step: u64) -> Vec<Tensor> {
    let mut shown = Vec::new();
    let mut observe = |node: u32, ty: TensorType, words: &[u32]| {
        assert_eq!(node as usize, shown.len(), "nodes come in order");
        shown.push(Tensor::new(ty, words.to_vec()).unwrap());
    };
    engine.trace_step(state, data, step, &mut observe).unwrap();
    shown
}

fn assert_trace_equals(sample: &Sample, program: &ValidProgram, options: Options, what: u64) {
    let mut engine = Engine::new(program, sample.constants.clone(), options).unwrap();
    let mut state = State::new(program, sample.state.clone()).unwrap();
    for step in 0..3 {
        let slots = state.slots().to_vec();
        let expected = reference_values(
            &sample.program,
            &sample.constants,
            &sample.inputs,
            &slots,
            step,
        );
        // Plain and traced steps take turns with the same memory.
        let mut plain = state.clone();
        engine.step(&mut plain, &sample.inputs, step).unwrap();
        let shown = trace(&mut engine, &mut state, &sample.inputs, step);
        assert_eq!(shown.len() + 1, sample.program.nodes.len());
        for (node, (shown, expected)) in shown.iter().zip(&expected).enumerate() {
            assert_eq!(shown.ty(), expected.ty());
            assert_eq!(
                canonical(shown),
                canonical(expected),
                "program {what}, {options:?}, step {step}, node {node}"
            );
        }
        let root: StateRoot = engine.state_root(&state);
        assert_eq!(root, engine.state_root(&plain));
        assert_eq!(root, reference_root(state.slots()));
    }
}

#[test]
fn every_node_is_shown_as_the_reference_has_it() {
    for seed in 0..150 {
        let sample = random_program(seed);
        let program = sample.program.clone().validate().unwrap();
        for options in every_option() {
            assert_trace_equals(&sample, &program, options, seed);
        }
    }
}

/// Values that no slot depends on, among them other names of slots, data and of values whose words are free by then.
fn with_unread_values() -> Sample {
    let ty = TensorType::f32(Dims::matrix(40, 6).unwrap());
    let flat = TensorType::f32(Dims::matrix(6, 40).unwrap());
    let unary =
        |op: Op, source: Source, from: TensorType, output: TensorType| assay_program::Node {
            op,
            inputs: vec![assay_program::Input { source, ty: from }],
            output,
            stream: 0,
        };
    let mut graph = GraphBuilder::new([1; 32]);
    let slot = graph.slot(ty);
    let data = graph.input(ty);
    let batch = graph.batch_rows(data, 40, RowOrder::Sequential).unwrap();
    let sum = graph.map(Expr::from(slot) + Expr::from(batch)).unwrap();
    graph.set_next(slot, sum).unwrap();
    let mut program: Program = graph.finish().unwrap().program;
    let (update, commit) = (program.nodes.remove(1), program.nodes.remove(1));
    let permute = |source, from, output| {
        let perm = [0, 1, 3, 2];
        unary(Op::Permute { perm }, source, from, output)
    };
    program.nodes.extend([
        permute(Source::Node(0), ty, flat),
        permute(Source::Node(1), flat, ty),
        unary(Op::Reshape, Source::Node(1), flat, ty),
        unary(Op::Reshape, Source::Slot(0), ty, flat),
        unary(Op::Reshape, Source::Input(0), ty, flat),
        permute(Source::Node(4), flat, ty),
        unary(Op::Reshape, Source::Node(3), ty, flat),
        update,
        commit,
    ]);
    let numbers = |first: u32| (first..first + 240).map(|n| (n as f32).to_bits()).collect();
    Sample {
        program,
        constants: Vec::new(),
        inputs: vec![Tensor::new(ty, numbers(1)).unwrap()],
        state: vec![Tensor::new(ty, numbers(1000)).unwrap()],
    }
}

#[test]
fn values_that_nobody_reads_are_shown_too() {
    let sample = with_unread_values();
    let program = sample.program.clone().validate().unwrap();
    for options in every_option() {
        assert_trace_equals(&sample, &program, options, 0);
    }
}

#[test]
fn a_trace_stays_within_the_memory_limit() {
    let sample = with_unread_values();
    let program = sample.program.clone().validate().unwrap();
    let plain = Engine::new(&program, Vec::new(), Options::default()).unwrap();
    let limited = |limit| {
        let options = Options {
            memory_limit: Some(limit),
            ..Options::default()
        };
        let mut engine = Engine::new(&program, Vec::new(), options).unwrap();
        let mut state = State::new(&program, sample.state.clone()).unwrap();
        let traced = engine.trace_step(&mut state, &sample.inputs, 0, &mut |_, _, _| ());
        (engine.planned_bytes(), state, traced)
    };
    let (needed, _, traced) = limited(u64::MAX);
    traced.unwrap();
    assert!(needed > plain.planned_bytes());
    limited(needed).2.unwrap();
    let (_, state, refused) = limited(needed - 1);
    let limit = needed - 1;
    assert_eq!(refused, Err(EngineError::MemoryLimit { needed, limit }));
    assert_eq!(state.slots(), sample.state);
}

#[test]
fn what_does_not_fit_the_program_is_refused() {
    let sample = with_unread_values();
    let program = sample.program.clone().validate().unwrap();
    let mut engine = Engine::new(&program, Vec::new(), Options::default()).unwrap();
    let mut state = State::new(&program, sample.state.clone()).unwrap();
    let scalar = TensorType {
        dtype: DType::F32,
        dims: Dims::matrix(1, 1).unwrap(),
    };
    let other = [Tensor::zeros(scalar)];
    let refused = engine.trace_step(&mut state, &other, 0, &mut |_, _, _| {
        panic!("nothing is shown")
    });
    assert!(matches!(refused, Err(EngineError::Type { .. })));
    assert_eq!(state.slots(), sample.state);
}
