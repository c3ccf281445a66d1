//! What a job's steps are made of: program, constants and data, fetched, verified and checked against the job's record.
//!
//! Whoever recomputes any part of a job, for pay or to check another's work, begins here: [`Sources`] fetches what the
//! roots name, [`Material`] is the whole of it, and an engine for it comes from [`Material::engine`].

mod check;
mod error;
mod sources;
mod tape;

pub use check::{check, defence_bytes};
pub use error::MaterialError;
pub use sources::Sources;
pub use tape::loss_tape;

use std::sync::Arc;

use assay_client::Account;
use assay_engine::{Engine, EngineError, Simd};
use assay_numerics::Tensor;
use assay_program::{ValidProgram, WorkEstimate};
use assay_protocol::{JobRecord, JobSpec};
use assay_prover::Work;

/// How much of this machine a job may use, and how.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// The instruction set.
    pub simd: Simd,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

/// A job's program and data, fetched, verified and checked against its record.
#[derive(Debug)]
pub struct Material {
    /// The program.
    pub program: ValidProgram,
    /// The values of its constants.
    pub constants: Arc<[Tensor]>,
    /// The dataset tensors.
    pub datasets: Arc<[Tensor]>,
    /// What a step costs.
    pub work: WorkEstimate,
    /// The slot that holds the loss of every step, if the program has one.
    pub tape: Option<usize>,
}

impl Material {
    /// Fetches and checks what a job's record names. All of it lies in the store afterwards.
    ///
    /// # Errors
    /// [`MaterialError`] says what is missing or wrong and what a decline would name.
    pub async fn fetch(
        sources: &Sources,
        record: &JobRecord<Account>,
        memory_bytes: u64,
    ) -> Result<Self, MaterialError> {
        let spec = &record.spec;
        let program = sources.program(record.program_root).await?;
        let work = check(&program, spec, memory_bytes)?;
        let root = spec.header.constants_root;
        let constants = sources.constants(root, &program.get().constants).await?;
        let datasets = fetch_datasets(sources, spec, &program).await?;
        Ok(Self {
            constants: constants.into(),
            datasets: datasets.into(),
            work,
            tape: loss_tape(program.get()),
            program,
        })
    }

    /// An engine for the program on this machine.
    ///
    /// # Errors
    /// What the engine says of the instruction set and the memory.
    pub fn engine(&self, machine: Machine) -> Result<Engine, EngineError> {
        Engine::sharing(&self.program, self.constants.clone(), machine.options())
    }

    /// What is executed again in a game about the job.
    pub fn disputed_work(&self) -> Work {
        Work::new(
            self.program.clone(),
            self.constants.clone(),
            self.datasets.clone(),
        )
    }
}

async fn fetch_datasets(
    sources: &Sources,
    spec: &JobSpec,
    program: &ValidProgram,
) -> Result<Vec<Tensor>, MaterialError> {
    let mut datasets = Vec::with_capacity(program.get().inputs.len());
    for (root, ty) in spec.datasets.iter().zip(&program.get().inputs) {
        datasets.push(sources.dataset(*root, *ty).await?);
    }
    Ok(datasets)
}
