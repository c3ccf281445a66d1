//! A worker's arithmetic with a fault in it.

use assay_commitment::Sha3;
use assay_engine::{Engine, EngineError, State};
use assay_numerics::{Tensor, TensorType};
use assay_protocol::{StateRoot, StepRange};
use assay_prover::{ProverError, Work};
use assay_worker::{
    compute::{BoxedExecution, Compute, Stepper},
    material::{Machine, Material},
};

use crate::{conduct::Muted, Conduct, Facts, Fault, Tale, Told};

/// A worker's arithmetic with a fault in it, defended in games.
#[derive(Clone, Copy, Debug)]
pub struct Crooked {
    /// What it does wrongly.
    pub fault: Fault,
    /// How it behaves in games.
    pub conduct: Conduct,
}

impl Crooked {
    /// One that plays its games to the end.
    pub fn new(fault: Fault) -> Self {
        let conduct = Conduct::default();
        Self { fault, conduct }
    }
}

impl Compute for Crooked {
    fn stepper(
        &self,
        material: &Material,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, EngineError> {
        Ok(Box::new(CrookedStepper {
            engine: material.engine(machine)?,
            work: material.disputed_work(),
            fault: self.fault,
        }))
    }

    fn execution(
        &self,
        work: Work,
        steps: StepRange,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<BoxedExecution, ProverError> {
        std::thread::sleep(self.conduct.delay);
        let tale = Tale::new(work, steps, start, self.fault, machine.options())?;
        Ok(match self.conduct.silent {
            Some(level) => Box::new(Muted::new(tale, level)),
            None => Box::new(tale),
        })
    }
}

struct CrookedStepper {
    engine: Engine,
    work: Work,
    fault: Fault,
}

impl Stepper for CrookedStepper {
    fn step(&mut self, state: &mut State, data: &[Tensor], step: u64) -> Result<(), EngineError> {
        if !self.fault.strikes(step) {
            return self.engine.step(state, data, step);
        }
        let before = state.slots().to_vec();
        let facts = Facts {
            program: self.work.program(),
            constants: self.work.constants(),
            data,
            step,
            before: &before,
        };
        let told = tell(&mut self.engine, &self.fault, &facts)?;
        *state = State::new(self.work.program(), told.after)?;
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

/// Takes a step, and tells it as a fault has it.
pub(crate) fn tell(
    engine: &mut Engine,
    fault: &Fault,
    facts: &Facts<'_>,
) -> Result<Told, EngineError> {
    let mut state = State::new(facts.program, facts.before.to_vec())?;
    let mut truth = Vec::new();
    let mut observe = |_, ty: TensorType, words: &[u32]| {
        truth.extend(Tensor::new(ty, words.to_vec()));
    };
    engine.trace_step(&mut state, facts.data, facts.step, &mut observe)?;
    Ok(fault.tell(facts, truth))
}
