//! An NVIDIA GPU. No GPU was at hand where this was written: it is shown by what it shares with the processor, and by tests
//! that put another device in its place.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use assay_cuda::{
    device::{Device as CudaDevice, Engine, Options},
    nvrtc, CudaError,
};
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{DeviceClass, StateRoot};

use super::{Aside, ComputeError, Device, Stepper, Task};
use crate::material::Machine;

/// A GPU by its number.
#[derive(Clone)]
pub struct Gpu {
    number: usize,
    device: Arc<CudaDevice>,
}

impl fmt::Debug for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gpu({})", self.name())
    }
}

impl Gpu {
    /// Opens a GPU, if driver, GPU and run-time compiler are there.
    ///
    /// # Errors
    /// [`CudaError`] names what is missing.
    pub fn open(number: usize) -> Result<Self, CudaError> {
        let device = Arc::new(CudaDevice::open(number)?);
        match nvrtc::is_present() {
            true => Ok(Self { number, device }),
            false => Err(CudaError::NoCompiler),
        }
    }
}

impl Device for Gpu {
    fn name(&self) -> String {
        format!("cuda:{}, {}", self.number, self.device.name())
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Gpu
    }

    fn free_bytes(&self) -> Result<Option<u64>, ComputeError> {
        Ok(Some(self.device.free_bytes()?))
    }

    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError> {
        Ok(self.device.check_room(program)?)
    }

    fn load(
        &self,
        task: &Task,
        start: Vec<Tensor>,
        _: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError> {
        let Task {
            program,
            constants,
            data,
        } = task;
        let device = self.device.clone();
        let options = Options::default();
        let engine = Engine::new(device, program, constants, data, &start, options)?;
        Ok(Box::new(GpuStepper(engine)))
    }
}

struct GpuStepper(Engine);

impl GpuStepper {
    fn hash(&self) -> Result<StateRoot, CudaError> {
        Ok(StateRoot(self.0.state_root()?.0))
    }
}

impl Stepper for GpuStepper {
    fn step(&mut self, step: u64) -> Result<(), ComputeError> {
        Ok(self.0.step(step)?)
    }

    fn root(&self) -> Result<StateRoot, ComputeError> {
        Ok(self.hash()?)
    }

    fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError> {
        Ok(Cow::Owned(self.0.state()?))
    }

    fn words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, ComputeError> {
        Ok(self.0.slot_words(slot, words)?)
    }

    /// The device hashes at the speed of its memory, so that nothing is gained by steps beside it; storing goes on beside them.
    fn set_aside(&mut self, _: Option<Aside>) -> Result<Aside, ComputeError> {
        Ok(Aside::Hashed {
            root: self.hash()?,
            slots: self.0.state()?,
        })
    }

    fn into_slots(self: Box<Self>) -> Result<Vec<Tensor>, ComputeError> {
        Ok(self.0.state()?)
    }
}
