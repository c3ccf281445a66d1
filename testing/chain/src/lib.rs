//! # A chain without a node
//!
//! A state, and the Wasm in it, with which every block is executed: for tests of upgrades and for measurements. Nothing that is
//! shipped depends on it.

mod chain;
mod code;
mod extrinsic;

pub use chain::{Chain, Made, Pairs};
pub use code::Code;
pub use extrinsic::{account, Sender};
