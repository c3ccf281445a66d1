//! Fetches and checks what a job consists of, before anything is promised.

use std::sync::Arc;

use assay_blobs::{
    state_from_bytes, tensor_from_bytes, BlobId, Expected, FetchError, Fetcher, StoreError,
};
use assay_client::Account;
use assay_numerics::{Op, Tensor, TensorType};
use assay_program::{estimate, Program, ValidProgram, WorkEstimate};
use assay_protocol::{DeclineReason, JobSpec, JobView, StateRoot};

/// A job's program and data, fetched, verified and checked against its record.
#[derive(Debug)]
pub struct Prepared {
    /// The program.
    pub program: ValidProgram,
    /// The values of its constants.
    pub constants: Vec<Tensor>,
    /// The dataset tensors.
    pub datasets: Vec<Tensor>,
    /// What a step costs.
    pub work: WorkEstimate,
    /// The slot that holds the loss of every step, if the program has one.
    pub tape: Option<usize>,
}

/// Why a job cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The job itself is at fault, or beyond this worker: trying again is no use.
    #[error("{detail}")]
    Hopeless {
        /// What a decline would say.
        reason: DeclineReason,
        /// What is wrong, in words.
        detail: String,
    },
    /// Something cannot be fetched now.
    #[error("{error}")]
    Unavailable {
        /// What a decline would say.
        reason: DeclineReason,
        /// What the locations said.
        error: Box<FetchError>,
    },
    /// This machine failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl PrepareError {
    fn hopeless(reason: DeclineReason, detail: impl ToString) -> Self {
        Self::Hopeless {
            reason,
            detail: detail.to_string(),
        }
    }
}

/// What preparing a job needs to know.
#[derive(Clone, Debug)]
pub struct Request {
    /// The job.
    pub job: JobView<Account>,
    /// Where its blobs may be: the buyer's locations, then the last provider's endpoint.
    pub locations: Vec<String>,
    /// Bytes of memory that a job may take on this machine.
    pub memory_bytes: u64,
}

/// Fetches and checks a job's program, data and the state where work goes on. All of it lies in the store afterwards.
///
/// # Errors
/// [`PrepareError`] says what is missing or wrong and what a decline would name.
pub async fn prepare(fetcher: &Fetcher, request: &Request) -> Result<Arc<Prepared>, PrepareError> {
    let spec = &request.job.record.spec;
    let program = fetch_program(fetcher, request).await?;
    let work = check(&program, spec, request.memory_bytes)?;
    let types = program.get();
    let constants = match &types.constants[..] {
        [] => Vec::new(),
        types => {
            let (id, expected) = (
                BlobId::constants(spec.header.constants_root),
                Expected::Constants(types.to_vec()),
            );
            let bytes = fetch(
                fetcher,
                request,
                &id,
                &expected,
                DeclineReason::DataUnavailable,
            )
            .await?;
            tensors(types, &bytes)?
        }
    };
    let mut datasets = Vec::with_capacity(types.inputs.len());
    for (root, ty) in spec.datasets.iter().zip(&types.inputs) {
        let id = BlobId::tensor(root.0);
        let bytes = fetch(
            fetcher,
            request,
            &id,
            &Expected::Tensor(*ty),
            DeclineReason::DataUnavailable,
        )
        .await?;
        let tensor = tensor_from_bytes(*ty, &bytes);
        datasets.push(
            tensor.map_err(|error| PrepareError::hopeless(DeclineReason::ProgramInvalid, error))?,
        );
    }
    fetch_state(fetcher, request, &program, request.job.resume.state).await?;
    let tape = tape(types, spec.schedule.total_steps.0);
    Ok(Arc::new(Prepared {
        constants,
        datasets,
        work,
        tape,
        program,
    }))
}

async fn fetch_program(fetcher: &Fetcher, request: &Request) -> Result<ValidProgram, PrepareError> {
    let id = BlobId::program(request.job.record.program_root.0);
    let file = fetch(
        fetcher,
        request,
        &id,
        &Expected::Program,
        DeclineReason::ProgramUnavailable,
    )
    .await?;
    let invalid = |cause: &dyn std::fmt::Display| {
        PrepareError::hopeless(
            DeclineReason::ProgramInvalid,
            format!("the program is invalid: {cause}"),
        )
    };
    let program = Program::decode(&file).map_err(|error| invalid(&error))?;
    program.validate().map_err(|error| invalid(&error))
}

