//! `assay validator payout`.

use assay_client::{staking::calls, Account, At, ChainClient};
use serde::Serialize;

use super::options::PayoutOptions;
use crate::{
    context::{self, Context},
    output::{field, Output},
    CliError,
};

/// What was paid.
#[derive(Clone, Debug, Serialize)]
struct Paid {
    /// The validator.
    validator: Account,
    /// The eras, one for each page of nominators.
    eras: Vec<u32>,
}

/// Pays what is still unpaid, the oldest era first.
pub(super) async fn run(
    options: &PayoutOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let validator = context.account_or_own(options.address)?;
    let chain = context.chain().await?;
    let eras = unpaid(&chain, &validator, options.limit).await?;
    if eras.is_empty() {
        return Err(CliError::NothingToPay { account: validator });
    }
    let payouts: Vec<_> = eras
        .iter()
        .map(|&era| calls::payout(validator, era))
        .collect();
    let call = chain.batch(&payouts).await?;
    context::send(&chain, &call, &key, options.wait).await?;
    let paid = Paid { validator, eras };
    out.finish(&paid, |out| {
        field(out, "validator", paid.validator)?;
        paid.eras
            .iter()
            .try_for_each(|era| field(out, "paid for era", era))
    })
}

/// The eras whose reward has not been paid, as often as there are pages, at most so many.
async fn unpaid(
    chain: &ChainClient,
    validator: &Account,
    limit: u32,
) -> Result<Vec<u32>, CliError> {
    let at = At::Block(chain.head(At::Best).await?.hash);
    let kept: u32 = chain.constant("Staking", "HistoryDepth").await?;
    let active = chain.active_era(at).await?.unwrap_or_default();
    let most = limit as usize;
    let mut eras = Vec::new();
    for era in active.saturating_sub(kept)..active {
        let pages = chain.unpaid_pages(era, validator, at).await?;
        eras.extend((0..pages).map(|_| era));
        if eras.len() >= most {
            break;
        }
    }
    eras.truncate(most);
    Ok(eras)
}
