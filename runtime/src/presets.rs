//! Genesis of the chains that need no file: a developer's chain and a local network.
//!
//! Their keys are the well-known development keys, so nothing on these chains is worth anything.

use crate::{
    config::consensus::BABE_GENESIS_EPOCH_CONFIG, identity::UNIT, AccountId, BabeConfig, Balance,
    BalancesConfig, ProtocolConfig, RuntimeGenesisConfig, SessionConfig, SessionKeys,
    TechnicalCommitteeConfig, TimingConfig,
};
use alloc::{string::ToString, vec, vec::Vec};
use assay_protocol::Params;
use frame_support::build_struct_json_patch;
use pallet_assay_timing::Timing;
use serde_json::Value;
use sp_genesis_builder::{PresetId, DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};

/// Name of the genesis with one validator.
pub const DEVELOPMENT: &str = DEV_RUNTIME_PRESET;
/// Name of the genesis with two validators.
pub const LOCAL_TESTNET: &str = LOCAL_TESTNET_RUNTIME_PRESET;

/// What each account of a preset owns.
pub const ENDOWMENT: Balance = 1_000_000 * UNIT;

/// The names under which [`get_preset`] knows a genesis.
pub fn preset_names() -> Vec<PresetId> {
    vec![PresetId::from(DEVELOPMENT), PresetId::from(LOCAL_TESTNET)]
}

/// The genesis of that name, as a JSON patch of the default genesis; `None` if the name is unknown.
pub fn get_preset(id: &PresetId) -> Option<Vec<u8>> {
    let patch = match id.as_ref() {
        DEVELOPMENT => development(),
        LOCAL_TESTNET => local_testnet(),
        _ => return None,
    };
    Some(patch.to_string().into_bytes())
}

/// A validator of a preset: the same well-known name under both kinds of key.
struct Validator {
    account: Sr25519Keyring,
    finality: Ed25519Keyring,
}

const ALICE: Validator = Validator {
    account: Sr25519Keyring::Alice,
    finality: Ed25519Keyring::Alice,
};
const BOB: Validator = Validator {
    account: Sr25519Keyring::Bob,
    finality: Ed25519Keyring::Bob,
};

impl Validator {
    /// Account, validator id and session keys, as the session pallet's genesis wants them.
    fn session_entry(&self) -> (AccountId, AccountId, SessionKeys) {
        let keys = SessionKeys {
            grandpa: self.finality.public().into(),
            babe: self.account.public().into(),
            authority_discovery: self.account.public().into(),
        };
        (
            self.account.to_account_id(),
            self.account.to_account_id(),
            keys,
        )
    }
}

/// One validator, Alice, and blocks of one second.
fn development() -> Value {
    genesis(&[ALICE], Timing::DEVELOPMENT)
}

/// Two validators, Alice and Bob, at the development chain's pace.
fn local_testnet() -> Value {
    genesis(&[ALICE, BOB], Timing::DEVELOPMENT)
}

/// A genesis with these validators in which every well-known account owns [`ENDOWMENT`].
fn genesis(validators: &[Validator], timing: Timing) -> Value {
    build_struct_json_patch!(RuntimeGenesisConfig {
        timing: TimingConfig { timing },
        protocol: ProtocolConfig {
            params: Params::development()
        },
        balances: BalancesConfig {
            balances: endowed()
        },
        babe: BabeConfig {
            epoch_config: BABE_GENESIS_EPOCH_CONFIG
        },
        technical_committee: TechnicalCommitteeConfig {
            members: validators
                .iter()
                .map(|validator| validator.account.to_account_id())
                .collect::<Vec<_>>()
        },
        session: SessionConfig {
            keys: validators
                .iter()
                .map(Validator::session_entry)
                .collect::<Vec<_>>()
        },
    })
}

fn endowed() -> Vec<(AccountId, Balance)> {
    Sr25519Keyring::well_known()
        .map(|key| (key.to_account_id(), ENDOWMENT))
        .collect()
}
