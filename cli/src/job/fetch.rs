//! `assay job fetch`.

use std::path::Path;

use assay_blobs::{state_from_bytes, BlobId, BlobStore, Expected, Fetcher, Limits};
use assay_client::{Account, At, ChainClient};
use assay_models::{Checkpoint, JobBundle};
use assay_numerics::Tensor;
use assay_protocol::{JobId, JobStatus, JobView, SegmentStatus, StateRoot, StepIndex};
use serde::Serialize;

use super::{file::Opened, find, segments};
use crate::{
    context::Context,
    options::FetchOptions,
    output::{field, Output},
    CliError,
};

/// A fetched model.
#[derive(Clone, Debug, Serialize)]
pub struct Fetched {
    /// The job.
    pub job: JobId,
    /// The segment whose last state this is.
    pub segment: u32,
    /// Steps that it was trained for.
    pub steps: u64,
    /// Root of the state.
    pub state_root: StateRoot,
    /// The loss of the last step; `null` if it is not a number.
    pub loss: Option<f32>,
    /// Parameters in the file.
    pub parameters: usize,
    /// The file.
    pub out: String,
}

/// A state that is final, and who has it.
struct Found {
    segment: u32,
    steps: StepIndex,
    root: StateRoot,
    provider: Account,
}

/// Fetches the newest final state, checks it against its root and writes its parameters.
///
/// # Errors
/// [`CliError::NothingFinal`], [`CliError::OtherJob`], [`CliError::Fetch`], or whatever else is wrong; no file is left then.
pub async fn run(
    options: &FetchOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let id = JobId(options.id);
    let chain = context.chain().await?;
    let job = find(&chain, id, At::Finalised).await?;
    if !matches!(job.state.status, JobStatus::Ended { .. }) {
        eprintln!("note: job {id} has not ended; this is the newest final state so far");
    }
    let found = newest_final(&chain, &job).await?;
    let bundle = Opened::read(&options.job)?.bundle()?;
    check_same(&bundle, &job)?;
    let locations = locations(options, &chain, found.provider).await?;
    let slots = fetch(options, context, &bundle, found.root, &locations).await?;
    let fetched = write(options, &bundle, &found, &slots, id)?;
    out.finish(&fetched, |out| {
        field(out, "job", fetched.job)?;
        field(out, "segment", fetched.segment)?;
        field(out, "steps", fetched.steps)?;
        field(out, "state root", fetched.state_root)?;
        fetched
            .loss
            .map_or(Ok(()), |loss| field(out, "loss", loss))?;
        field(out, "written to", &fetched.out)
    })
}

async fn newest_final(chain: &ChainClient, job: &JobView<Account>) -> Result<Found, CliError> {
    let views = segments(chain, job.id, At::Finalised).await?;
    let newest = views.iter().rev().find_map(|view| match view.status {
        SegmentStatus::Final { final_state, .. } => Some(Found {
            segment: view.segment.0,
            steps: view.steps.end(),
            root: final_state,
            provider: *view.status.provider(),
        }),
        _ => None,
    });
    newest.ok_or(CliError::NothingFinal { id: job.id })
}

/// Checks that a job file gives the very program, data and start state that were submitted.
fn check_same(bundle: &JobBundle, job: &JobView<Account>) -> Result<(), CliError> {
    let (roots, record) = (&bundle.roots, &job.record);
    let mut pairs = vec![
        (
            "the program".to_owned(),
            roots.program.0,
            record.program_root.0,
        ),
        (
            "the start state".to_owned(),
            roots.start_state.0,
            record.spec.start_state.0,
        ),
    ];
    for (number, (found, expected)) in roots.datasets.iter().zip(&record.spec.datasets).enumerate()
    {
        pairs.push((format!("dataset {number}"), found.0, expected.0));
    }
    match pairs
        .into_iter()
        .find(|(_, found, expected)| found != expected)
    {
        None => Ok(()),
        Some((field, found, expected)) => {
            let hex = |root: [u8; 32]| format!("0x{}", hex::encode(root));
            Err(CliError::OtherJob {
                id: job.id,
                field,
                expected: hex(expected),
                found: hex(found),
            })
        }
    }
}

/// `--from`, or the provider's endpoint if it still is one.
async fn locations(
    options: &FetchOptions,
    chain: &ChainClient,
    provider: Account,
) -> Result<Vec<String>, CliError> {
    if let Some(from) = &options.from {
        return Ok(vec![from.clone()]);
    }
    let view = chain.provider(&provider, At::Best).await?;
    Ok(view
        .map(|view| view.provider.endpoint.to_text())
        .into_iter()
        .collect())
}

/// The state's slots, from the directory of blobs or over HTTP through it.
async fn fetch(
    options: &FetchOptions,
    context: &Context,
    bundle: &JobBundle,
    root: StateRoot,
    locations: &[String],
) -> Result<Vec<Tensor>, CliError> {
    let directory = options
        .out
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // Without a directory for blobs the state lies beside the file, where room is needed anyway, until it is read.
    let scratch = match &options.blobs {
        Some(_) => None,
        None => Some(tempfile::tempdir_in(directory).map_err(CliError::file(directory))?),
    };
    let place = options
        .blobs
        .as_deref()
        .or(scratch.as_ref().map(tempfile::TempDir::path))
        .unwrap_or(directory);
    let fetcher = Fetcher {
        store: BlobStore::local(place)?,
        http: context.http(Limits::default())?,
    };
    let types = &bundle.program.get().slots;
    let bytes = fetcher
        .read(
            &BlobId::state(root.0),
            &Expected::State(types.clone()),
            locations,
        )
        .await?;
    Ok(state_from_bytes(types, &bytes)?)
}

fn write(
    options: &FetchOptions,
    bundle: &JobBundle,
    found: &Found,
    slots: &[Tensor],
    id: JobId,
) -> Result<Fetched, CliError> {
    let checkpoint = Checkpoint::from_state(&bundle.layout, slots)?
        .with("assay.job", id)
        .with("assay.program_root", bundle.roots.program)
        .with("assay.state_root", found.root)
        .with("assay.steps", found.steps);
    checkpoint.save(&options.out)?;
    let steps = usize::try_from(found.steps.0).unwrap_or(usize::MAX);
    Ok(Fetched {
        job: id,
        segment: found.segment,
        steps: found.steps.0,
        state_root: found.root,
        loss: bundle
            .layout
            .losses(slots, steps)
            .last()
            .copied()
            .filter(|loss| loss.is_finite()),
        parameters: checkpoint.tensors.len(),
        out: options.out.display().to_string(),
    })
}
