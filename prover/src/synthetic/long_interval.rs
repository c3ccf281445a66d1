//! A defence of many steps, to see what memory it takes.

use super::play::{play, Target};
use crate::{Defender, HashTree, ProverError, Replay, Work};
use assay_commitment::{state_root, tensor_root_of, trace_root, Level, Sha3, StateRoot};
use assay_engine::{Engine, Options, State};
use assay_game::{Claim, Entry, Verdict};
use assay_numerics::{Dims, Tensor, TensorType};
use assay_program::builder::{Activation, GraphBuilder};
use assay_protocol::{IntervalIndex, Schedule, SegmentIndex, StepCount};

/// Rows and columns of every tensor of the job, so that no single one dominates.
const SIDE: u32 = 192;
/// Dense layers of the job.
const LAYERS: u32 = 8;

/// One interval of a job of layers whose every output is as large as their parameter.
pub struct LongInterval {
    work: Work,
    start: Vec<Tensor>,
    end: StateRoot,
    claim: Claim,
}

impl LongInterval {
    /// An interval of that many steps, executed.
    ///
    /// # Errors
    /// [`ProverError`], which there is none in a sound build.
    pub fn new(steps: u32) -> Result<Self, ProverError> {
        let work = work().ok_or(ProverError::TooLarge)?;
        let start: Vec<Tensor> = work.program().get().slots.iter().map(tensor).collect();
        let roots: Vec<_> = start.iter().map(tensor_root_of::<Sha3>).collect();
        let end = execute(&work, &start, steps)?;
        let claim = Claim {
            header: *work.header(),
            node_tree_root: work.node_tree().root(),
            datasets: Vec::new(),
            start: state_root::<Sha3>(&roots).0,
            trace: trace_root::<Sha3>(Level::Interval, &[end]).0,
            schedule: Schedule {
                total_steps: StepCount(steps.into()),
                steps_per_segment: steps,
                steps_per_interval: steps,
            },
            segment: SegmentIndex(0),
        };
        Ok(Self {
            work,
            start,
            end,
            claim,
        })
    }

    /// Bytes of all values that one step computes.
    pub fn values(&self) -> u64 {
        let nodes = &self.work.program().get().nodes;
        nodes.iter().map(|node| node.output.bytes()).sum()
    }

    /// Bytes of the state.
    pub fn state(&self) -> u64 {
        let slots = &self.work.program().get().slots;
        slots.iter().map(|ty| ty.bytes()).sum()
    }

    /// Defends the interval on one thread against a challenger that denies the last layer's product in the last step.
    ///
    /// # Errors
    /// [`ProverError`], which there is none in a sound build.
    pub fn defend(&self) -> Result<Verdict, ProverError> {
        let interval = IntervalIndex(0);
        let options = Options {
            threads: Some(1),
            ..Options::default()
        };
        let (work, start) = (self.work.clone(), self.start.clone());
        let replay = Replay::new(work.clone(), self.claim.steps(interval), start, options)?;
        let mut defender = Defender::new(work, &[self.end]);
        defender.execute(interval, replay);
        let nodes = self.work.header().nodes;
        let target = Target {
            // Before it stand the slots' nodes and `Commit`.
            node: nodes.saturating_sub(self.work.header().slots.saturating_add(2)),
            tile: u64::MAX,
            block: 0,
            slot: 0,
        };
        let entry = Entry::Interval(interval);
        let claim = self.claim.clone();
        play("long", claim, entry, &mut defender, target, |_, _| {})?.verdict()
    }
}

fn work() -> Option<Work> {
    let ty = TensorType::f32(Dims::matrix(SIDE, SIDE).ok()?);
    let row = TensorType::f32(Dims::matrix(1, SIDE).ok()?);
    let mut graph = GraphBuilder::new([3; 32]);
    let (weight, bias, start) = (graph.slot(ty), graph.slot(row), graph.slot(ty));
    let mut x = start;
    for _ in 0..LAYERS {
        x = graph.dense(x, weight, bias, Activation::Silu).ok()?;
    }
    graph.set_next(start, x).ok()?;
    let built = graph.finish().ok()?;
    let program = built.program.validate().ok()?;
    Some(Work::new(program, built.constants, Vec::new()))
}

fn tensor(ty: &TensorType) -> Tensor {
    let mut tensor = Tensor::zeros(*ty);
    for (n, word) in (0_u32..).zip(tensor.words_mut()) {
        *word = ((n.wrapping_mul(37) % 101) as f32 / 1000.0).to_bits();
    }
    tensor
}

fn execute(work: &Work, start: &[Tensor], steps: u32) -> Result<StateRoot, ProverError> {
    let constants = work.constants().clone();
    let mut engine = Engine::sharing(work.program(), constants, Options::default())?;
    let mut state = State::new(work.program(), start.to_vec())?;
    for step in 0..steps.into() {
        engine.step(&mut state, work.data(), step)?;
    }
    Ok(engine.state_root(&state))
}
