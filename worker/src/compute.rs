//! Who takes a job's steps, and who executes them once more in a game.
//!
//! A worker computes with the engine and answers games with the prover's replay of it ([`Honest`]). Both stand behind
//! traits, so that tests can run a worker whose arithmetic is another one and that defends what it computed.

use std::fmt;

use assay_engine::{Engine, EngineError, Options, State};
use assay_numerics::Tensor;
use assay_protocol::{StateRoot, StepRange};
use assay_prover::{Execution, ProverError, Replay, Work};

use crate::material::{Machine, Material};

/// Takes the steps of one job.
pub trait Stepper: Send {
    /// Replaces the state before step number `step` of the job by the one after it.
    ///
    /// # Errors
    /// What the engine says; the state is as it was then.
    fn step(&mut self, state: &mut State, data: &[Tensor], step: u64) -> Result<(), EngineError>;

    /// The root of a state.
    fn root(&self, state: &State) -> StateRoot;
}

/// An execution that may move between threads.
pub type BoxedExecution = Box<dyn Execution + Send>;

/// How a worker computes.
pub trait Compute: Send + Sync + fmt::Debug {
    /// Takes the steps of a job.
    ///
    /// # Errors
    /// What the engine says of the program and this machine.
    fn stepper(
        &self,
        material: &Material,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, EngineError>;

    /// What the worker says in a game that it computed in the steps of one interval, from the slots before the first of
    /// them.
    ///
    /// # Errors
    /// What the prover says of work, state and machine.
    fn execution(
        &self,
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<BoxedExecution, ProverError>;
}

/// The engine, and its replay in games.
#[derive(Clone, Copy, Debug, Default)]
pub struct Honest;

impl Stepper for Engine {
    fn step(&mut self, state: &mut State, data: &[Tensor], step: u64) -> Result<(), EngineError> {
        Engine::step(self, state, data, step)
    }

    fn root(&self, state: &State) -> StateRoot {
        StateRoot(self.state_root(state).0)
    }
}

impl Compute for Honest {
    fn stepper(
        &self,
        material: &Material,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, EngineError> {
        Ok(Box::new(material.engine(machine)?))
    }

    fn execution(
        &self,
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<BoxedExecution, ProverError> {
        let replay = Replay::new(work, steps, start, machine.options())?;
        Ok(Box::new(replay))
    }
}

impl Machine {
    /// How an engine runs on it.
    pub fn options(self) -> Options {
        Options {
            simd: self.simd,
            memory_limit: Some(self.memory_bytes),
            ..Options::default()
        }
    }
}
