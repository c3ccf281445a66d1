//! # The Assay runtime
//!
//! The state transition of the chain, compiled to Wasm and kept in the chain's own state. This crate only puts pallets
//! together: what they do is in `pallets/`, what the protocol's numbers are is in `primitives/protocol`.
//!
//! | file | subject |
//! |---|---|
//! | `identity` | symbol, decimals, address prefix, fees, where fees and slashes go |
//! | `config/` | configuration of the pallets, one file per group |
//! | `config/governance/` | who decides what, on which track |
//! | `config/staking/` | who validates, for what pay |
//! | `apis` | runtime APIs, through which a node asks |
//! | `presets` | genesis of the development chain, of a local network and of the test network |
//! | `migrations` | what an upgrade does to the state |
//! | `version` | the runtime's version |
//! | `benchmarks` | the benchmarks that the weights of our pallets come from, with the feature `runtime-benchmarks` |
//!
//! Natively built it carries its own Wasm as `WASM_BINARY`, for chain specifications. A node executes only the Wasm.

#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "512"]
// The macros generate undocumented items in the crate's root.
#![allow(missing_docs)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

mod apis;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarks;
pub mod config;
pub mod identity;
pub mod migrations;
pub mod presets;
mod version;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use sp_runtime::{
    generic, impl_opaque_keys,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
    MultiAddress, MultiSignature,
};

pub use apis::RuntimeApi;
pub use config::system::MAX_BLOCK_LENGTH;
pub use version::VERSION;

/// Number of a block.
pub type BlockNumber = u32;
/// Signature of an extrinsic: sr25519, ed25519 or ECDSA.
pub type Signature = MultiSignature;
/// An account: the public key's 32 bytes, or a hash of it.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// An amount of the chain's token, in units of 10^-12.
pub type Balance = u128;
/// Number of extrinsics an account has sent.
pub type Nonce = u32;
/// BLAKE2b-256 of blocks, extrinsics and state.
pub type Hash = sp_core::H256;
/// How an extrinsic names an account.
pub type Address = MultiAddress<AccountId, ()>;
/// Head of a block.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block with extrinsics that the runtime understands.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// An extrinsic before its signature is checked.
pub type UncheckedExtrinsic =
    generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signature covers.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Types for a node, to which an extrinsic is bytes: it may be newer than the runtime the node was built with.
pub mod opaque {
    use sp_runtime::OpaqueExtrinsic;

    /// A block with extrinsics that only the Wasm on the chain understands.
    pub type Block = sp_runtime::generic::Block<super::Header, OpaqueExtrinsic>;
}

/// The transaction extensions, in the order that is part of every signed extrinsic's encoding.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckMortality<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    frame_system::WeightReclaim<Runtime>,
);

/// Dispatches extrinsics and runs the pallets' hooks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

impl_opaque_keys! {
    /// The keys with which a validator takes part, in their final order.
    pub struct SessionKeys {
        /// Votes for finality.
        pub grandpa: Grandpa,
        /// Makes blocks.
        pub babe: Babe,
        /// Signs the validator's network addresses.
        pub authority_discovery: AuthorityDiscovery,
    }
}

#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    // First of all others: their genesis and their constants derive from it.
    #[runtime::pallet_index(1)]
    pub type Timing = pallet_assay_timing;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(3)]
    pub type Babe = pallet_babe;
    // Before Session, so that an author is noted in the session in which it made the block.
    #[runtime::pallet_index(4)]
    pub type Authorship = pallet_authorship;
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(6)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(7)]
    pub type Offences = pallet_offences;
    // Before Session, whose genesis asks it for the validators.
    #[runtime::pallet_index(15)]
    pub type Staking = pallet_staking;
    #[runtime::pallet_index(16)]
    pub type VoterList = pallet_bags_list;
    #[runtime::pallet_index(8)]
    pub type Historical = pallet_session::historical;
    #[runtime::pallet_index(9)]
    pub type Session = pallet_session;
    #[runtime::pallet_index(10)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(11)]
    pub type AuthorityDiscovery = pallet_authority_discovery;
    #[runtime::pallet_index(12)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(13)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(14)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(20)]
    pub type Protocol = pallet_assay_protocol;
    #[runtime::pallet_index(21)]
    pub type Providers = pallet_assay_providers;
    #[runtime::pallet_index(22)]
    pub type Jobs = pallet_assay_jobs;
    #[runtime::pallet_index(23)]
    pub type Disputes = pallet_assay_disputes;
    #[runtime::pallet_index(30)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(31)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(32)]
    pub type ConvictionVoting = pallet_conviction_voting;
    #[runtime::pallet_index(33)]
    pub type Referenda = pallet_referenda;
    #[runtime::pallet_index(34)]
    pub type Origins = crate::config::governance::origins;
    #[runtime::pallet_index(35)]
    pub type Whitelist = pallet_whitelist;
    #[runtime::pallet_index(36)]
    pub type Treasury = pallet_treasury;
    #[runtime::pallet_index(37)]
    pub type TechnicalCommittee = pallet_collective<Instance1>;
}
