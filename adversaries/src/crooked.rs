//! A worker's arithmetic with a fault in it.

use assay_commitment::Sha3;
use assay_engine::{Engine, EngineError, State};
use assay_numerics::Tensor;
use assay_program::ValidProgram;
use assay_protocol::{StateRoot, StepRange};
use assay_prover::{ProverError, Work};
use assay_worker::{
    compute::{BoxedExecution, Compute, Stepper},
    material::{Machine, Material},
};

use crate::{Fault, Kind, Tale};

/// A worker's arithmetic with a fault in it, defended in games.
#[derive(Clone, Copy, Debug)]
pub struct Crooked(pub Fault);

impl Compute for Crooked {
    fn stepper(
        &self,
        material: &Material,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, EngineError> {
        Ok(Box::new(CrookedStepper {
            engine: material.engine(machine)?,
            program: material.program.clone(),
            fault: self.0,
        }))
    }

    fn execution(
        &self,
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<BoxedExecution, ProverError> {
        if self.0.kind == Kind::Silent {
            return Err(ProverError::TooLarge);
        }
        let tale = Tale::new(work, steps, start, self.0, machine.options())?;
        Ok(Box::new(tale))
    }
}

struct CrookedStepper {
    engine: Engine,
    program: ValidProgram,
    fault: Fault,
}

impl Stepper for CrookedStepper {
    fn step(&mut self, state: &mut State, data: &[Tensor], step: u64) -> Result<(), EngineError> {
        if !self.fault.strikes(step) {
            return self.engine.step(state, data, step);
        }
        let before = state.slots().to_vec();
        self.engine.step(state, data, step)?;
        let after = state.slots().to_vec();
        let told = self.fault.next(&self.program, step, &before, after);
        *state = State::new(&self.program, told)?;
        Ok(())
    }

    fn root(&self, state: &State) -> StateRoot {
        // The engine's own root relies on its steps having changed what it says they change.
        let roots = state
            .slots()
            .iter()
            .map(assay_commitment::tensor_root_of::<Sha3>)
            .collect::<Vec<_>>();
        StateRoot(assay_commitment::state_root::<Sha3>(&roots).0)
    }
}
