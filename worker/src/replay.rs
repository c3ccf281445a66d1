//! Taking a job's steps from a saved state: the same whether for the first time, again after a crash, or to check another's.

use std::{borrow::Cow, ops::ControlFlow};

use assay_numerics::Tensor;
use assay_protocol::{StateRoot, StepIndex, StepRange};

use crate::compute::{Aside, ComputeError, Stepper};

/// Who takes a job's steps, with the state reached.
pub struct Replay {
    stepper: Box<dyn Stepper>,
}

impl Replay {
    /// Begins at the stepper's state.
    pub fn new(stepper: Box<dyn Stepper>) -> Self {
        Self { stepper }
    }

    /// Takes the steps of a range, from the state before the first of them. `each` is told of each step and sees the state
    /// after it, and may break off.
    ///
    /// # Errors
    /// What the device says, or what `each` says.
    pub fn steps(
        &mut self,
        steps: StepRange,
        mut each: impl FnMut(StepIndex, &dyn Stepper) -> Result<ControlFlow<()>, ComputeError>,
    ) -> Result<ControlFlow<()>, ComputeError> {
        for step in steps.first.0..steps.end().0 {
            self.stepper.step(step)?;
            if each(StepIndex(step), self.stepper.as_ref())?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The root of the state reached.
    ///
    /// # Errors
    /// What the device says.
    pub fn root(&self) -> Result<StateRoot, ComputeError> {
        self.stepper.root()
    }

    /// The slots of the state reached.
    ///
    /// # Errors
    /// What the device says.
    pub fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError> {
        self.stepper.slots()
    }

    /// Sets the state reached aside. `room` is what was set aside before and is no longer needed.
    ///
    /// # Errors
    /// What the device says, or that there is no memory.
    pub fn set_aside(&mut self, room: Option<Aside>) -> Result<Aside, ComputeError> {
        self.stepper.set_aside(room)
    }

    /// The slots of the state reached, without a copy where they are in this machine's memory.
    ///
    /// # Errors
    /// What the device says.
    pub fn into_slots(self) -> Result<Vec<Tensor>, ComputeError> {
        self.stepper.into_slots()
    }
}
