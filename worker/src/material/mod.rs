//! What a job's steps are made of: program, constants and data, fetched, verified and checked against the job's record.
//!
//! Whoever recomputes any part of a job, for pay or to check another's work, begins here: [`Sources`] fetches what the
//! roots name, [`Material`] is the whole of it, and [`Material::task`] is what a device takes steps with.

mod check;
mod error;
mod sources;
mod tape;

pub use check::{check, check_device, defence_bytes};
pub use error::MaterialError;
pub use sources::Sources;
pub use tape::loss_tape;

use std::sync::Arc;

use assay_client::Account;
use assay_engine::Simd;
use assay_numerics::Tensor;
use assay_program::{ValidProgram, WorkEstimate};
use assay_protocol::{JobRecord, JobSpec};
use assay_prover::Work;

use crate::compute::{Compute, Task};

/// How much of this machine a job may use, and how.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// The instruction set.
    pub simd: Simd,
    /// Bytes of memory.
    pub memory_bytes: u64,
}

/// What a job may take.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Of the machine.
    pub machine: Machine,
    /// Who takes the steps.
    pub compute: Arc<dyn Compute>,
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
        capacity: &Capacity,
    ) -> Result<Self, MaterialError> {
        let spec = &record.spec;
        let program = sources.program(record.program_root).await?;
        let work = check(&program, spec, capacity.machine.memory_bytes)?;
        check_device(&program, capacity.compute.as_ref())?;
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

    /// What a device takes the job's steps with.
    pub fn task(&self) -> Task {
        Task {
            program: self.program.clone(),
            constants: self.constants.clone(),
            data: self.datasets.clone(),
        }
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
