//! A validator's keys on two machines.

use std::time::Instant;

use assay_client::{staking::OffenceKind, Account, At, ChainClient, ChainError};
use assay_processes::market::{key, until};

use super::{start, Blow};
use crate::network::{Network, GATE, SPARE};

/// The spare node gets the keys. Whoever sees two blocks of one slot, or two votes of one round, reports them.
pub(super) async fn equivocate(network: &mut Network, blow: Blow) -> Instant {
    let keys = format!("--{}", network.name(blow.validator));
    network
        .start_with(SPARE, &[&keys, "--force-authoring"])
        .await;
    let chain = network.chain(GATE);
    let kind = OffenceKind::TwoBlocks;
    let before = chain.offences(kind, At::Finalised).await;
    let before = before.unwrap_or_else(|error| panic!("{error}"));
    let known = |at| async move { Ok(chain.offences(kind, at).await? > before) };
    until(chain, "a proof of two blocks in a slot", known, |found| {
        *found
    })
    .await;
    until_convicted(chain, stash(network.name(blow.validator))).await;
    network.kill(&[SPARE]);
    start(network, &[SPARE]).await
}

/// Waits until a validator makes no blocks any more and is to be slashed, for ever.
async fn until_convicted(chain: &ChainClient, stash: Account) {
    let ask = |at| convicted(chain, stash, at);
    until(chain, "the conviction", ask, |found| *found).await;
}

async fn convicted(chain: &ChainClient, stash: Account, at: At) -> Result<bool, ChainError> {
    let disabled = chain.disabled(at).await?.contains(&stash);
    Ok(disabled && chain.slashing_spans(&stash, at).await? > 0)
}

/// The account that is at stake for a node of this name.
fn stash(name: &str) -> Account {
    let (first, rest) = name.split_at(1);
    key(&format!("//{}{rest}//stash", first.to_uppercase())).account()
}
