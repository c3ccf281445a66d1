//! A segment of a random job, executed honestly.

use crate::rng::Rng;
use assay_commitment::{
    state_root, tensor_root_of, trace_root, Level, Sha3, StateRoot, TensorRoot,
};
use assay_engine::{Engine, Options, State};
use assay_game::Claim;
use assay_numerics::{Tensor, TensorType};
use assay_program::testing::{random_program, Sample};
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};
use assay_prover::{HashTree, Replay, Work};
use assay_testing::keep_outputs;
use std::sync::Arc;

/// The slots between two steps.
pub type Slots = Arc<Vec<Tensor>>;

/// The segment in dispute; steps of the job come before it.
const SEGMENT: SegmentIndex = SegmentIndex(1);

pub struct Job {
    pub work: Work,
    pub schedule: Schedule,
    /// Before each step of the segment, and after the last.
    pub states: Vec<Slots>,
    /// State roots after each step.
    pub roots: Vec<StateRoot>,
}

impl Job {
    pub fn random(seed: u64, rng: &mut Rng) -> Self {
        let sample = tapped(random_program(seed), rng);
        let program = sample.program.validate().unwrap();
        let work = Work::new(program, sample.constants, sample.inputs);
        let schedule = schedule(rng);
        let mut job = Self {
            work,
            schedule,
            states: vec![Arc::new(sample.state)],
            roots: Vec::new(),
        };
        let mut engine = job.engine();
        for step in 0..job.steps() {
            let next = job.step(&mut engine, &job.states[step], step);
            job.roots.push(root_of(&next));
            job.states.push(next);
        }
        job
    }

    /// Steps of the segment.
    pub fn steps(&self) -> usize {
        self.schedule.steps_of(SEGMENT).count.0 as usize
    }

    pub fn steps_of(&self, interval: IntervalIndex) -> assay_protocol::StepRange {
        self.schedule.steps_of_interval(SEGMENT, interval)
    }

    /// The first step of an interval, counted in the segment.
    pub fn first(&self, interval: IntervalIndex) -> usize {
        (self.steps_of(interval).first.0 - self.number(0)) as usize
    }

    /// A step's number in the job.
    pub fn number(&self, step: usize) -> u64 {
        self.schedule.steps_of(SEGMENT).first.0 + step as u64
    }

    pub fn engine(&self) -> Engine {
        let constants = self.work.constants().clone();
        Engine::sharing(self.work.program(), constants, Options::default()).unwrap()
    }

    /// The slots after a step from any slots.
    pub fn step(&self, engine: &mut Engine, slots: &Slots, step: usize) -> Slots {
        let mut state = State::new(self.work.program(), slots.to_vec()).unwrap();
        engine
            .step(&mut state, self.work.data(), self.number(step))
            .unwrap();
        Arc::new(state.into_slots())
    }

    /// The outputs of all nodes of a step from any slots.
    pub fn values(&self, slots: &Slots, step: usize) -> Vec<Tensor> {
        let mut state = State::new(self.work.program(), slots.to_vec()).unwrap();
        let mut values = Vec::new();
        let mut observe = |_, ty: TensorType, words: &[u32]| {
            values.push(Tensor::new(ty, words.to_vec()).unwrap());
        };
        self.engine()
            .trace_step(
                &mut state,
                self.work.data(),
                self.number(step),
                &mut observe,
            )
            .unwrap();
        values
    }

    /// The roots at the ends of the intervals among those after each step.
    pub fn interval_roots(&self, after_steps: &[StateRoot]) -> Vec<StateRoot> {
        let ends = (0..self.schedule.intervals_of(SEGMENT)).map(IntervalIndex);
        ends.map(|interval| {
            let end = self.first(interval) + self.steps_of(interval).count.0 as usize;
            after_steps[end - 1]
        })
        .collect()
    }

    /// The claim that these are the roots after each step.
    pub fn claim(&self, after_steps: &[StateRoot]) -> Claim {
        let intervals = self.interval_roots(after_steps);
        Claim {
            header: *self.work.header(),
            node_tree_root: self.work.node_tree().root(),
            datasets: self
                .work
                .dataset_roots()
                .iter()
                .map(|root| root.0)
                .collect(),
            start: root_of(&self.states[0]).0,
            trace: trace_root::<Sha3>(Level::Interval, &intervals).0,
            schedule: self.schedule,
            segment: SEGMENT,
        }
    }

    /// The honest execution of an interval.
    pub fn replay(&self, interval: IntervalIndex) -> Replay {
        let start = self.states[self.first(interval)].to_vec();
        let steps = self.steps_of(interval);
        Replay::new(self.work.clone(), steps, start, Options::default()).unwrap()
    }
}

/// The program with about every other node's output kept in a slot of its own, so that most nodes matter.
fn tapped(mut sample: Sample, rng: &mut Rng) -> Sample {
    let nodes = 0..sample.program.nodes.len() as u32 - 1;
    let kept: Vec<u32> = nodes.filter(|_| rng.one_in(2)).collect();
    keep_outputs(&mut sample.program, &mut sample.state, kept);
    sample
}

/// Mostly few steps and intervals; sometimes more than one reveal shows.
fn schedule(rng: &mut Rng) -> Schedule {
    let (steps_per_interval, intervals) = match rng.below(32) {
        0 => (65 + rng.below(20), 1 + rng.below(2)),
        1 => (1, 65 + rng.below(20)),
        _ => (1 + rng.below(5), 1 + rng.below(4)),
    };
    let shorter = rng.below(steps_per_interval);
    let steps_per_segment = steps_per_interval * intervals - shorter;
    Schedule {
        total_steps: StepCount(steps_per_segment * 3),
        steps_per_segment: steps_per_segment as u32,
        steps_per_interval: steps_per_interval as u32,
    }
}

pub fn tensor_roots(tensors: &[Tensor]) -> Vec<TensorRoot> {
    tensors.iter().map(tensor_root_of::<Sha3>).collect()
}

pub fn root_of(slots: &[Tensor]) -> StateRoot {
    state_root::<Sha3>(&tensor_roots(slots))
}
