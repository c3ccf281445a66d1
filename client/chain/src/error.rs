//! What can go wrong between a client and the chain.

use std::time::Duration;

use crate::Account;

/// Why the chain did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node's URL is malformed.
    #[error("{url:?} is no node URL ({cause}); write ws://host:port or wss://host")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No node answers.
    #[error("no node can be reached at {url} ({cause}); start it, or name another with --node")]
    Unreachable {
        /// The node.
        url: String,
        /// What the network said.
        cause: String,
    },
    /// The node is of another kind of chain.
    #[error("the node at {url} runs the chain {found:?}, not {expected:?}; name a node of the right chain with --node")]
    WrongChain {
        /// The node.
        url: String,
        /// Its runtime's name.
        found: String,
        /// The name asked for.
        expected: &'static str,
    },
    /// The chain has another genesis block than expected or than when the connection was made.
    #[error("the node at {url} has genesis {found}, not {expected}; it belongs to another chain or was reset")]
    WrongGenesis {
        /// The node.
        url: String,
        /// Its genesis hash.
        found: String,
        /// The hash expected.
        expected: String,
    },
    /// The node is there but failed a request.
    #[error("the node refused {request}: {cause}")]
    Refused {
        /// The request.
        request: String,
        /// The node's words.
        cause: String,
    },
    /// The node's runtime lacks something or has it in another form than this build.
    #[error(
        "{what} is not what this build knows ({cause}); use a build of the chain's own version"
    )]
    Incompatible {
        /// The call, event, API or type.
        what: String,
        /// How it differs.
        cause: String,
    },
    /// The account cannot pay the fee, or does not exist.
    #[error("account {account} cannot pay the fee; endow it")]
    CannotPay {
        /// The account.
        account: Account,
    },
    /// The pool refuses the transaction.
    #[error("the node does not take the transaction: {cause}")]
    Rejected {
        /// The node's words.
        cause: String,
    },
    /// The transaction's nonce was used by another one.
    #[error("another transaction of the account was first; look at the chain's state and try again if still needed")]
    Outrun,
    /// The transaction was in no block before it expired.
    #[error("the transaction was in no block up to number {expires} and has expired; try again")]
    Expired {
        /// The last block in which it was valid.
        expires: u32,
    },
    /// The transaction is not in a block within the time given.
    #[error("the transaction is in no {until} block after {} s; the chain may stand still", limit.as_secs())]
    Late {
        /// Best or final.
        until: &'static str,
        /// How long was waited.
        limit: Duration,
    },
    /// The transaction is in a block and failed there.
    #[error("{pallet}.{name}: {docs}")]
    Failed {
        /// The pallet that refused it, or `System` for errors that are no pallet's.
        pallet: String,
        /// The error's name.
        name: String,
        /// Its documentation.
        docs: String,
    },
}

impl ChainError {
    /// Whether the same request may succeed later without anybody's doing: the connection or the node failed.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Refused { .. }
                | Self::Expired { .. }
                | Self::Late { .. }
        )
    }

    pub(crate) fn incompatible(what: impl Into<String>, cause: impl ToString) -> Self {
        Self::Incompatible {
            what: what.into(),
            cause: cause.to_string(),
        }
    }
}
