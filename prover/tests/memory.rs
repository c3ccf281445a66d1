//! A defender's memory is bounded by the values of one step, however long the interval is.

use assay_commitment::{state_root, tensor_root_of, trace_root, Level, Sha3, StateRoot};
use assay_engine::{Engine, Options, State};
use assay_game::{Budget, Claim, Defence, Entry, Game, GameId, Move, Outcome, Phase, Transcript};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Activation, GraphBuilder};
use assay_program::ValidProgram;
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};
use assay_prover::{Defender, HashTree, Replay, Work};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Layers whose every output is as large as a parameter, so that no single tensor dominates.
fn program() -> (ValidProgram, Vec<Tensor>) {
    let side = 192;
    let ty = TensorType::f32(Dims::matrix(side, side).unwrap());
    let row = TensorType::f32(Dims::matrix(1, side).unwrap());
    let mut graph = GraphBuilder::new([3; 32]);
    let (weight, bias, start) = (graph.slot(ty), graph.slot(row), graph.slot(ty));
    let mut x = start;
    for _ in 0..8 {
        x = graph.dense(x, weight, bias, Activation::Silu).unwrap();
    }
    graph.set_next(start, x).unwrap();
    let built = graph.finish().unwrap();
    (built.program.validate().unwrap(), built.constants)
}

fn start(program: &ValidProgram) -> Vec<Tensor> {
    let slots = program.get().slots.iter();
    slots
        .map(|ty| {
            let value = |n: u64| ((n * 37 % 101) as f32 / 1000.0).to_bits();
            Tensor::new(*ty, (0..ty.dims.elements()).map(value).collect()).unwrap()
        })
        .collect()
}

/// The most memory that a defence of one interval of so many steps takes.
fn peak(steps: u32) -> usize {
    let (program, constants) = program();
    let work = Work::new(program.clone(), constants.clone(), Vec::new());
    let (end, first) = (end(&program, &constants, steps), start(&program));
    let roots = first.iter().map(tensor_root_of::<Sha3>);
    let claim = Claim {
        header: *work.header(),
        node_tree_root: work.node_tree().root(),
        datasets: Vec::new(),
        start: state_root::<Sha3>(&roots.collect::<Vec<_>>()).0,
        trace: trace_root::<Sha3>(Level::Interval, &[end]).0,
        schedule: Schedule {
            total_steps: StepCount(steps.into()),
            steps_per_segment: steps,
            steps_per_interval: steps,
        },
        segment: SegmentIndex(0),
    };
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let options = Options {
        threads: Some(1),
        ..Options::default()
    };
    let interval = IntervalIndex(0);
    let replay = Replay::new(work.clone(), claim.steps(interval), first, options).unwrap();
    let mut defender = Defender::new(work, &[end]);
    defender.execute(interval, replay);
    play(&claim, &mut defender);
    PEAK.load(Ordering::Relaxed) - before
}

fn end(program: &ValidProgram, constants: &[Tensor], steps: u32) -> StateRoot {
    let mut engine = Engine::new(program, constants.to_vec(), Options::default()).unwrap();
    let mut state = State::new(program, start(program)).unwrap();
    for step in 0..steps.into() {
        engine.step(&mut state, &[], step).unwrap();
    }
    engine.state_root(&state)
}

/// A game in which the challenger always names what was shown in the middle.
fn play(claim: &Claim, defender: &mut Defender<Replay>) {
    let budget = Budget {
        allowance: 1,
        challenger: 1,
    };
    let mut defence = Defence::new(1);
    let transcript = Transcript::start(GameId([0; 32]));
    let entry = Entry::Interval(IntervalIndex(0));
    let mut game = Game::begin(claim, entry, transcript, budget, &mut defence, 0).unwrap();
    loop {
        let mv = match &game.phase {
            Phase::Name(_, shown) => Move::Name(shown.len() as u8 / 2),
            _ => defender.answer(claim, &game).unwrap(),
        };
        match game.next::<Sha3>(claim, &mut defence, &mv, 0).unwrap() {
            Outcome::Game(next) => game = *next,
            Outcome::Verdict(verdict) => {
                assert_eq!(verdict.winner, assay_game::Party::Defender);
                break;
            }
        }
    }
}

#[test]
fn memory_is_bounded_by_one_step() {
    let (program, _) = program();
    let parts = program.get();
    let values: u64 = parts.nodes.iter().map(|node| node.output.bytes()).sum();
    let read: u64 = parts.slots.iter().map(|ty| ty.bytes()).sum();
    // The process's thread pool is made once.
    peak(8);
    let short = peak(8);
    assert!(
        short as u64 <= values + 2 * read,
        "{short} bytes, a step has {values} and reads {read}"
    );
    // A root and its part of the tree for each step.
    let (long, more) = (peak(136), 128 * 256);
    assert!(long <= short + more, "{long} bytes after {short}");
}
