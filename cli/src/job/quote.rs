//! `assay job validate` and `assay job quote`.

use std::io::{self, Write};

use assay_client::At;
use assay_commitment::ProgramRoot;
use assay_models::JobBundle;
use assay_protocol::{quote, DeclaredWork, JobSubmission, Quote};
use serde::Serialize;

use super::{file::Opened, submission};
use crate::{
    amount::show,
    context::{Context, Rules},
    options::{QuoteOptions, ValidateOptions},
    output::{field, Output},
    CliError,
};

/// The location that stands in a submission which is only judged or quoted.
const NOWHERE: &str = "http://localhost";

/// What a valid job file describes.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// Root of its program.
    pub program_root: String,
    /// Nodes of the program.
    pub nodes: u64,
    /// Training samples.
    pub dataset_rows: u32,
    /// Samples of a batch.
    pub batch_size: u32,
    /// Steps of the whole job.
    pub total_steps: u32,
    /// Segments.
    pub segments: u32,
    /// The work of a step.
    pub work: DeclaredWork,
}

impl Description {
    fn new(bundle: &JobBundle) -> Self {
        Self {
            program_root: text(bundle.roots.program),
            nodes: bundle.work.nodes,
            dataset_rows: bundle.plan.dataset_rows,
            batch_size: bundle.plan.batch,
            total_steps: bundle.plan.total_steps,
            segments: bundle.plan.segments(),
            work: DeclaredWork {
                flops_per_step: bundle.work.flops_per_step,
                bytes_per_step: bundle.work.bytes_per_step,
                memory_bytes: bundle.work.memory_bytes,
            },
        }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "program root", &self.program_root)?;
        field(out, "nodes", self.nodes)?;
        field(out, "training samples", self.dataset_rows)?;
        field(out, "batch", self.batch_size)?;
        field(
            out,
            "steps",
            format!("{} in {} segments", self.total_steps, self.segments),
        )?;
        field(out, "operations a step", self.work.flops_per_step)?;
        field(out, "memory", format!("{} bytes", self.work.memory_bytes))
    }
}

fn text(root: ProgramRoot) -> String {
    root.to_string()
}

/// Checks a job file, its data, its program and whether a chain with these parameters would take it.
///
/// # Errors
/// The first thing that is wrong.
pub async fn validate(
    options: &ValidateOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let opened = Opened::read(&options.file)?;
    let bundle = opened.bundle()?;
    let rules = context.rules(options.params).await?;
    submission::build(&opened.job, &bundle, &[NOWHERE.to_owned()], rules.params())?;
    let description = Description::new(&bundle);
    out.finish(&description, |out| description.write(out))
}

/// Tells what a job costs.
///
/// # Errors
/// As [`validate`].
pub async fn run(
    options: &QuoteOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let opened = Opened::read(&options.file)?;
    let bundle = opened.bundle()?;
    let rules = context.rules(options.params).await?;
    let submission =
        submission::build(&opened.job, &bundle, &[NOWHERE.to_owned()], rules.params())?;
    let quote = of(&rules, &submission).await?;
    out.finish(&quote, |out| write(&quote, out))
}

/// The quote of a submission, by the chain if there is one.
pub(crate) async fn of(rules: &Rules, submission: &JobSubmission) -> Result<Quote, CliError> {
    match rules {
        Rules::Preset { params, time } => Ok(quote(submission, params, *time)?),
        Rules::Chain { chain, .. } => {
            let answer = chain.quote(submission, At::Best).await?;
            answer.map_err(|refusal| CliError::Refused {
                reason: refusal.reason,
            })
        }
    }
}

fn write(quote: &Quote, out: &mut dyn Write) -> io::Result<()> {
    field(out, "segments", quote.segments)?;
    field(out, "intervals", quote.intervals)?;
    field(out, "provider earns", show(quote.price_total))?;
    field(out, "protocol fee", show(quote.protocol_fee_total))?;
    field(out, "full escrow", show(quote.full_escrow))?;
    field(out, "least escrow", show(quote.first_segment_cost))?;
    field(
        out,
        "deposit",
        format!(
            "{} (returned by clean-up, after the end)",
            show(quote.deposit)
        ),
    )?;
    field(
        out,
        "collateral",
        format!("{} (of the provider)", show(quote.collateral)),
    )?;
    field(
        out,
        "segment deadline",
        format!("{} blocks", quote.segment_deadline),
    )?;
    field(
        out,
        "at most",
        format!("{} s", quote.longest_duration_seconds),
    )
}
