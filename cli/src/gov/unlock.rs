//! `assay gov unlock`.

use assay_client::{
    governance::{calls, Lock, Referendum},
    At, ChainClient,
};
use assay_protocol::Balance;
use serde::Serialize;

use super::options::UnlockOptions;
use crate::{
    amount::show,
    context::{self, Context},
    output::{decimal, field, Output},
    CliError,
};

/// What became of an account's votes.
#[derive(Clone, Debug, Serialize)]
struct Unlocked {
    /// Decided referenda on which the account no longer votes.
    taken_back: Vec<u32>,
    /// Locked before.
    #[serde(serialize_with = "decimal")]
    before: Balance,
    /// Still locked: by votes on open referenda, or by conviction.
    #[serde(serialize_with = "decimal")]
    after: Balance,
}

/// Takes votes back and unlocks.
pub(super) async fn run(
    options: &UnlockOptions,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliError> {
    let key = context.key()?;
    let chain = context.chain().await?;
    let account = key.account();
    let locks = chain.vote_locks(&account, At::Best).await?;
    let mut unlocked = Unlocked {
        taken_back: Vec::new(),
        before: locked(&locks),
        after: locked(&locks),
    };
    let mut all = Vec::new();
    for lock in &locks {
        for &index in &lock.votes {
            if is_decided(&chain, index).await? {
                unlocked.taken_back.push(index);
                all.push(calls::remove_vote(lock.track, index));
            }
        }
        all.push(calls::unlock(lock.track, account));
    }
    if !all.is_empty() {
        let call = chain.batch(&all).await?;
        let included = context::send(&chain, &call, &key, options.wait).await?;
        let at = At::Block(included.block.hash);
        unlocked.after = locked(&chain.vote_locks(&account, at).await?);
    }
    out.finish(&unlocked, |out| {
        field(out, "votes taken back", unlocked.taken_back.len())?;
        field(
            out,
            "unlocked",
            show(unlocked.before.saturating_sub(unlocked.after)),
        )?;
        field(out, "still locked", show(unlocked.after))
    })
}

async fn is_decided(chain: &ChainClient, index: u32) -> Result<bool, CliError> {
    let found = chain.referendum(index, At::Best).await?;
    Ok(!matches!(found, Some(Referendum::Ongoing(_))))
}

/// Tracks lock the same tokens.
fn locked(locks: &[Lock]) -> Balance {
    locks
        .iter()
        .map(|lock| lock.amount)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracks_lock_the_same_tokens() {
        let lock = |track, amount| Lock {
            track,
            amount,
            votes: vec![],
        };
        assert_eq!(locked(&[lock(0, 5), lock(2, 7)]), 7);
        assert_eq!(locked(&[]), 0);
    }
}
