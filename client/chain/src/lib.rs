//! The chain as the worker and the command line see it.
//!
//! A [`ChainClient`] is a connection to a node that is made again whenever it breaks. It reads through the runtime API,
//! decoding answers as the types of `assay-protocol`, at the best or the newest final block ([`At`]); and it signs
//! [`calls`] with a [`Key`], sends them and follows them into a block. Names of pallets and calls become
//! indices by the node's own metadata; none is committed here.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use assay_client::{calls, At, ChainClient, Key, Until};
//! use assay_protocol::JobId;
//!
//! let chain = ChainClient::connect("ws://127.0.0.1:9944", None).await?;
//! let job = chain.job(JobId(0), At::Finalised).await?.ok_or("no such job")?;
//! let key = Key::load(None)?;
//! let included = chain.execute(&calls::cancel(job.id), &key, Until::Finalised).await?;
//! println!("cancelled in block {}", included.block.number);
//! # Ok(())
//! # }
//! ```
//!
//! **Invariant:** a secret reaches neither a log nor an error: [`Key`] shows its account only.

mod account;
mod block;
mod call;
pub mod calls;
mod client;
mod error;
pub mod governance;
mod hash;
mod heads;
mod holds;
mod key;
mod read;
mod rpc;
pub mod staking;
mod storage;
mod transaction;

pub use account::{Account, AccountInfo, ParseAccountError};
pub use block::Extrinsic;
pub use call::{Call, CallParts};
pub use client::{At, ChainClient, Health, SPEC_NAME};
pub use error::ChainError;
pub use hash::{blake2_256, parse_hash, ParseHashError};
pub use heads::{Head, Heads};
pub use holds::Hold;
pub use key::{Generated, Key, KeyError, KEY_FILE_VARIABLE, KEY_VARIABLE};
pub use subxt::utils::{MultiSignature, H256};
pub use transaction::{Event, GeneralTransaction, Included, SignedTransaction, Submitted, Until};
