//! The calls of those who propose, vote and carry out.

use assay_protocol::Params;
use codec::Compact;
use subxt::{dynamic::Value, utils::H256};

use super::{Proposal, Track, Vote};
use crate::{Account, Call, ChainClient, ChainError};

const PREIMAGE: &str = "Preimage";
const REFERENDA: &str = "Referenda";
const VOTING: &str = "ConvictionVoting";
const SYSTEM: &str = "System";

/// Puts a call's bytes on the chain and holds a deposit for them.
pub fn note_preimage(call: &[u8]) -> Call {
    Call::new(PREIMAGE, "note_preimage", (call.to_vec(),))
}

/// Removes a call's bytes that nothing refers to any longer and returns the deposit. Signed by who noted them.
pub fn unnote_preimage(hash: H256) -> Call {
    Call::new(PREIMAGE, "unnote_preimage", (hash,))
}

/// Puts down a referendum's decision deposit. Signed by anyone.
pub fn place_decision_deposit(referendum: u32) -> Call {
    Call::new(REFERENDA, "place_decision_deposit", (referendum,))
}

/// Returns a decided referendum's decision deposit to who put it down. Signed by anyone.
pub fn refund_decision_deposit(referendum: u32) -> Call {
    Call::new(REFERENDA, "refund_decision_deposit", (referendum,))
}

/// Returns an approved or cancelled referendum's submission deposit. Signed by anyone.
pub fn refund_submission_deposit(referendum: u32) -> Call {
    Call::new(REFERENDA, "refund_submission_deposit", (referendum,))
}

/// Votes on a referendum, instead of an earlier vote if there is one.
pub fn vote(referendum: u32, vote: &Vote) -> Call {
    Call::new(VOTING, "vote", (Compact(referendum), vote))
}

/// Takes a vote back. What it locks after the referendum stays locked.
pub fn remove_vote(track: u16, referendum: u32) -> Call {
    Call::new(VOTING, "remove_vote", (Some(track), referendum))
}

/// Unlocks what votes on a track no longer need. Signed by anyone.
pub fn unlock(track: u16, account: Account) -> Call {
    // The variant `Id` of an address is the first.
    Call::new(VOTING, "unlock", (track, 0u8, account))
}

/// Sets all protocol parameters. Dispatched by a referendum.
pub fn set_params(params: &Params) -> Call {
    Call::new("Protocol", "set_params", (params,))
}

/// Says something and does nothing else.
pub fn remark(text: &str) -> Call {
    Call::new(SYSTEM, "remark", (text.as_bytes().to_vec(),))
}

/// Allows the runtime of this hash to be set. Dispatched by a referendum.
pub fn authorize_upgrade(code: H256) -> Call {
    Call::new(SYSTEM, "authorize_upgrade", (code,))
}

/// Sets the runtime whose hash was allowed. Signed by anyone.
pub fn apply_authorized_upgrade(code: &[u8]) -> Call {
    Call::new(SYSTEM, "apply_authorized_upgrade", (code.to_vec(),))
}

impl ChainClient {
    /// Submits a referendum on a track, whose call is dispatched so many blocks after its approval, or after the track's
    /// enactment period if that is longer.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] if the runtime has no origin of the track's name.
    pub async fn submit_referendum(
        &self,
        track: &Track,
        proposal: &Proposal,
        after: u32,
    ) -> Result<Call, ChainError> {
        let hash = |hash: &H256| ("hash", Value::from_bytes(hash.0));
        let proposal = match proposal {
            Proposal::Legacy { hash: of } => Value::named_variant("Legacy", [hash(of)]),
            Proposal::Inline(bytes) => Value::unnamed_variant("Inline", [Value::from_bytes(bytes)]),
            Proposal::Lookup { hash: of, len } => {
                let len = ("len", Value::u128((*len).into()));
                Value::named_variant("Lookup", [hash(of), len])
            }
        };
        let enactment = Value::unnamed_variant("After", [Value::u128(after.into())]);
        let arguments = vec![track.origin(), proposal, enactment];
        self.named_call(REFERENDA, "submit", arguments).await
    }
}
