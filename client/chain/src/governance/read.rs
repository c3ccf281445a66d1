//! What the chain says about referenda.

use assay_protocol::Balance;
use codec::Encode;
use subxt::{dynamic::Value, ext::scale_decode::DecodeAsType, utils::H256};

use super::{Lock, Proposal, Referendum, Track};
use crate::{Account, At, ChainClient, ChainError};

const REFERENDA: &str = "Referenda";
const VOTING: &str = "ConvictionVoting";

/// The votes of an account on a track.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
enum Voting {
    Casting(Casting),
    Delegating(#[allow(dead_code, reason = "only its presence counts")] Value),
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Casting {
    votes: Vec<(u32, Value)>,
}

/// The upgrade that has been allowed.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Authorized {
    code_hash: H256,
}

impl ChainClient {
    /// All tracks, at this chain's pace.
    ///
    /// # Errors
    /// As [`constant`](Self::constant).
    pub async fn tracks(&self) -> Result<Vec<Track>, ChainError> {
        self.constant(REFERENDA, "Tracks").await
    }

    /// How many referenda there have ever been; their numbers are those below it.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime keeps it in another form, else what the connection says.
    pub async fn referendum_count(&self, at: At) -> Result<u32, ChainError> {
        let count = self.entry(REFERENDA, "ReferendumCount", (), at).await?;
        Ok(count.unwrap_or_default())
    }

    /// A referendum, if there is one of this number.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn referendum(&self, index: u32, at: At) -> Result<Option<Referendum>, ChainError> {
        self.entry(REFERENDA, "ReferendumInfoFor", (index,), at)
            .await
    }

    /// The tokens that could vote: all that there are, less those set aside.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn active_issuance(&self, at: At) -> Result<Balance, ChainError> {
        let total: Option<Balance> = self.entry("Balances", "TotalIssuance", (), at).await?;
        let inactive: Option<Balance> = self.entry("Balances", "InactiveIssuance", (), at).await?;
        let total = total.unwrap_or_default();
        Ok(total.saturating_sub(inactive.unwrap_or_default()))
    }

    /// The block in which an approved referendum's call is dispatched; `None` once that has been tried.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn enactment(&self, index: u32, at: At) -> Result<Option<u32>, ChainError> {
        let task = (*b"assembly", "enactment", index).using_encoded(sp_crypto_hashing::blake2_256);
        let place: Option<(u32, u32)> = self.entry("Scheduler", "Lookup", (task,), at).await?;
        Ok(place.map(|(block, _)| block))
    }

    /// The bytes of the call that a referendum decides about; `None` if nobody has put them on the chain.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn proposed_call(
        &self,
        proposal: &Proposal,
        at: At,
    ) -> Result<Option<Vec<u8>>, ChainError> {
        match proposal {
            Proposal::Inline(bytes) => Ok(Some(bytes.clone())),
            Proposal::Legacy { .. } => Ok(None),
            Proposal::Lookup { hash, len } => {
                let key = ((hash.0, *len),);
                self.entry("Preimage", "PreimageFor", key, at).await
            }
        }
    }

    /// The hash of the runtime that may be set, if one has been allowed.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn authorized_upgrade(&self, at: At) -> Result<Option<H256>, ChainError> {
        let found: Option<Authorized> = self.entry("System", "AuthorizedUpgrade", (), at).await?;
        Ok(found.map(|authorized| authorized.code_hash))
    }

    /// What of an account is locked for votes, by track.
    ///
    /// # Errors
    /// As [`referendum_count`](Self::referendum_count).
    pub async fn vote_locks(&self, account: &Account, at: At) -> Result<Vec<Lock>, ChainError> {
        let locks: Option<Vec<(u16, Balance)>> = self
            .entry(VOTING, "ClassLocksFor", (account.0,), at)
            .await?;
        let mut found = Vec::new();
        for (track, amount) in locks.unwrap_or_default() {
            let voting: Option<Voting> = self
                .entry(VOTING, "VotingFor", (account.0, track), at)
                .await?;
            let votes = match voting {
                Some(Voting::Casting(casting)) => casting.votes,
                Some(Voting::Delegating(_)) | None => Vec::new(),
            };
            found.push(Lock {
                track,
                amount,
                votes: votes
                    .into_iter()
                    .map(|(referendum, _)| referendum)
                    .collect(),
            });
        }
        Ok(found)
    }
}
