//! `assay gov vote`.

use assay_client::{
    governance::{calls, Conviction, Vote},
    Account, At,
};
use assay_protocol::Balance;
use serde::Serialize;

use super::{ongoing, options::VoteOptions};
use crate::{
    amount::show,
    context::{self, Context},
    output::{decimal, field, Output},
    CliError,
};

/// A vote as it stands.
#[derive(Clone, Debug, Serialize)]
struct Voted {
    /// The referendum.
    referendum: u32,
    /// Who voted.
    account: Account,
    /// `aye`, `nay` or `abstain`.
    side: &'static str,
    /// Tokens.
    #[serde(serialize_with = "decimal")]
    amount: Balance,
    /// What they count.
    #[serde(serialize_with = "decimal")]
    counted: Balance,
    /// Periods for which they stay locked if their side wins.
    lock_periods: u32,
}

/// Votes.
pub(super) async fn run(
    options: &VoteOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    ongoing(&chain, options.index).await?;
    let account = key.account();
    let info = chain.account(&account, At::Best).await?;
    if !info.exists() {
        return Err(CliError::UnknownAccount { account });
    }
    // Tokens on hold vote too.
    if info.total() < options.amount {
        return Err(CliError::Balance {
            account,
            free: info.total(),
            needed: options.amount,
        });
    }
    let (vote, conviction) = of(options);
    context::send(
        &chain,
        &calls::vote(options.index, &vote),
        &key,
        options.wait,
    )
    .await?;
    let voted = Voted {
        referendum: options.index,
        account,
        side: side(&vote),
        amount: options.amount,
        counted: conviction.map_or(0, |conviction| conviction.votes(options.amount)),
        lock_periods: conviction.map_or(0, Conviction::lock_periods),
    };
    out.finish(&voted, |out| {
        field(out, "referendum", voted.referendum)?;
        field(out, "vote", voted.side)?;
        field(out, "amount", show(voted.amount))?;
        field(out, "counted", show(voted.counted))?;
        field(
            out,
            "locked",
            format!("{} periods if its side wins", voted.lock_periods),
        )
    })
}

/// The vote, and its conviction if it takes a side.
fn of(options: &VoteOptions) -> (Vote, Option<Conviction>) {
    let (amount, conviction) = (options.amount, options.conviction);
    match options.side {
        side if side.aye => (Vote::Aye(amount, conviction), Some(conviction)),
        side if side.nay => (Vote::Nay(amount, conviction), Some(conviction)),
        _ => (Vote::Abstain(amount), None),
    }
}

const fn side(vote: &Vote) -> &'static str {
    match vote {
        Vote::Aye(..) => "aye",
        Vote::Nay(..) => "nay",
        Vote::Abstain(_) => "abstain",
    }
}
