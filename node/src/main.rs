//! # The Assay node
//!
//! An ordinary solo-chain node: BABE makes blocks, GRANDPA finalises them, litep2p carries them, ParityDB keeps them.
//! It executes nothing but the Wasm that lies in the chain's own state.
//!
//! | module | subject |
//! |---|---|
//! | `cli`, `command` | the command line |
//! | `service` | the parts of a running node and how they are joined |
//! | `rpc` | what clients may ask, `assay_*` among it |

// The SDK's error types are what they are.
#![allow(clippy::result_large_err)]

mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
    command::run()
}