/// Makes sure that a state of the program is in the store.
async fn fetch_state(
    fetcher: &Fetcher,
    request: &Request,
    program: &ValidProgram,
    root: StateRoot,
) -> Result<(), PrepareError> {
    let expected = Expected::State(program.get().slots.clone());
    let fetched = fetcher
        .fetch(&BlobId::state(root.0), &expected, &request.locations)
        .await;
    fetched.map_err(|error| unavailable(error, DeclineReason::StateUnavailable))
}

async fn fetch(
    fetcher: &Fetcher,
    request: &Request,
    id: &BlobId,
    expected: &Expected,
    reason: DeclineReason,
) -> Result<Vec<u8>, PrepareError> {
    fetcher
        .read(id, expected, &request.locations)
        .await
        .map_err(|error| unavailable(error, reason))
}

fn unavailable(error: FetchError, reason: DeclineReason) -> PrepareError {
    match error {
        FetchError::Store(error) => PrepareError::Store(error),
        error => PrepareError::Unavailable {
            reason,
            error: Box::new(error),
        },
    }
}

fn tensors(types: &[TensorType], bytes: &[u8]) -> Result<Vec<Tensor>, PrepareError> {
    state_from_bytes(types, bytes)
        .map_err(|error| PrepareError::hopeless(DeclineReason::ProgramInvalid, error))
}

/// Checks a program against the job's record and this machine.
///
/// # Errors
/// [`PrepareError::Hopeless`] with the reason that a decline names.
pub fn check(
    program: &ValidProgram,
    spec: &JobSpec,
    memory_bytes: u64,
) -> Result<WorkEstimate, PrepareError> {
    if program.get().header().version != assay_numerics::VERSION {
        let detail = format!(
            "this build knows numerics version {} only",
            assay_numerics::VERSION
        );
        return Err(PrepareError::hopeless(DeclineReason::Unsupported, detail));
    }
    check_schedule(program, spec)?;
    let (work, declared) = (estimate(program), &spec.work);
    let understated = |what: &str, found: u64, declared: u64| {
        format!("the job declares {declared} {what} where its program has {found}")
    };
    if work.flops_per_step > declared.flops_per_step {
        let detail = understated(
            "operations a step",
            work.flops_per_step,
            declared.flops_per_step,
        );
        return Err(PrepareError::hopeless(
            DeclineReason::WorkUnderstated,
            detail,
        ));
    }
    if work.bytes_per_step > declared.bytes_per_step {
        let detail = understated(
            "bytes moved a step",
            work.bytes_per_step,
            declared.bytes_per_step,
        );
        return Err(PrepareError::hopeless(
            DeclineReason::WorkUnderstated,
            detail,
        ));
    }
    if work.memory_bytes > declared.memory_bytes {
        let detail = understated("bytes of memory", work.memory_bytes, declared.memory_bytes);
        return Err(PrepareError::hopeless(
            DeclineReason::MemoryUnderstated,
            detail,
        ));
    }
    if work.memory_bytes > memory_bytes {
        let detail = format!(
            "the program needs {} bytes of memory, this worker gives {memory_bytes}",
            work.memory_bytes
        );
        return Err(PrepareError::hopeless(DeclineReason::NoCapacity, detail));
    }
    Ok(work)
}

/// The rows and the batch that the program draws must be the record's: the chain will draw by those.
fn check_schedule(program: &ValidProgram, spec: &JobSpec) -> Result<(), PrepareError> {
    let invalid = |detail: String| {
        Err(PrepareError::hopeless(
            DeclineReason::ProgramInvalid,
            detail,
        ))
    };
    let Some(shape) = program.get().schedule_shape() else {
        return Ok(());
    };
    if u64::from(shape.rows) != spec.dataset_rows {
        return invalid(format!(
            "the program draws from {} rows, the job has {}",
            shape.rows, spec.dataset_rows
        ));
    }
    if shape.batch != spec.batch_size {
        return invalid(format!(
            "the program draws batches of {}, the job says {}",
            shape.batch, spec.batch_size
        ));
    }
    Ok(())
}

/// The slot into which a row of one number is written at every step: by convention the loss.
fn tape(program: &Program, total_steps: u64) -> Option<usize> {
    let slots = program.slots.len();
    let first = program.nodes.len().checked_sub(slots + 1)?;
    let nodes = program.nodes.get(first..first + slots)?;
    nodes.iter().position(|node| {
        let [batch, matrices, rows, cols] = node.output.dims.get();
        node.op == Op::RowWrite
            && (batch, matrices, cols) == (1, 1, 1)
            && u64::from(rows) >= total_steps
    })
}
