//! From a job's parts to what the chain is given.

use assay_models::{job::Device, JobBundle, JobFile};
use assay_protocol::{
    Balance, DeclaredWork, DeviceClass, JobSpec, JobSubmission, NodeTreeRoot, Params,
    ProgramHeader, Requirements, Schedule, SegmentIndex, StateRoot, StepCount, TensorRoot, Url,
    MAX_BLOB_LOCATIONS, MAX_DATASETS,
};

use crate::{amount::DECIMALS, CliError};

/// What a buyer submits: the job of a file, with blobs at `locations`, under the parameters in force.
///
/// # Errors
/// [`CliError::Submission`] names the field for which the chain would refuse it.
pub fn build(
    job: &JobFile,
    bundle: &JobBundle,
    locations: &[String],
    params: &Params,
) -> Result<JobSubmission, CliError> {
    let spec = spec(job, bundle, locations, params)?;
    let submission = JobSubmission {
        escrow: escrow(job, &spec, params),
        spec,
    };
    submission.check(params)?;
    Ok(submission)
}

fn spec(
    job: &JobFile,
    bundle: &JobBundle,
    locations: &[String],
    params: &Params,
) -> Result<JobSpec, CliError> {
    let (plan, roots) = (&bundle.plan, &bundle.roots);
    let datasets: Vec<TensorRoot> = roots
        .datasets
        .iter()
        .map(|root| TensorRoot(root.0))
        .collect();
    let mut spec = JobSpec {
        header: ProgramHeader::from(bundle.program.get().header()),
        node_tree_root: NodeTreeRoot(roots.nodes),
        start_state: StateRoot(roots.start_state.0),
        datasets: bounded("data", datasets, MAX_DATASETS)?,
        dataset_rows: u64::from(plan.dataset_rows),
        batch_size: plan.batch,
        schedule: Schedule {
            total_steps: StepCount(u64::from(plan.total_steps)),
            steps_per_segment: plan.steps_per_segment,
            steps_per_interval: plan.steps_per_interval,
        },
        work: work(bundle),
        seconds_per_segment: job.job.seconds_per_segment.unwrap_or_default(),
        price_per_segment: units("job.price_per_segment", &job.job.price_per_segment)?,
        requirements: requirements(job, bundle)?,
        blobs: bounded("--location", urls(locations)?, MAX_BLOB_LOCATIONS)?,
        max_pause: job
            .job
            .max_pause_blocks
            .unwrap_or(params.segments.max_pause),
    };
    if job.job.seconds_per_segment.is_none() {
        spec.seconds_per_segment = u32::try_from(spec.least_seconds(params)).unwrap_or(u32::MAX);
    }
    Ok(spec)
}

const fn work(bundle: &JobBundle) -> DeclaredWork {
    DeclaredWork {
        flops_per_step: bundle.work.flops_per_step,
        bytes_per_step: bundle.work.bytes_per_step,
        memory_bytes: bundle.work.memory_bytes,
    }
}

fn requirements(job: &JobFile, bundle: &JobBundle) -> Result<Requirements, CliError> {
    let asked = &job.job.requirements;
    Ok(Requirements {
        device: match asked.device {
            Device::Cpu => DeviceClass::Cpu,
            Device::Gpu => DeviceClass::Gpu,
        },
        memory_bytes: asked.memory_bytes.unwrap_or(bundle.work.memory_bytes),
        min_stake: units("job.requirements.min_stake", &asked.min_stake)?,
    })
}

/// Prices and fees of the first `escrow_segments` segments; of all if the file does not say.
fn escrow(job: &JobFile, spec: &JobSpec, params: &Params) -> Balance {
    let cost_from = |segment| spec.cost_from(SegmentIndex(segment), spec.price_per_segment, params);
    let later = job.job.escrow_segments.map_or(0, cost_from);
    cost_from(0).saturating_sub(later)
}

fn units(field: &'static str, amount: &assay_models::job::Amount) -> Result<Balance, CliError> {
    amount
        .units(DECIMALS)
        .map_err(|cause| CliError::Amount { field, cause })
}

fn urls(locations: &[String]) -> Result<Vec<Url>, CliError> {
    locations
        .iter()
        .map(|text| url("--location", text))
        .collect()
}

/// Parses a URL that goes to the chain.
pub(crate) fn url(field: &'static str, text: &str) -> Result<Url, CliError> {
    Url::parse(text).map_err(|cause| CliError::Url {
        field,
        url: text.to_owned(),
        cause,
    })
}

fn bounded<T, B: TryFrom<Vec<T>>>(
    field: &'static str,
    items: Vec<T>,
    most: u32,
) -> Result<B, CliError> {
    let found = items.len();
    B::try_from(items).map_err(|_| CliError::TooMany { field, found, most })
}
