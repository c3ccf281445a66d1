//! Jobs, and their first segments executed by the definition of the operators.

use std::{
    ops::Range,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

use assay_commitment::{state_root, tensor_root_of, Hash, Sha3, StateRoot, TensorRoot};
use assay_engine::Options;
use assay_numerics::{Accumulator, Tensor, Tile};
use assay_program::Source;
use assay_protocol::{IntervalIndex, JobSubmission, SegmentIndex, StepCount, StepIndex, StepRange};
use assay_prover::{Execution, HashTree, ProverError, Replay, TileName, TreeName, Work};
use assay_testing::{keep_outputs, Tensors};
use frame_support::BoundedVec;

use super::programs::{self, World};
use crate::mock::*;

/// The first segment, the only one that is argued about.
pub(in crate::tests) const SEGMENT: SegmentIndex = SegmentIndex(0);
/// Steps of an interval.
const STEPS_PER_INTERVAL: usize = 2;
/// Intervals of the segment.
const INTERVALS: usize = 2;
/// Steps of the segment.
pub(in crate::tests) const STEPS: usize = STEPS_PER_INTERVAL * INTERVALS;
/// Nodes of [`every_operator`] but `Commit`.
pub(in crate::tests) const NODES: u32 = 23;

/// A step: what it begins with, what its nodes give, what it leaves.
#[derive(Clone)]
pub(in crate::tests) struct Step {
    /// The slots before it.
    pub(in crate::tests) before: Vec<Tensor>,
    /// The outputs of all nodes but `Commit`.
    pub(in crate::tests) outputs: Vec<Tensor>,
    /// The slots after it.
    pub(in crate::tests) after: Vec<Tensor>,
    output_roots: Roots,
    slot_roots: Roots,
}

/// Tensor roots, once they were asked for. A copy has them not, for what it is a copy of may be altered.
#[derive(Default)]
struct Roots(OnceLock<Vec<Hash>>);

impl Clone for Roots {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Roots {
    fn of(&self, tensors: &[Tensor]) -> &[Hash] {
        self.0.get_or_init(|| roots(tensors))
    }
}

impl Step {
    /// Takes a step from these slots.
    pub(in crate::tests) fn take(world: &World, number: usize, before: Vec<Tensor>) -> Self {
        Self {
            before,
            outputs: Vec::new(),
            after: Vec::new(),
            output_roots: Roots::default(),
            slot_roots: Roots::default(),
        }
        .finish(world, number)
    }

    /// The roots of the outputs.
    pub(super) fn output_roots(&self) -> &[Hash] {
        self.output_roots.of(&self.outputs)
    }

    /// The roots of the slots after it.
    pub(super) fn slot_roots(&self) -> &[Hash] {
        self.slot_roots.of(&self.after)
    }

    /// The step with another output of one node, and what follows from that.
    pub(in crate::tests) fn with_output(
        mut self,
        world: &World,
        number: usize,
        node: u32,
        alter: impl FnOnce(&mut Tensor),
    ) -> Self {
        self.outputs.truncate(node as usize + 1);
        alter(&mut self.outputs[node as usize]);
        self.finish(world, number)
    }

    /// Evaluates the nodes that have no output yet.
    fn finish(mut self, world: &World, number: usize) -> Self {
        let nodes = &world.program.nodes;
        for node in &nodes[self.outputs.len()..nodes.len() - 1] {
            let tensors = Tensors {
                nodes: &self.outputs,
                slots: &self.before,
                data: &world.inputs,
                constants: &world.constants,
            };
            let inputs = tensors.inputs(node);
            let (operation, seed) = (node.operation(), &world.program.seed);
            let output = operation.evaluate(seed, number as u64, &inputs).unwrap();
            self.outputs.push(output);
        }
        let first = self.outputs.len() - world.program.slots.len();
        self.after = self.outputs[first..].to_vec();
        self
    }
}

/// A job with a real program.
pub(in crate::tests) struct RealJob {
    /// What it fixes.
    pub(in crate::tests) world: World,
    /// The same, for the prover.
    pub(in crate::tests) work: Work,
    /// Its first segment, executed honestly.
    pub(in crate::tests) steps: Vec<Arc<Step>>,
    /// Its intervals, executed again.
    replays: [SharedReplay; INTERVALS],
}

/// An honest execution of an interval that all games about it share.
#[derive(Clone)]
struct SharedReplay(Arc<Mutex<Replay>>);

/// The job whose program has every operator.
pub(in crate::tests) fn every_operator() -> &'static RealJob {
    static JOB: LazyLock<RealJob> = LazyLock::new(|| RealJob::new(programs::every_operator()));
    &JOB
}

/// The same, each node's output kept in a slot besides, so that nothing that is wrong is forgotten.
pub(in crate::tests) fn every_output() -> &'static RealJob {
    static JOB: LazyLock<RealJob> =
        LazyLock::new(|| RealJob::new(with_copies(programs::every_operator())));
    &JOB
}

