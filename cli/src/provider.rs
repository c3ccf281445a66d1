//! `assay provider`: the owner's side of a provider.

use std::io::{self, Write};

use assay_client::{calls, Account, At, Call, ChainClient};
use assay_protocol::{Capabilities, ProviderStatus, ProviderView};

use crate::{
    amount::show,
    context::{self, check_balance, Context},
    job::submission::url,
    options::{AccountOptions, ProviderCommand, RegisterOptions, Wait},
    output::{field, Output},
    CliError,
};

/// Runs a command of the group.
///
/// # Errors
/// Those of the command.
pub async fn run(
    command: ProviderCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    match command {
        ProviderCommand::Register(options) => register(&options, context, out).await,
        ProviderCommand::Show(options) => show_one(&options, context, out).await,
        ProviderCommand::Unregister(options) => {
            change(calls::unregister_provider(), options.wait, context, out).await
        }
        ProviderCommand::Withdraw(options) => withdraw(options.wait, context, out).await,
    }
}

async fn register(
    options: &RegisterOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let endpoint = url("--endpoint", &options.endpoint)?;
    let key = context.key()?;
    let chain = context.chain().await?;
    check_balance(&chain, key.account(), options.stake).await?;
    let capabilities = Capabilities {
        device: options.device.into(),
        memory_bytes: options.memory,
        max_jobs: options.max_jobs,
    };
    let call = calls::register_provider(options.operator, endpoint, capabilities, options.stake);
    let included = context::send(&chain, &call, &key, options.wait).await?;
    tell(&chain, key.account(), At::Block(included.block.hash), out).await
}

/// Sends a call of the owner's and shows the provider after it.
async fn change(
    call: Call,
    wait: Wait,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    known(&chain, key.account(), At::Best).await?;
    let included = context::send(&chain, &call, &key, wait).await?;
    tell(&chain, key.account(), At::Block(included.block.hash), out).await
}

/// Returns the stake and shows the provider that it was of.
async fn withdraw(wait: Wait, context: &Context, out: &mut Output<'_>) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let view = known(&chain, key.account(), At::Best).await?;
    context::send(&chain, &calls::withdraw_provider(), &key, wait).await?;
    out.finish(&view, |out| {
        field(out, "returned", show(view.provider.stake))
    })
}

async fn show_one(
    options: &AccountOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let account = context.account_or_own(options.address)?;
    let chain = context.chain().await?;
    tell(&chain, account, At::Best, out).await
}

async fn tell(
    chain: &ChainClient,
    account: Account,
    at: At,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let view = known(chain, account, at).await?;
    out.finish(&view, |out| write(&view, out))
}

/// The provider of an owner or of an operator.
async fn known(
    chain: &ChainClient,
    account: Account,
    at: At,
) -> Result<ProviderView<Account>, CliError> {
    if let Some(view) = chain.provider(&account, at).await? {
        return Ok(view);
    }
    let of_operator = chain.provider_of_operator(&account, at).await?;
    of_operator.ok_or(CliError::NoProvider { account })
}

fn write(view: &ProviderView<Account>, out: &mut dyn Write) -> io::Result<()> {
    let provider = &view.provider;
    let status = match provider.status {
        ProviderStatus::Active => "active".to_owned(),
        ProviderStatus::Unbonding { until } => format!("unbonding until block {until}"),
    };
    field(out, "owner", view.owner)?;
    field(out, "operator", provider.operator)?;
    field(out, "status", status)?;
    field(out, "endpoint", &provider.endpoint)?;
    field(
        out,
        "memory",
        format!("{} bytes", provider.capabilities.memory_bytes),
    )?;
    field(
        out,
        "jobs",
        format!(
            "{} of at most {}",
            provider.active_jobs, provider.capabilities.max_jobs
        ),
    )?;
    field(out, "stake", show(provider.stake))?;
    field(out, "collateral", show(view.collateral))?;
    field(out, "segments paid", provider.counters.segments_paid)?;
    field(out, "earned", show(provider.counters.earned))?;
    field(out, "slashed", show(provider.counters.slashed))
}
