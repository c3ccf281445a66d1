//! A referendum's record.

use assay_protocol::Balance;
use subxt::{ext::scale_decode::DecodeAsType, utils::H256};

use super::Share;
use crate::Account;

/// The longest call that stands in a referendum's own record; longer ones are preimages.
const MAX_INLINE: usize = 128;

/// A referendum. Numbers are those of plain blocks.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum Referendum {
    /// It is voted on.
    Ongoing(Box<Ongoing>),
    /// It passed in that block; submission and decision deposit, until they are taken back.
    Approved(u32, Option<Deposit>, Option<Deposit>),
    /// It was rejected in that block; deposits as above. The submission deposit stays with the chain.
    Rejected(u32, Option<Deposit>, Option<Deposit>),
    /// It was cancelled in that block; deposits as above.
    Cancelled(u32, Option<Deposit>, Option<Deposit>),
    /// Nobody paid the decision deposit in time; deposits as above.
    TimedOut(u32, Option<Deposit>, Option<Deposit>),
    /// It was killed in that block, and its deposits are lost.
    Killed(u32),
}

/// A referendum that is voted on.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Ongoing {
    /// The number of its track.
    pub track: u16,
    /// The call that it decides about.
    pub proposal: Proposal,
    /// When the call is to be dispatched.
    pub enactment: Enactment,
    /// The block in which it was submitted.
    pub submitted: u32,
    /// What its submission holds.
    pub submission_deposit: Deposit,
    /// What its decision holds, once somebody has put it down.
    pub decision_deposit: Option<Deposit>,
    /// The decision, once it runs.
    pub deciding: Option<Deciding>,
    /// The votes.
    pub tally: Tally,
    /// Whether it waits for another decision of the track to end.
    pub in_queue: bool,
}

/// A decision that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Deciding {
    /// The block in which it began.
    pub since: u32,
    /// The block in which it passes if it is enough until then.
    pub confirming: Option<u32>,
}

/// A deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Deposit {
    /// Whose it is.
    pub who: Account,
    /// How much.
    pub amount: Balance,
}

/// The votes on a referendum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub struct Tally {
    /// For it, weighted by conviction.
    pub ayes: Balance,
    /// Against it, weighted by conviction.
    pub nays: Balance,
    /// Tokens that voted aye or abstained, unweighted.
    pub support: Balance,
}

impl Tally {
    /// The share of weighted votes that are ayes; none without votes.
    pub fn approval(&self) -> Share {
        Share::of(self.ayes, self.ayes.saturating_add(self.nays))
    }

    /// The share of all tokens that voted aye or abstained.
    pub fn support(&self, issuance: Balance) -> Share {
        Share::of(self.support, issuance)
    }
}

/// A call by its bytes, or by where they are.
#[derive(Clone, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum Proposal {
    /// A preimage in a form that is no longer made.
    Legacy {
        /// Its hash.
        hash: H256,
    },
    /// The call itself.
    Inline(Vec<u8>),
    /// A preimage.
    Lookup {
        /// Its hash.
        hash: H256,
        /// Its bytes.
        len: u32,
    },
}

impl Proposal {
    /// Of a call's bytes: itself if it is short, else its preimage.
    pub fn of(call: &[u8]) -> Self {
        match call.len() <= MAX_INLINE {
            true => Self::Inline(call.to_vec()),
            false => Self::Lookup {
                hash: H256(sp_crypto_hashing::blake2_256(call)),
                len: u32::try_from(call.len()).unwrap_or(u32::MAX),
            },
        }
    }

    /// The hash of the preimage that the chain must have; `None` if the call stands in the referendum itself.
    pub const fn preimage(&self) -> Option<H256> {
        match self {
            Self::Inline(_) => None,
            Self::Legacy { hash } | Self::Lookup { hash, .. } => Some(*hash),
        }
    }
}

/// When an approved call is dispatched; never before the track's enactment period has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
pub enum Enactment {
    /// In that block.
    At(u32),
    /// So many blocks after the approval.
    After(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_calls_stand_in_the_referendum() {
        assert_eq!(Proposal::of(&[7; 128]), Proposal::Inline(vec![7; 128]));
        let long = Proposal::of(&[7; 129]);
        assert!(
            matches!(long, Proposal::Lookup { len: 129, .. }),
            "{long:?}"
        );
        let hash = H256(sp_crypto_hashing::blake2_256(&[7; 129]));
        assert_eq!(long.preimage(), Some(hash));
    }

    #[test]
    fn nothing_is_approved_without_votes() {
        assert_eq!(Tally::default().approval(), Share(0));
        let tally = Tally {
            ayes: 3,
            nays: 1,
            support: 1,
        };
        assert_eq!(tally.approval(), Share(750_000_000));
        assert_eq!(tally.support(10), Share(100_000_000));
    }
}
