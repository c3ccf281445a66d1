//! `assay provider`: the owner's side of a provider.

use std::io::{self, Write};

use assay_client::{calls, Account, At, Call, ChainClient, Key};
use assay_protocol::{Capabilities, ProviderStatus, ProviderView};

use crate::{
    amount::show,
    clock::Clock,
    context::{self, check_balance, Context},
    job::submission::url,
    options::{
        AccountOptions, AddStakeOptions, ProviderCommand, RegisterOptions, UpdateOptions, Wait,
    },
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
        ProviderCommand::Update(options) => update(&options, context, out).await,
        ProviderCommand::SetOperator(options) => {
            let call = calls::set_operator(options.operator);
            change(call, options.owner.wait, context, out).await
        }
        ProviderCommand::AddStake(options) => add_stake(&options, context, out).await,
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
    send(&chain, &call, &key, options.wait, out).await
}

/// Changes what is named and keeps the rest as the chain has it.
async fn update(
    options: &UpdateOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let changes = &options.changes;
    let endpoint = changes.endpoint.as_deref();
    let endpoint = endpoint.map(|text| url("--endpoint", text)).transpose()?;
    let key = context.key()?;
    let chain = context.chain().await?;
    let now = owned(&chain, key.account()).await?.provider;
    let capabilities = Capabilities {
        device: changes.device.map_or(now.capabilities.device, Into::into),
        memory_bytes: changes.memory.unwrap_or(now.capabilities.memory_bytes),
        max_jobs: changes.max_jobs.unwrap_or(now.capabilities.max_jobs),
    };
    let call = calls::update_provider(endpoint.unwrap_or(now.endpoint), capabilities);
    send(&chain, &call, &key, options.owner.wait, out).await
}

async fn add_stake(
    options: &AddStakeOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    owned(&chain, key.account()).await?;
    check_balance(&chain, key.account(), options.amount).await?;
    let call = calls::add_stake(options.amount);
    send(&chain, &call, &key, options.owner.wait, out).await
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
    owned(&chain, key.account()).await?;
    send(&chain, &call, &key, wait, out).await
}

async fn send(
    chain: &ChainClient,
    call: &Call,
    key: &Key,
    wait: Wait,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let included = context::send(chain, call, key, wait).await?;
    tell(chain, key.account(), At::Block(included.block.hash), out).await
}

/// Returns the stake and shows the provider that it was of.
async fn withdraw(wait: Wait, context: &Context, out: &mut Output<'_>) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let view = owned(&chain, key.account()).await?;
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
    let clock = Clock::read(chain, at).await?;
    out.finish(&view, |out| write(&view, clock, out))
}

/// The provider of its owner.
async fn owned(chain: &ChainClient, owner: Account) -> Result<ProviderView<Account>, CliError> {
    let view = chain.provider(&owner, At::Best).await?;
    view.ok_or(CliError::NoProvider { account: owner })
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

fn write(view: &ProviderView<Account>, clock: Clock, out: &mut dyn Write) -> io::Result<()> {
    let provider = &view.provider;
    let status = match provider.status {
        ProviderStatus::Active => "active".to_owned(),
        ProviderStatus::Unbonding { until } => {
            format!("unbonding for {}", clock.until(until))
        }
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
