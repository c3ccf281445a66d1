//! The daemons of providers and verifiers.
//!
//! The provider's takes jobs from the chain, trains them with the engine, commits segments and serves states.
//! At every block it reads the state of each job that concerns it and decides what to do ([`decide`]); events are wake-ups
//! only. Training runs on a thread for each job ([`train`]), on the processor or a GPU ([`compute`]); beside the next
//! interval's steps the state at an interval's end goes into the blob store and its root into the journal ([`journal`]).
//! Transactions are signed once, kept in the journal before they are sent, and followed until they are final ([`outbox`]).
//! So it may die at any instant: it goes on from the last interval that was stored, and what it had sent it sends again, byte
//! for byte. Challenges of its commitments it answers by itself ([`dispute`]).
//!
//! The verifier's daemon ([`verify`]) executes what others commit, and disputes what is wrong.
//!
//! - **Segment**: a run of steps, the unit of payment; **interval**: the steps between two state roots.
//! - **Material**: a job's program and data, fetched and checked ([`material`]); from it and a saved state steps are taken
//!   ([`replay`]).
//! - **Game**: an argument about a commitment, played move by move on the chain.
//! - **Operator**: the key that signs work. The stake is the owner's, whose key is never here.
//!
//! ```
//! use assay_protocol::StateRoot;
//! use assay_worker::commitment_of;
//!
//! let roots = [StateRoot([1; 32]), StateRoot([2; 32]), StateRoot([3; 32])];
//! let commitment = commitment_of(&roots);
//! assert_eq!(commitment.final_state, roots[2]);
//! assert_eq!(commitment.path.len(), 2);
//! ```
//!
//! **Invariant:** a commitment is sent only for a segment whose every interval is in the journal, from the very state that the
//! chain says it starts from.

mod bars;
pub mod bench;
pub mod check;
pub mod checkpoints;
mod commitment;
pub mod compute;
mod daemon;
pub mod decide;
pub mod dispute;
pub mod http;
pub mod info;
mod intent;
mod job;
pub mod journal;
pub mod logging;
pub mod machine;
pub mod material;
pub mod metrics;
pub mod options;
pub mod outbox;
pub mod process;
pub mod progress;
pub mod replay;
pub mod retention;
pub mod run;
pub mod train;
pub mod uploads;
pub mod verify;
pub mod worker;

pub use commitment::commitment_of;
pub use intent::{DeclineReasonCode, Intent};
