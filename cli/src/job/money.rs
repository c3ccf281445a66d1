//! `assay job cancel` and `assay job top-up`.

use assay_client::{calls, At, Call};
use assay_protocol::JobId;
use serde::Serialize;

use super::{find, status_name};
use crate::{
    amount::show,
    context::{self, check_balance, Context},
    options::{CancelOptions, TopUpOptions, Wait},
    output::{decimal, field, Output},
    CliError,
};

/// A job after a call of its buyer's.
#[derive(Clone, Debug, Serialize)]
pub struct Changed {
    /// The job.
    pub job: JobId,
    /// Where it stands now, in one word.
    pub status: &'static str,
    /// Its escrow now.
    #[serde(serialize_with = "decimal")]
    pub escrow: u128,
    /// What has been returned of it.
    #[serde(serialize_with = "decimal")]
    pub refunded: u128,
    /// Fee of the transaction.
    #[serde(serialize_with = "decimal")]
    pub transaction_fee: u128,
}

/// Cancels a job.
///
/// # Errors
/// [`CliError::NoJob`], or what the chain says.
pub async fn cancel(
    options: &CancelOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let id = JobId(options.id);
    change(id, calls::cancel(id), 0, options.wait, context, out).await
}

/// Locks more escrow for a job.
///
/// # Errors
/// [`CliError::NoJob`], [`CliError::Balance`], or what the chain says.
pub async fn top_up(
    options: &TopUpOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let id = JobId(options.id);
    change(
        id,
        calls::top_up(id, options.amount),
        options.amount,
        options.wait,
        context,
        out,
    )
    .await
}

async fn change(
    id: JobId,
    call: Call,
    amount: u128,
    wait: Wait,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    find(&chain, id, At::Best).await?;
    check_balance(&chain, key.account(), amount).await?;
    let included = context::send(&chain, &call, &key, wait).await?;
    let job = find(&chain, id, At::Block(included.block.hash)).await?;
    let changed = Changed {
        job: id,
        status: status_name(&job.state.status),
        escrow: job.state.ledger.escrow,
        refunded: job.state.ledger.refunded,
        transaction_fee: included.fee()?,
    };
    out.finish(&changed, |out| {
        field(out, "job", changed.job)?;
        field(out, "status", changed.status)?;
        field(out, "escrow", show(changed.escrow))?;
        field(out, "refunded", show(changed.refunded))?;
        field(out, "transaction fee", show(changed.transaction_fee))
    })
}
