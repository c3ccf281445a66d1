//! All memory is taken before the first step: a step allocates nothing.

use assay_engine::{Engine, Options, State};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{AdamW, Built, GraphBuilder, LearningRate, Transformer, Var};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, counted for each thread.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends may free and allocate when its counter is gone.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise, passed on; so in every function here.
        unsafe { System.alloc(layout) }
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc_zeroed(layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(at, layout, size) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const MODEL: Transformer = Transformer {
    layers: 2,
    width: 64,
    heads: 2,
    context: 16,
    vocabulary: 64,
};
const BATCH: u32 = 4;

fn training() -> Built {
    let mut graph = GraphBuilder::new([5; 32]);
    let dataset = TensorType::u32(Dims::matrix(8, MODEL.context).unwrap());
    let column = Dims::matrix(BATCH * MODEL.context, 1).unwrap();
    let types = MODEL.parameters().unwrap();
    let adam = AdamW::default();
    let moments = adam.declare(&mut graph, &types).unwrap();
    let parameters: Vec<Var> = types.iter().map(|ty| graph.slot(*ty)).collect();
    let tokens = graph.input(dataset);
    let rows = graph.batch_rows(tokens, BATCH, RowOrder::Shuffled).unwrap();
    let tokens = graph.reshape(rows, column).unwrap();
    let logits = MODEL.logits(&mut graph, &parameters, tokens).unwrap();
    let loss = graph.cross_entropy(logits, tokens).unwrap();
    let gradients = graph.gradients(loss, &parameters).unwrap();
    let rate = LearningRate::Constant(0.01);
    adam.update(&mut graph, &moments, &parameters, &gradients, rate)
        .unwrap();
    graph.finish().unwrap()
}

#[test]
fn a_step_allocates_nothing() {
    let built = training();
    let dataset = built.program.inputs[0];
    let words = (0..dataset.dims.elements() as u32).map(|word| word % MODEL.vocabulary);
    let data = [Tensor::new(dataset, words.collect()).unwrap()];
    let program = built.program.validate().unwrap();
    let options = Options {
        threads: Some(1),
        ..Options::default()
    };
    let mut engine = Engine::new(&program, built.constants, options).unwrap();
    let slots = program.get().slots.iter().map(|ty| Tensor::zeros(*ty));
    let mut state = State::new(&program, slots.collect()).unwrap();
    // With one thread all work is done on this one. The first step takes its panels.
    engine.step(&mut state, &data, 0).unwrap();
    let before = ALLOCATIONS.get();
    for step in 1..4 {
        engine.step(&mut state, &data, step).unwrap();
    }
    assert_eq!(ALLOCATIONS.get(), before);
}
