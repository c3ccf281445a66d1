//! `assay job clean-up`: what a job leaves on the chain goes, and the deposit for it comes back.

use assay_client::{calls, Account, At, Included};
use assay_protocol::{Balance, JobId};
use serde::Serialize;

use super::find;
use crate::{
    amount::show,
    context::{self, Context},
    options::CleanUpOptions,
    output::{decimal, field, Output},
    CliError,
};

/// A job whose records are gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CleanedUp {
    /// The job.
    pub job: JobId,
    /// Who got the deposit.
    pub buyer: Account,
    /// The deposit.
    #[serde(serialize_with = "decimal")]
    pub deposit: Balance,
    /// Transactions that it took: one removes some dozens of segments.
    pub transactions: u32,
}

/// Removes an ended job's records, in as many transactions as that takes.
///
/// # Errors
/// [`CliError::NoJob`], or what the chain says: that the job goes on, or may still be asked for.
pub async fn run(
    options: &CleanUpOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let id = JobId(options.id);
    let key = context.key()?;
    let chain = context.chain().await?;
    let buyer = find(&chain, id, At::Best).await?.record.buyer;
    let mut transactions = 1;
    let deposit = loop {
        let included = context::send(&chain, &calls::clean_up(id), &key, options.wait).await?;
        if let Some(deposit) = returned(&included)? {
            break deposit;
        }
        transactions += 1;
    };
    let cleaned = CleanedUp {
        job: id,
        buyer,
        deposit,
        transactions,
    };
    out.finish(&cleaned, |out| {
        field(out, "job", cleaned.job)?;
        field(out, "deposit returned", show(cleaned.deposit))?;
        field(out, "to", cleaned.buyer)?;
        field(out, "transactions", cleaned.transactions)
    })
}

/// The deposit, if this was the last transaction.
fn returned(included: &Included) -> Result<Option<Balance>, CliError> {
    if !included.has("Jobs", "CleanedUp") {
        return Ok(None);
    }
    let (_, deposit): (JobId, Balance) = included.event("Jobs", "CleanedUp")?;
    Ok(Some(deposit))
}
