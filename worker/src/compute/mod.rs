//! Who takes a job's steps, and who executes them once more in a game.
//!
//! A worker computes on a [`Device`], the processor or a GPU ([`choose`]), and answers games with the prover's replay, which is
//! the processor's: all devices give the same bits ([`Honest`]). Both stand behind [`Compute`], so that tests can run a worker
//! whose arithmetic is another one and that defends what it computed. A device is believed only after it has computed some
//! operators as the definition has them ([`self_check()`]).

mod choice;
mod cpu;
mod error;
mod gpu;
mod self_check;

pub use choice::{choose, Choice, ChoiceError, Gpus, Installed};
pub use cpu::Cpu;
pub use error::ComputeError;
pub use gpu::Gpu;
pub use self_check::{self_check, Differs, SelfCheckError};

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use assay_engine::{Options, Snapshot};
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{DeviceClass, StateRoot, StepRange};
use assay_prover::{Execution, ProverError, Replay, Work};

use crate::material::{Machine, Material};

/// Takes the steps of one job, with the state that they change.
pub trait Stepper: Send {
    /// Replaces the state before step number `step` of the job by the one after it.
    ///
    /// # Errors
    /// What the device says. A device that failed is of no further use.
    fn step(&mut self, step: u64) -> Result<(), ComputeError>;

    /// The root of the state reached.
    ///
    /// # Errors
    /// What the device says.
    fn root(&self) -> Result<StateRoot, ComputeError>;

    /// The slots of the state reached.
    ///
    /// # Errors
    /// What the device says.
    fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError>;

    /// Some words of a slot of the state reached: those of the range that it has.
    ///
    /// # Errors
    /// What the device says.
    fn words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, ComputeError>;

    /// Sets the state reached aside, so that its root and slots can be had while further steps are taken. `room` is what was
    /// set aside before and is no longer needed.
    ///
    /// # Errors
    /// What the device says, or that there is no memory.
    fn set_aside(&mut self, room: Option<Aside>) -> Result<Aside, ComputeError>;

    /// The slots of the state reached, without a copy where they are in this machine's memory.
    ///
    /// # Errors
    /// What the device says.
    fn into_slots(self: Box<Self>) -> Result<Vec<Tensor>, ComputeError>;
}

/// A state that was set aside.
#[derive(Debug)]
pub enum Aside {
    /// It is hashed when its root is asked for.
    Unhashed(Box<Snapshot>),
    /// The device has hashed it.
    Hashed {
        /// The root.
        root: StateRoot,
        /// The slots in order.
        slots: Vec<Tensor>,
    },
}

impl Aside {
    /// The root, which may take as long as hashing all slots that changed.
    pub fn root(&self) -> StateRoot {
        match self {
            Self::Unhashed(snapshot) => StateRoot(snapshot.root().0),
            Self::Hashed { root, .. } => *root,
        }
    }

    /// The slots in order.
    pub fn slots(&self) -> &[Tensor] {
        match self {
            Self::Unhashed(snapshot) => snapshot.slots(),
            Self::Hashed { slots, .. } => slots,
        }
    }
}

/// A program with all that its steps read beside the state. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Task {
    /// The program.
    pub program: ValidProgram,
    /// The values of its constants.
    pub constants: Arc<[Tensor]>,
    /// The dataset tensors.
    pub data: Arc<[Tensor]>,
}

/// Something that takes steps.
pub trait Device: Send + Sync + fmt::Debug {
    /// Its name, for people.
    fn name(&self) -> String;

    /// What jobs call it.
    fn class(&self) -> DeviceClass;

    /// Bytes that are free in memory of its own; none if it has only the machine's.
    ///
    /// # Errors
    /// What the device says.
    fn free_bytes(&self) -> Result<Option<u64>, ComputeError>;

    /// Whether a program with its data fits into memory of its own now.
    ///
    /// # Errors
    /// [`ComputeError::is_final`] if it does not.
    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError>;

    /// Makes ready to take the steps of a task from a state.
    ///
    /// # Errors
    /// What the device says of the program, the tensors and its memory.
    fn load(
        &self,
        task: &Task,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError>;
}

/// An execution that may move between threads.
pub type BoxedExecution = Box<dyn Execution + Send>;

/// How a worker computes.
pub trait Compute: Send + Sync + fmt::Debug {
    /// Whether a program fits into the device's memory now. The machine's own memory is checked elsewhere.
    ///
    /// # Errors
    /// [`ComputeError::is_final`] if it does not.
    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError>;

    /// Takes the steps of a job from a state.
    ///
    /// # Errors
    /// What the device says of the program and of its memory.
    fn stepper(
        &self,
        material: &Material,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError>;

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

/// Steps on a device, and the replay of them on the processor in games.
#[derive(Clone, Debug)]
pub struct Honest {
    /// What takes the steps.
    pub device: Arc<dyn Device>,
}

/// On the processor.
impl Default for Honest {
    fn default() -> Self {
        let device = Arc::new(Cpu);
        Self { device }
    }
}

impl Compute for Honest {
    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError> {
        self.device.check_room(program)
    }

    fn stepper(
        &self,
        material: &Material,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError> {
        self.device.load(&material.task(), start, machine)
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
