//! The processor.

use std::{borrow::Cow, ops::Range, sync::Arc};

use assay_engine::{Engine, Simd, State};
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{DeviceClass, StateRoot};

use super::{Aside, ComputeError, Device, Stepper, Task};
use crate::{machine, material::Machine};

/// The processor, with all its cores and this machine's memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu;

impl Device for Cpu {
    fn name(&self) -> String {
        let cores = machine::cores();
        match Simd::from_env().and_then(Simd::resolve) {
            Ok(simd) => format!("cpu, {simd}, {cores} cores"),
            Err(error) => format!("cpu, {cores} cores; {error}"),
        }
    }

    fn class(&self) -> DeviceClass {
        DeviceClass::Cpu
    }

    fn free_bytes(&self) -> Result<Option<u64>, ComputeError> {
        Ok(None)
    }

    fn check_room(&self, _: &ValidProgram) -> Result<(), ComputeError> {
        Ok(())
    }

    fn load(
        &self,
        task: &Task,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError> {
        let constants = task.constants.clone();
        Ok(Box::new(CpuStepper {
            engine: Engine::sharing(&task.program, constants, machine.options())?,
            state: State::new(&task.program, start)?,
            data: task.data.clone(),
        }))
    }
}

struct CpuStepper {
    engine: Engine,
    state: State,
    data: Arc<[Tensor]>,
}

impl Stepper for CpuStepper {
    fn step(&mut self, step: u64) -> Result<(), ComputeError> {
        Ok(self.engine.step(&mut self.state, &self.data, step)?)
    }

    fn root(&self) -> Result<StateRoot, ComputeError> {
        Ok(StateRoot(self.engine.state_root(&self.state).0))
    }

    fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError> {
        Ok(Cow::Borrowed(self.state.slots()))
    }

    fn words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, ComputeError> {
        let all = self.state.slot(slot).map_or(&[][..], Tensor::words);
        let end = words.end.min(all.len());
        Ok(all.get(words.start..end).unwrap_or_default().to_vec())
    }

    fn set_aside(&mut self, room: Option<Aside>) -> Result<Aside, ComputeError> {
        let mut snapshot = match room {
            Some(Aside::Unhashed(snapshot)) => snapshot,
            _ => Box::new(self.engine.snapshot()?),
        };
        self.engine.set_aside(&mut self.state, &mut snapshot)?;
        Ok(Aside::Unhashed(snapshot))
    }

    fn into_slots(self: Box<Self>) -> Result<Vec<Tensor>, ComputeError> {
        Ok(self.state.into_slots())
    }
}