/// The job with a tensor of 96 tiles: two reveals lead to one of them.
pub(in crate::tests) fn many_tiles() -> &'static RealJob {
    static JOB: LazyLock<RealJob> = LazyLock::new(|| RealJob::new(programs::many_tiles()));
    &JOB
}

fn with_copies(mut world: World) -> World {
    let program = &mut world.program;
    assert_eq!(program.nodes.len() as u32, NODES + 1);
    let kept = 0..NODES - program.slots.len() as u32;
    keep_outputs(program, &mut world.start, kept);
    world
}

impl RealJob {
    fn new(world: World) -> Self {
        let (work, steps) = (work(&world), steps(&world, Vec::new()));
        let replays = std::array::from_fn(|interval| {
            let steps = &steps[steps_of(IntervalIndex(interval as u32))];
            replay(&work, interval, steps[0].before.clone())
        });
        Self {
            world,
            work,
            steps,
            replays,
        }
    }

    /// The state roots at the ends of the intervals.
    pub(in crate::tests) fn interval_roots(&self) -> Vec<StateRoot> {
        let ends = self.steps.chunks(STEPS_PER_INTERVAL);
        ends.map(|steps| state_of(steps[STEPS_PER_INTERVAL - 1].slot_roots()))
            .collect()
    }

    /// The job on a chain, of one segment.
    pub(in crate::tests) fn submission(&self) -> JobSubmission {
        let mut job = job_of(1);
        job.spec.header = (*self.work.header()).into();
        job.spec.node_tree_root.0 = self.work.node_tree().root();
        job.spec.start_state = state_of(&roots(&self.world.start)).into();
        let data = self.work.dataset_roots().into_iter().map(Into::into);
        job.spec.datasets = BoundedVec::truncate_from(data.collect());
        job
    }

    /// The honest execution of an interval.
    pub(in crate::tests) fn replay(&self, interval: IntervalIndex) -> Box<dyn Execution> {
        Box::new(self.replays[interval.0 as usize].clone())
    }
}

fn replay(work: &Work, interval: usize, start: Vec<Tensor>) -> SharedReplay {
    let first = interval * STEPS_PER_INTERVAL;
    let steps = StepRange {
        first: StepIndex(first as u64),
        count: StepCount(STEPS_PER_INTERVAL as u64),
    };
    let replay = Replay::new(work.clone(), steps, start, Options::default()).unwrap();
    SharedReplay(Arc::new(Mutex::new(replay)))
}

impl SharedReplay {
    fn ask<R>(&self, question: impl FnOnce(&mut Replay) -> R) -> R {
        question(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Execution for SharedReplay {
    fn tree(&mut self, name: TreeName) -> Result<Arc<dyn HashTree>, ProverError> {
        self.ask(|replay| replay.tree(name))
    }

    fn tile(&mut self, step: u32, source: Source, tile: u64) -> Result<Tile, ProverError> {
        self.ask(|replay| replay.tile(step, source, tile))
    }

    fn accumulator(&mut self, tile: TileName, block: u32) -> Result<Accumulator, ProverError> {
        self.ask(|replay| replay.accumulator(tile, block))
    }

    fn prepare(&mut self, step: u32, node: u32) -> Result<(), ProverError> {
        self.ask(|replay| replay.prepare(step, node))
    }
}

/// What a world is to the prover.
pub(super) fn work(world: &World) -> Work {
    let program = world.program.clone().validate().unwrap();
    Work::new(program, world.constants.clone(), world.inputs.clone())
}

/// The segment's steps after the first ones of it.
pub(super) fn steps(world: &World, mut steps: Vec<Arc<Step>>) -> Vec<Arc<Step>> {
    for number in steps.len()..STEPS {
        let before = steps.last().map_or(&world.start, |step| &step.after);
        steps.push(Arc::new(Step::take(world, number, before.clone())));
    }
    steps
}

/// The steps of an interval.
pub(super) fn steps_of(interval: IntervalIndex) -> Range<usize> {
    let first = interval.0 as usize * STEPS_PER_INTERVAL;
    first..first + STEPS_PER_INTERVAL
}

/// The roots of tensors.
pub(super) fn roots(tensors: &[Tensor]) -> Vec<Hash> {
    let roots = tensors
        .iter()
        .map(|tensor| tensor_root_of::<Sha3>(tensor).0);
    roots.collect()
}

/// The root of a state whose slots have these roots.
pub(super) fn state_of(slots: &[Hash]) -> StateRoot {
    let slots: Vec<_> = slots.iter().copied().map(TensorRoot).collect();
    state_root::<Sha3>(&slots)
}
