//! Referenda as the chain keeps them: tracks, tallies, votes, preimages, and the calls of those who propose and vote.
//!
//! These are pallets of the SDK, so fields and variants are found by their names in the runtime's metadata. All of it counts
//! plain blocks, not chain time.

pub mod calls;
mod curve;
mod read;
mod referendum;
mod track;
mod vote;

pub use curve::{Curve, Share};
pub use referendum::{Deciding, Deposit, Enactment, Ongoing, Proposal, Referendum, Tally};
pub use track::Track;
pub use vote::{Conviction, Lock, Vote};
