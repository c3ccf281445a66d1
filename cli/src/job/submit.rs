//! `assay job submit`.

use std::io::{self, Write};

use assay_blobs::BlobStore;
use assay_client::{calls, Account, Included};
use assay_models::JobBundle;
use assay_protocol::{JobId, JobSubmission, Quote};
use codec::Encode;
use serde::Serialize;

use super::{file::Opened, publish::publish, quote, submission};
use crate::{
    amount::show,
    context::{self, check_balance, Context, Rules},
    options::SubmitOptions,
    output::{decimal, field, Output},
    CliError,
};

/// What `--dry-run` prints: everything that would be sent.
#[derive(Clone, Debug, Serialize)]
pub struct DryRun {
    /// Root of the program, as the chain will compute it.
    pub program_root: String,
    /// The argument of the call `Jobs.submit`.
    pub submission: JobSubmission,
    /// The same, SCALE-encoded, in hexadecimal digits.
    pub scale: String,
    /// What it costs.
    pub quote: Quote,
    /// The blobs written, as paths in the directory.
    pub blobs: Vec<String>,
}

/// A submitted job.
#[derive(Clone, Debug, Serialize)]
pub struct Submitted {
    /// The job's number.
    pub job: JobId,
    /// Who pays.
    pub buyer: Account,
    /// Root of the program.
    pub program_root: String,
    /// Amount locked.
    #[serde(serialize_with = "decimal")]
    pub escrow: u128,
    /// Storage deposit, locked as well.
    #[serde(serialize_with = "decimal")]
    pub deposit: u128,
    /// Fee of the transaction.
    #[serde(serialize_with = "decimal")]
    pub transaction_fee: u128,
    /// Hash of the block that holds the transaction.
    pub block_hash: String,
    /// Number of that block.
    pub block_number: u32,
}

/// Writes the blobs, locks the escrow and submits the job.
///
/// # Errors
/// The first thing that is wrong; nothing is locked then.
pub async fn run(
    options: &SubmitOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let opened = Opened::read(&options.file)?;
    let bundle = opened.bundle()?;
    match options.dry_run {
        true => dry_run(options, &opened, &bundle, context, out).await,
        false => submit(options, &opened, &bundle, context, out).await,
    }
}

async fn dry_run(
    options: &SubmitOptions,
    opened: &Opened,
    bundle: &JobBundle,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let rules = context.rules(options.params).await?;
    let submission = submission::build(&opened.job, bundle, &options.location, rules.params())?;
    let quote = quote::of(&rules, &submission).await?;
    let blobs = write_blobs(options, bundle).await?;
    let scale = format!("0x{}", hex::encode(submission.encode()));
    let program_root = bundle.roots.program.to_string();
    let result = DryRun {
        program_root,
        submission,
        scale,
        quote,
        blobs,
    };
    out.finish(&result, |out| {
        serde_json::to_writer_pretty(&mut *out, &result)?;
        writeln!(out)
    })
}

async fn submit(
    options: &SubmitOptions,
    opened: &Opened,
    bundle: &JobBundle,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let params = Box::new(context::params(&chain).await?);
    let submission = submission::build(&opened.job, bundle, &options.location, &params)?;
    let quote = quote::of(
        &Rules::Chain {
            chain: chain.clone(),
            params,
        },
        &submission,
    )
    .await?;
    let escrow = submission.escrow;
    check_balance(&chain, key.account(), escrow.saturating_add(quote.deposit)).await?;
    write_blobs(options, bundle).await?;
    eprintln!("submitting {}", bundle.roots.program);
    let included =
        context::send(&chain, &calls::submit_job(submission), &key, options.wait).await?;
    let result = submitted(&included, &quote, key.account(), bundle)?;
    out.finish(&result, |out| result.write(out))
}

/// Writes the blobs if a directory is given. Returns their paths in it.
async fn write_blobs(options: &SubmitOptions, bundle: &JobBundle) -> Result<Vec<String>, CliError> {
    let Some(directory) = &options.blobs else {
        return Ok(Vec::new());
    };
    let ids = publish(bundle, &BlobStore::local(directory)?).await?;
    Ok(ids.iter().map(assay_blobs::BlobId::path).collect())
}

fn submitted(
    included: &Included,
    quote: &Quote,
    buyer: Account,
    bundle: &JobBundle,
) -> Result<Submitted, CliError> {
    let (job, _, _, escrow): (JobId, Account, [u8; 32], u128) =
        included.event("Jobs", "Submitted")?;
    Ok(Submitted {
        job,
        buyer,
        program_root: bundle.roots.program.to_string(),
        escrow,
        deposit: quote.deposit,
        transaction_fee: included.fee()?,
        block_hash: format!("{:?}", included.block.hash),
        block_number: included.block.number,
    })
}

impl Submitted {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        field(out, "job", self.job)?;
        field(out, "program root", &self.program_root)?;
        field(out, "escrow", show(self.escrow))?;
        field(out, "deposit", show(self.deposit))?;
        field(out, "transaction fee", show(self.transaction_fee))?;
        field(
            out,
            "block",
            format!("{} {}", self.block_number, self.block_hash),
        )
    }
}
