//! A step allocates nothing once each thread has taken its panels.

use assay_engine::{Engine, Options, State};
use assay_numerics::{Dims, RowOrder, Tensor, TensorType};
use assay_program::builder::{AdamW, Built, GraphBuilder, LearningRate, Transformer, Var};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

/// The system's allocator, counted for all threads together.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

fn count() {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
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

/// Allocations of all threads in so many steps behind the first ones, which take the panels.
fn allocations(threads: usize, steps: u64) -> u64 {
    const WARM: u64 = 30;
    let built = training();
    let dataset = built.program.inputs[0];
    let words = (0..dataset.dims.elements() as u32).map(|word| word % MODEL.vocabulary);
    let data = [Tensor::new(dataset, words.collect()).unwrap()];
    let program = built.program.validate().unwrap();
    let options = Options {
        threads: Some(threads),
        ..Options::default()
    };
    let mut engine = Engine::new(&program, built.constants, options).unwrap();
    let slots = program.get().slots.iter().map(|ty| Tensor::zeros(*ty));
    let mut state = State::new(&program, slots.collect()).unwrap();
    for step in 0..WARM {
        engine.step(&mut state, &data, step).unwrap();
    }
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for step in WARM..WARM + steps {
        engine.step(&mut state, &data, step).unwrap();
    }
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

/// One test, so that no other one allocates meanwhile.
#[test]
fn a_step_allocates_nothing() {
    assert_eq!(allocations(1, 3), 0);
    // A pool's queue takes a block of memory for each 63 pieces of work from outside; a step is some of them.
    for threads in [2, 3] {
        assert!(allocations(threads, 60) < 10);
    }
}
