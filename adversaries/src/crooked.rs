//! A worker's arithmetic with a fault in it.

use std::{borrow::Cow, ops::Range};

use assay_commitment::Sha3;
use assay_engine::{Engine, EngineError, State};
use assay_numerics::{Tensor, TensorType};
use assay_program::ValidProgram;
use assay_protocol::{StateRoot, StepRange};
use assay_prover::{ProverError, Work};
use assay_worker::{
    compute::{Aside, BoxedExecution, Compute, ComputeError, Cpu, Device, Stepper},
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
    fn check_room(&self, program: &ValidProgram) -> Result<(), ComputeError> {
        Cpu.check_room(program)
    }

    fn stepper(
        &self,
        material: &Material,
        start: Vec<Tensor>,
        machine: Machine,
    ) -> Result<Box<dyn Stepper>, ComputeError> {
        let (program, constants) = (&material.program, material.constants.clone());
        Ok(Box::new(CrookedStepper {
            engine: Engine::sharing(program, constants, machine.options())?,
            state: State::new(program, start)?,
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
    state: State,
    work: Work,
    fault: Fault,
}

impl Stepper for CrookedStepper {
    fn step(&mut self, step: u64) -> Result<(), ComputeError> {
        let data = self.work.data();
        if !self.fault.strikes(step) {
            return Ok(self.engine.step(&mut self.state, data, step)?);
        }
        let before = self.state.slots().to_vec();
        let facts = Facts {
            program: self.work.program(),
            constants: self.work.constants(),
            data,
            step,
            before: &before,
        };
        let told = tell(&mut self.engine, &self.fault, &facts)?;
        self.state = State::new(self.work.program(), told.after)?;
        Ok(())
    }

    fn root(&self) -> Result<StateRoot, ComputeError> {
        // The engine's own root relies on its steps having changed what it says they change.
        let slots = self.state.slots().iter();
        let roots: Vec<_> = slots
            .map(assay_commitment::tensor_root_of::<Sha3>)
            .collect();
        Ok(StateRoot(assay_commitment::state_root::<Sha3>(&roots).0))
    }

    fn slots(&self) -> Result<Cow<'_, [Tensor]>, ComputeError> {
        Ok(Cow::Borrowed(self.state.slots()))
    }

    fn words(&self, slot: usize, words: Range<usize>) -> Result<Vec<u32>, ComputeError> {
        let all = self.state.slot(slot).map_or(&[][..], Tensor::words);
        let end = words.end.min(all.len());
        Ok(all.get(words.start..end).unwrap_or_default().to_vec())
    }

    fn set_aside(&mut self, _: Option<Aside>) -> Result<Aside, ComputeError> {
        Ok(Aside::Hashed {
            root: self.root()?,
            slots: self.state.slots().to_vec(),
        })
    }

    fn into_slots(self: Box<Self>) -> Result<Vec<Tensor>, ComputeError> {
        Ok(self.state.into_slots())
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
