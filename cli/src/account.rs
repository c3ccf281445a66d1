//! `assay account`.

use assay_client::{Account, At, Hold};
use serde::Serialize;

use crate::{
    amount::show,
    context::Context,
    options::AccountCommand,
    output::{decimal, field, Output},
    CliError,
};

/// What an account owns.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The account.
    pub address: Account,
    /// Transactions made.
    pub nonce: u32,
    /// Neither on hold nor reserved.
    #[serde(serialize_with = "decimal")]
    pub free: u128,
    /// On hold: escrow, stake, collateral, deposits.
    #[serde(serialize_with = "decimal")]
    pub held: u128,
    /// Part of the whole that cannot be spent.
    #[serde(serialize_with = "decimal")]
    pub frozen: u128,
    /// All that belongs to the account.
    #[serde(serialize_with = "decimal")]
    pub total: u128,
    /// What is on hold, by reason.
    pub holds: Vec<Hold>,
}

/// Runs a command of the group.
///
/// # Errors
/// [`CliError::UnknownAccount`], or what the connection says.
pub async fn run(
    command: AccountCommand,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let AccountCommand::Show(options) = command;
    let address = context.account_or_own(options.address)?;
    let chain = context.chain().await?;
    let at = At::Block(chain.head(At::Best).await?.hash);
    let info = chain.account(&address, at).await?;
    if !info.exists() {
        return Err(CliError::UnknownAccount { account: address });
    }
    let shown = Shown {
        address,
        nonce: info.nonce,
        free: info.free,
        held: info.held,
        frozen: info.frozen,
        total: info.total(),
        holds: chain.holds(&address, at).await?,
    };
    out.finish(&shown, |out| {
        field(out, "address", shown.address)?;
        field(out, "free", show(shown.free))?;
        field(out, "held", show(shown.held))?;
        for hold in &shown.holds {
            let reason = format!("  {}.{}", hold.pallet, hold.reason);
            field(out, &reason, show(hold.amount))?;
        }
        field(out, "frozen", show(shown.frozen))?;
        field(out, "transactions", shown.nonce)
    })
}
