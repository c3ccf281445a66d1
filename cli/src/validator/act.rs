//! What validators and nominators do. Each command shows where the account stands afterwards.

use assay_client::{
    governance::Share,
    staking::{calls, Ledger, Prefs},
    Account, At, Call, ChainClient, Key,
};
use assay_protocol::Balance;

use super::{
    options::{BondOptions, NominateOptions, UnbondOptions},
    status::tell,
};
use crate::{
    context::{self, check_balance, Context},
    options::Wait,
    output::Output,
    CliError,
};

/// Makes session keys at the node and sets them.
pub(super) async fn keys(
    wait: Wait,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let account = key.account();
    // A node's old keys stay in its keystore, but an account that cannot pay should not make new ones.
    check_balance(&chain, account, 0).await?;
    let made = chain.rotate_session_keys(&account).await?;
    send(&chain, &calls::set_keys(&made), &key, wait, out).await
}

/// Bonds and offers the account as a validator.
pub(super) async fn bond(
    options: &BondOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let bonding = bonding(&chain, key.account(), options.amount).await?;
    let now = chain.validator_prefs(&key.account(), At::Best).await?;
    let now = now.unwrap_or(Prefs {
        commission: Share(0),
        blocked: false,
    });
    let prefs = Prefs {
        commission: options.commission.unwrap_or(now.commission),
        ..now
    };
    let call = chain.batch(&[bonding, calls::validate(prefs)]).await?;
    send(&chain, &call, &key, options.wait, out).await
}

/// Nominates, after bonding if asked to.
pub(super) async fn nominate(
    options: &NominateOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let nominating = calls::nominate(&options.targets);
    let call = match options.bond {
        Some(amount) => {
            let bonding = bonding(&chain, key.account(), amount).await?;
            chain.batch(&[bonding, nominating]).await?
        }
        None => {
            bonded(&chain, key.account()).await?;
            nominating
        }
    };
    send(&chain, &call, &key, options.wait, out).await
}

/// Leaves elections.
pub(super) async fn chill(
    wait: Wait,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    bonded(&chain, key.account()).await?;
    send(&chain, &calls::chill(), &key, wait, out).await
}

/// Begins to unbond.
pub(super) async fn unbond(
    options: &UnbondOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let ledger = bonded(&chain, key.account()).await?;
    if options.amount > ledger.active {
        return Err(CliError::Bond {
            account: key.account(),
            bonded: ledger.active,
            asked: options.amount,
        });
    }
    send(
        &chain,
        &calls::unbond(options.amount),
        &key,
        options.wait,
        out,
    )
    .await
}

/// Frees what has been unbonded for long enough.
pub(super) async fn withdraw(
    wait: Wait,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    bonded(&chain, key.account()).await?;
    let spans = chain.slashing_spans(&key.account(), At::Best).await?;
    send(&chain, &calls::withdraw_unbonded(spans), &key, wait, out).await
}

/// What the account has bonded.
async fn bonded(chain: &ChainClient, account: Account) -> Result<Ledger, CliError> {
    let ledger = chain.ledger(&account, At::Best).await?;
    ledger.ok_or(CliError::NotBonded { account })
}

/// The call that bonds an amount, beside what is bonded already.
async fn bonding(chain: &ChainClient, account: Account, amount: Balance) -> Result<Call, CliError> {
    check_balance(chain, account, amount).await?;
    Ok(match chain.ledger(&account, At::Best).await? {
        Some(_) => calls::bond_extra(amount),
        None => calls::bond(amount),
    })
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
