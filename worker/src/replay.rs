//! Taking a job's steps from a saved state: the same whether for the first time, again after a crash, or to check another's.

use std::{ops::ControlFlow, sync::Arc};

use assay_engine::{EngineError, State};
use assay_protocol::{StateRoot, StepIndex, StepRange};

use crate::{compute::Stepper, material::Material};

/// Who takes a job's steps, with the state reached.
pub struct Replay {
    material: Arc<Material>,
    stepper: Box<dyn Stepper>,
    state: State,
}

impl Replay {
    /// Begins at a state of the job.
    pub fn new(material: Arc<Material>, stepper: Box<dyn Stepper>, state: State) -> Self {
        Self {
            material,
            stepper,
            state,
        }
    }

    /// Takes the steps of a range, from the state before the first of them. `each` sees the state after each step and may
    /// break off.
    ///
    /// # Errors
    /// What the engine says; the state is that after the last step then.
    pub fn steps(
        &mut self,
        steps: StepRange,
        mut each: impl FnMut(StepIndex, &State) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, EngineError> {
        for step in steps.first.0..steps.end().0 {
            self.stepper
                .step(&mut self.state, &self.material.datasets, step)?;
            if each(StepIndex(step), &self.state).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The root of the state reached.
    pub fn root(&self) -> StateRoot {
        self.stepper.root(&self.state)
    }

    /// The state reached.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The state reached, without a copy.
    pub fn into_state(self) -> State {
        self.state
    }

    /// What the job is made of.
    pub const fn material(&self) -> &Arc<Material> {
        &self.material
    }
}
