//! A program against the record of its job and against this machine.

use assay_program::{estimate, ValidProgram, WorkEstimate};
use assay_protocol::{DeclaredWork, DeclineReason, JobSpec};

use super::MaterialError;
use crate::compute::Compute;

/// Checks a program against the job's record and this machine. Returns what a step costs.
///
/// # Errors
/// [`MaterialError::Hopeless`] with the reason that a decline names.
pub fn check(
    program: &ValidProgram,
    spec: &JobSpec,
    memory_bytes: u64,
) -> Result<WorkEstimate, MaterialError> {
    check_version(program)?;
    check_schedule(program, spec)?;
    let work = estimate(program);
    check_declared(&work, &spec.work)?;
    check_memory(&work, memory_bytes)?;
    Ok(work)
}

fn check_version(program: &ValidProgram) -> Result<(), MaterialError> {
    let known = assay_numerics::VERSION;
    if program.get().header().version == known {
        return Ok(());
    }
    let detail = format!("this build knows numerics version {known} only");
    Err(MaterialError::hopeless(DeclineReason::Unsupported, detail))
}

/// The rows and the batch that the program draws must be the record's: the chain will draw by those.
fn check_schedule(program: &ValidProgram, spec: &JobSpec) -> Result<(), MaterialError> {
    let Some(drawn) = program.get().schedule_shape() else {
        return Ok(());
    };
    let (rows, batch) = (spec.dataset_rows, spec.batch_size);
    let detail = if u64::from(drawn.rows) != rows {
        format!(
            "the program draws from {} rows, the job has {rows}",
            drawn.rows
        )
    } else if drawn.batch != batch {
        format!(
            "the program draws batches of {}, the job says {batch}",
            drawn.batch
        )
    } else {
        return Ok(());
    };
    Err(MaterialError::hopeless(
        DeclineReason::ProgramInvalid,
        detail,
    ))
}

fn check_declared(work: &WorkEstimate, declared: &DeclaredWork) -> Result<(), MaterialError> {
    use DeclineReason::{MemoryUnderstated, WorkUnderstated};
    let (flops, bytes, memory) = (work.flops_per_step, work.bytes_per_step, work.memory_bytes);
    let amounts = [
        (
            "operations a step",
            flops,
            declared.flops_per_step,
            WorkUnderstated,
        ),
        (
            "bytes moved a step",
            bytes,
            declared.bytes_per_step,
            WorkUnderstated,
        ),
        (
            "bytes of memory",
            memory,
            declared.memory_bytes,
            MemoryUnderstated,
        ),
    ];
    for (what, found, declared, reason) in amounts {
        if found > declared {
            let detail =
                format!("the job declares {declared} {what} where its program has {found}");
            return Err(MaterialError::hopeless(reason, detail));
        }
    }
    Ok(())
}

/// Bytes that executing an interval again for a game may take: the states and values of a step, twice. Who cannot defend what
/// it trains must not train it.
///
/// Training takes no more: beside the state and values of a step it holds the state that was set aside at the last interval's
/// end, and its bytes on their way to the store. These are two states, and the values of a step hold the next one.
pub fn defence_bytes(work: &WorkEstimate) -> u64 {
    work.memory_bytes.saturating_mul(2)
}

fn check_memory(work: &WorkEstimate, given: u64) -> Result<(), MaterialError> {
    let needed = defence_bytes(work);
    if needed <= given {
        return Ok(());
    }
    let detail = format!(
        "to defend its steps the program needs {needed} bytes of memory, this worker gives {given}"
    );
    Err(MaterialError::hopeless(DeclineReason::NoCapacity, detail))
}

/// Checks that a program fits into the device's memory now.
///
/// # Errors
/// [`MaterialError::Hopeless`] with the reason that a decline names if it does not; [`MaterialError::Device`] if the device
/// failed.
pub fn check_device(program: &ValidProgram, compute: &dyn Compute) -> Result<(), MaterialError> {
    compute
        .check_room(program)
        .map_err(|error| match error.is_final() {
            true => MaterialError::hopeless(DeclineReason::NoCapacity, error),
            false => MaterialError::Device(error),
        })
}
